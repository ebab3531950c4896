/** Proca's signature: taken in by the very intake that forms use, sealed on arrival (docs/protocol/proca.md §3). */
import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { apiWordingId, wordingIdFor } from "@coterie/actions";
import { OptIn, SubmitRequestSchema } from "@coterie/protocol";
import { type IntakeDeps, takeInFromApi } from "../actions/intake.ts";
import { encodeId, generateId, parseId } from "../ids.ts";
import { unexpectedError } from "../log/log.ts";
import type { PageTruth } from "../pages/page-truth.ts";
import { customFieldsOf, personJson, trackingOf } from "./clear-input.ts";
import { encodeReference, idempotentId } from "./contact-refs.ts";
import type { AddActionContactArgs, ContactReference, PrivacyInput } from "./input.ts";
import { linkReferences } from "./linked-actions.ts";
import { getNumberedPage } from "./numbers.ts";
import { ProcaError } from "./proca-errors.ts";

/** What comes with a document, beside it. */
export interface RequestContext {
  /** Of the header `Idempotency-Key`. */
  readonly idempotencyKey: string | undefined;
}

/** Takes in one action with its person. Throws RefusedError or ProcaError. */
export async function addActionContact(
  deps: IntakeDeps,
  { args, context }: { readonly args: AddActionContactArgs; readonly context: RequestContext },
): Promise<ContactReference> {
  const page = await getNumberedPage(deps, args.actionPageId);
  const { idempotencyKey: key } = context;
  const id =
    key === undefined
      ? generateId(deps.random)
      : idempotentId(deps, { pageId: page.id, key, mutation: "addActionContact" });
  const customFields = customFieldsOf(args.action);
  if (args.action.actionType !== page.view.actionType) throw new ProcaError("wrong-action-type");
  const request = create(SubmitRequestSchema, {
    actionId: encodeId("cact", id),
    pageId: page.view.id,
    customFields,
    tracking: trackingOf(args.tracking),
    consents: consentsOf(deps, { page, privacy: args.privacy }),
    person: { case: "personJson", value: personJson({ page, contact: args.contact }) },
  });
  const { actionId } = await takeInFromApi(deps, request);
  const stored = parseId("cact", actionId);
  const { contactRef } = args;
  if (typeof contactRef === "string") {
    const link = { campaignId: page.campaignId, actionId: stored, texts: [contactRef] };
    // The signature is stored: what else goes wrong must not make the client hand it in again.
    await linkReferences(deps, link).catch((error: unknown) => deps.log(unexpectedError(error)));
  }
  return { contactRef: encodeReference(deps, stored), firstName: args.contact.firstName ?? null };
}

type ConsentInit = NonNullable<MessageInitShape<typeof SubmitRequestSchema>["consents"]>[number];

/**
 * What Proca's two booleans say, for each organisation: true and false answer a question that the client showed, null says
 * that it showed none. Its words are not known here: the record names the wording `api/1` and the hash of the empty text.
 */
function consentsOf(
  { primitives }: Pick<IntakeDeps, "primitives">,
  { page, privacy }: { readonly page: PageTruth; readonly privacy: PrivacyInput },
): ConsentInit[] {
  const { view } = page;
  const wordingHash = primitives.sha256(new Uint8Array(0));
  return view.receivers
    .filter((receiver) => wordingIdFor(view, receiver) !== undefined)
    .map(({ organisationId }) => {
      const answer = organisationId === view.pageOrganisationId ? privacy.optIn : privacy.leadOptIn;
      const isAnswered = answer === true || answer === false;
      return {
        organisationId,
        purpose: isAnswered ? "newsletter" : "delivery",
        optIn: isAnswered ? (answer ? OptIn.YES : OptIn.NO) : OptIn.NOT_ASKED,
        wordingId: apiWordingId,
        wordingHash,
        locale: view.locale,
        givenAtMs: 0n,
      };
    });
}
