/** Which mails follow an action, and the sealed address they go to (docs/protocol/mails.md §2 and §4). */
import type { Person } from "@coterie/actions";
import { type Bytes, MalformedTextError } from "@coterie/bytes";
import { randomBytes } from "@coterie/primitives";
import type { MailBox as WireMailBox } from "@coterie/protocol";
import { type MailBox, MalformedMailBoxError, parseMailBox, parseMailKeyId, sealForMail } from "@coterie/vault";
import type { PlannedContacts } from "../actions/clear-part.ts";
import type { PreparedMail, PreparedMails } from "../actions/prepared-action.ts";
import type { GatewayDeps } from "../deps.ts";
import { RefusedError } from "../errors.ts";
import { encodeId, parseId } from "../ids.ts";
import { unexpectedError } from "../log/log.ts";
import type { PageTruth } from "../pages/page-truth.ts";
import type { MailKeys } from "./mail-keys.ts";

/** What preparing needs. */
export interface PrepareMailsDeps extends Pick<GatewayDeps, "primitives" | "random" | "now" | "log"> {
  readonly mailKeys: MailKeys;
}

/** The action, and where its address is: in a sealed box, or in the clear person of a page that seals at the gateway. */
export interface PrepareMailsInput {
  readonly page: PageTruth;
  readonly actionId: Bytes;
  readonly planned: PlannedContacts;
  readonly person: Person | undefined;
  readonly box: WireMailBox | undefined;
}

/** What of an action depends on mails. */
export interface MailDecision {
  readonly awaitsConfirmation: boolean;
  /** Ids, as text, of the organisations whose newsletter consent awaits confirmation. */
  readonly awaitedConsents: ReadonlySet<string>;
  readonly mails: PreparedMails | undefined;
}

const none: MailDecision = { awaitsConfirmation: false, awaitedConsents: new Set(), mails: undefined };

/**
 * The mails of an action that is about to be stored. Where no confirmation of the signature itself is asked, a mail that cannot be
 * prepared is left out and the signature taken in without it.
 * @throws RefusedError only where the signature cannot count without a mail: "invalid" without a usable mail box, "wrong-key" where
 * it is sealed to a key that is no longer taken, "unavailable"
 */
export async function prepareMails(deps: PrepareMailsDeps, input: PrepareMailsInput): Promise<MailDecision> {
  const { page, planned } = input;
  const awaitsConfirmation = page.mails.confirmsSupporter;
  const awaitedConsents = new Set(
    planned
      .filter(({ consent }) => consent.optIn === "yes" && page.mails.newsletterConfirmers.has(consent.organisationId))
      .map(({ consent }) => consent.organisationId),
  );
  const mails = planMails(deps, { page, awaitedConsents });
  if (mails.length === 0) return none;
  try {
    const box = await makeBox(deps, input);
    return { awaitsConfirmation, awaitedConsents, mails: { box, mails } };
  } catch (error) {
    if (!(error instanceof RefusedError)) deps.log(unexpectedError(error));
    if (awaitsConfirmation) throw error instanceof RefusedError ? error : new RefusedError("unavailable");
    // The consent stays "awaited": nobody confirmed it, and no organisation should think so.
    return { ...none, awaitedConsents };
  }
}

function planMails(
  { random, now }: PrepareMailsDeps,
  { page, awaitedConsents }: { readonly page: PageTruth; readonly awaitedConsents: ReadonlySet<string> },
): readonly PreparedMail[] {
  const { confirmsSupporter, thankYou, reminders, reminderAfterMs } = page.mails;
  const nowMs = now();
  const mail = (rest: Pick<PreparedMail, "kind"> & Partial<PreparedMail>): PreparedMail => ({
    id: randomBytes(random, 16),
    organisationId: null,
    number: 0,
    state: "due",
    dueAtMs: nowMs,
    ...rest,
  });
  // One mail where one is enough: who confirms the signature confirms the consents with it.
  const newsletters = confirmsSupporter
    ? []
    : [...awaitedConsents].map((id) => mail({ kind: "confirm-newsletter", organisationId: parseId("corg", id) }));
  const confirmation = confirmsSupporter ? [mail({ kind: "confirm-supporter" })] : [];
  const reminding = confirmsSupporter
    ? Array.from({ length: reminders }, (_unused, index) =>
        mail({ kind: "reminder", number: index + 1, dueAtMs: nowMs + (index + 1) * reminderAfterMs }),
      )
    : [];
  const thanks = thankYou ? [mail({ kind: "thank-you", state: confirmsSupporter ? "waiting" : "due" })] : [];
  return [...confirmation, ...reminding, ...newsletters, ...thanks];
}

async function makeBox(deps: PrepareMailsDeps, { actionId, person, box }: PrepareMailsInput): Promise<MailBox> {
  if (person === undefined) return await checkBox(deps, box);
  const { email, firstName = "" } = person;
  if (typeof email !== "string" || typeof firstName !== "string") throw new RefusedError("invalid");
  const { keyId, publicKey } = await deps.mailKeys.current();
  return sealForMail(deps, { keyId, mailPublicKey: publicKey, actionId: encodeId("cact", actionId), email, firstName });
}

async function checkBox({ mailKeys }: PrepareMailsDeps, wire: WireMailBox | undefined): Promise<MailBox> {
  if (wire === undefined) throw new RefusedError("invalid");
  const box = parseBox(wire);
  if (!(await mailKeys.accepts(box.keyId))) throw new RefusedError("wrong-key");
  return box;
}

function parseBox(wire: WireMailBox): MailBox {
  try {
    return parseMailBox({ ...wire, keyId: parseMailKeyId(wire.keyId) });
  } catch (error) {
    if (error instanceof MalformedMailBoxError || error instanceof MalformedTextError)
      throw new RefusedError("invalid");
    throw error;
  }
}
