/**
 * What counting needs of a person, taken while the person is in memory: fingerprints and an area. Where the browser sealed, both follow from
 * the mail box alone, if there is one (docs/protocol/counting.md §1).
 */
import type { Person } from "@coterie/actions";
import { type Bytes, CoterieError } from "@coterie/bytes";
import type { MailBox } from "@coterie/vault";
import type { EmailDomains } from "../abuse/email-domains.ts";
import type { GatewayDeps } from "../deps.ts";
import { encodeId } from "../ids.ts";
import { unexpectedError } from "../log/log.ts";
import type { MailKeys } from "../mails/mail-keys.ts";
import { areaOf } from "./area.ts";
import {
  type Fingerprint,
  fingerprint,
  type FingerprintDeps,
  type Identity,
  identityOf,
  identityOfEmail,
  type Scope,
} from "./fingerprint.ts";

/** Who is recognised: by the clear person of a page that seals at the gateway, else by the mail box of the action. */
export interface RecogniseInput {
  readonly actionId: Bytes;
  readonly campaignId: Bytes;
  /** Those that receive a contact. */
  readonly organisationIds: readonly Bytes[];
  readonly person: Person | undefined;
  readonly box: MailBox | undefined;
}

/** What is kept of it. */
export interface Recognised {
  /** None where nothing tells the person from others. */
  readonly fingerprints: readonly Fingerprint[];
  readonly area: string;
}

/** What recognising needs. */
export interface RecogniseDeps extends FingerprintDeps, Pick<GatewayDeps, "log"> {
  readonly mailKeys: Pick<MailKeys, "keyring">;
  readonly emailDomains: EmailDomains;
}

/**
 * The person's fingerprints in the campaign and at each organisation, and where they live.
 * @throws RefusedError "invalid-person" where the address in the box is of a domain that is not taken
 */
export async function recognise(deps: RecogniseDeps, input: RecogniseInput): Promise<Recognised> {
  const { person, box } = input;
  const area = person === undefined ? "" : areaOf(person);
  const identity = person === undefined ? await identityOfBox(deps, { ...input, box }) : identityOf(person);
  // A clear person's address was looked at before it was sealed.
  if (person === undefined && identity?.kind === "email") await deps.emailDomains.check(identity.canonical);
  if (identity === undefined) return { fingerprints: [], area };
  const organisations = input.organisationIds.map((id): Scope => ({ kind: "organisation", id }));
  const scopes: readonly Scope[] = [{ kind: "campaign", id: input.campaignId }, ...organisations];
  return { fingerprints: scopes.map((scope) => fingerprint(deps, { scope, identity })), area };
}

/** A box that does not open has no address: whoever sealed it sends no mails either, and is taken for a person of their own. */
async function identityOfBox(
  { mailKeys, log }: RecogniseDeps,
  { box, actionId }: Pick<RecogniseInput, "box" | "actionId">,
): Promise<Identity | undefined> {
  if (box === undefined) return undefined;
  try {
    const opened = await mailKeys.keyring.open({ box, actionId: encodeId("cact", actionId) });
    try {
      return identityOfEmail(opened.email.exposeText());
    } finally {
      opened.destroy();
    }
  } catch (error) {
    if (!(error instanceof CoterieError)) log(unexpectedError(error));
    return undefined;
  }
}
