// What a form sends, in both modes.
import { create, toJsonString } from "@bufbuild/protobuf";
import { nodePrimitives as primitives, systemRandom as random } from "@coterie/primitives/node";
import { type ActionPage, MailBoxSchema, Sealing, SubmitRequestSchema } from "@coterie/protocol";
import { parseMailKeyId, sealForMail } from "@coterie/vault";
import { clearRequest, sealedRequest } from "../../apps/gateway/test/support/coalition.ts";
import type { Supporter } from "./plan.ts";

export interface RequestInput {
  readonly page: ActionPage;
  readonly supporter: Pick<Supporter, "number" | "person" | "email" | "firstName">;
  readonly actionId: string;
}

/** The body of a submission. */
export function submissionOf({ page, supporter, actionId }: RequestInput): string {
  const { number, person, email, firstName } = supporter;
  const answers = Object.fromEntries(
    page.receivers.map(({ organisationId }) => [organisationId, number % 2 === 0 ? ("yes" as const) : ("no" as const)]),
  );
  const signing = { actionId, person, answers };
  if (page.sealing !== Sealing.BROWSER) return toJsonString(SubmitRequestSchema, clearRequest(page, signing));
  const request = sealedRequest(page, signing);
  const { mailKey } = page;
  if (mailKey !== undefined) {
    const keyId = parseMailKeyId(mailKey.id);
    const box = { keyId, mailPublicKey: mailKey.public, actionId, email, firstName };
    request.mailBox = create(MailBoxSchema, { ...sealForMail({ primitives, random }, box) });
  }
  return toJsonString(SubmitRequestSchema, request);
}
