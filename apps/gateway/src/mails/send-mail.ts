/** Sending one claimed mail: open its address, make its tokens, render, hand over (docs/protocol/mails.md §5). */
import { formSchemas, validatePerson } from "@coterie/actions";
import { CoterieError, encodeHex } from "@coterie/bytes";
import { randomBytes } from "@coterie/primitives";
import { type OpenedMail, parseMailKeyId } from "@coterie/vault";
import type { TokenPurpose } from "../db/mail-schema.ts";
import type { GatewayDeps } from "../deps.ts";
import { RateLimiter } from "../http/rate-limits.ts";
import { encodeId } from "../ids.ts";
import type { ReturnPaths } from "./bounces.ts";
import type { MailKeys } from "./mail-keys.ts";
import type { ClaimedMail, Settlement } from "./outbox.ts";
import type { MailRenderer } from "./render-mail.ts";
import { dropTokens, type FreshToken, generateToken, storeTokens } from "./tokens.ts";
import type { MailTransport, SendOutcome } from "./transport.ts";

/** What sending needs. */
export interface SendMailDeps extends Pick<GatewayDeps, "pool" | "primitives" | "random" | "now" | "log"> {
  readonly mailKeys: MailKeys;
  readonly transport: MailTransport;
  readonly render: MailRenderer;
  /** This gateway's origin as others reach it. */
  readonly origin: () => string;
  /** The domain of Message-IDs: the sender's. */
  readonly domain: string;
  readonly returnPaths: ReturnPaths | undefined;
  readonly addressLimits: AddressLimits;
}

/** The limit against having this gateway flood somebody's mailbox by signing with their address again and again. */
export interface AddressLimits {
  /** Whether a mail may go to that address now. */
  readonly take: (email: string) => boolean;
}

/** Six mails at once and one an hour to one address, remembered in memory under a key that dies with the process. */
export function createAddressLimits({
  primitives,
  random,
  now,
}: Pick<GatewayDeps, "primitives" | "random" | "now">): AddressLimits {
  const key = randomBytes(random, 32);
  const limiter = new RateLimiter({ now }, { perSecond: 1 / 3600, burst: 6 });
  return {
    take: (email) => limiter.take(encodeHex(primitives.hmacSha256(key, Buffer.from(email.toLowerCase(), "utf8")))),
  };
}

const hourMs = 3_600_000;
const refusedAttempts = 5;

/** Sends; never throws for what a mail or its address is. */
export async function sendMail(deps: SendMailDeps, mail: ClaimedMail): Promise<Settlement> {
  const opened = await open(deps, mail);
  if (opened === undefined) return { kind: "bounced" };
  try {
    const to = opened.email.exposeText();
    if (!isAddress(to)) return { kind: "bounced" };
    if (!deps.addressLimits.take(to)) return { kind: "again", afterMs: hourMs };
    return await hand(deps, { mail, to, firstName: opened.firstName.exposeText() });
  } finally {
    opened.destroy();
  }
}

/** The address, or undefined where it is sealed wrongly, which only a browser can have done: then there is nobody to write to. */
async function open({ mailKeys }: SendMailDeps, mail: ClaimedMail): Promise<OpenedMail | undefined> {
  const box = {
    keyId: parseMailKeyId(encodeHex(mail.key_id)),
    senderPublicKey: mail.sender_public_key,
    nonce: mail.nonce,
    payload: mail.payload,
  };
  try {
    return await mailKeys.keyring.open({ box, actionId: encodeId("cact", mail.action_id) });
  } catch (error) {
    const isWrongBox = error instanceof CoterieError && wrongBoxCodes.has(error.code);
    if (isWrongBox) return undefined;
    throw error;
  }
}

const wrongBoxCodes: ReadonlySet<string> = new Set([
  "vault/not-authentic",
  "vault/malformed-mail",
  "vault/mail-context-mismatch",
]);

/** By the rule of the forms: what a browser sealed, nobody checked before. */
function isAddress(email: string): boolean {
  const checked = validatePerson(
    formSchemas["basic/1"],
    { firstName: "A", email },
    { requiredFields: [], now: () => 0 },
  );
  return checked.kind === "valid" && checked.person["email"] === email;
}

interface HandInput {
  readonly mail: ClaimedMail;
  readonly to: string;
  readonly firstName: string;
}

async function hand(deps: SendMailDeps, { mail, to, firstName }: HandInput): Promise<Settlement> {
  const tokens = tokensFor(deps, mail);
  // Stored before they are sent: a link in somebody's mailbox works.
  if (tokens.length > 0) await storeTokens(deps.pool, tokens);
  const outcome = await deps.transport.send({
    messageId: `<${encodeHex(mail.id)}@${deps.domain}>`,
    to,
    fromName: mail.organisation ?? mail.page_organisation,
    returnPath: deps.returnPaths?.encode(mail.id),
    ...renderFor(deps, { mail, tokens, firstName }),
  });
  if (outcome.kind !== "accepted") deps.log({ event: "mail-not-taken", outcome: outcome.kind, code: codeOf(outcome) });
  const isNowhere = outcome.kind === "bounced" || (outcome.kind !== "accepted" && outcome.answered);
  if (isNowhere && tokens.length > 0) await dropTokens(deps.pool, tokens);
  return settlementOf(deps, { mail, outcome });
}

function codeOf(outcome: SendOutcome): string {
  return "code" in outcome ? outcome.code : "none";
}

function tokensFor(deps: SendMailDeps, mail: ClaimedMail): readonly FreshToken[] {
  const expiresAtMs = mail.stored_at_ms + deps.mailKeys.policy.unconfirmedMs;
  const make = (purpose: TokenPurpose): FreshToken =>
    generateToken(deps, { actionId: mail.action_id, purpose, organisationId: mail.organisation_id, expiresAtMs });
  switch (mail.kind) {
    case "confirm-supporter":
    case "reminder":
      return [make("confirm-supporter"), make("reject-supporter")];
    case "confirm-newsletter":
      return [make("confirm-newsletter"), make("decline-newsletter")];
    case "thank-you":
      return [];
  }
}

interface RenderForInput {
  readonly mail: ClaimedMail;
  readonly tokens: readonly FreshToken[];
  readonly firstName: string;
}

function renderFor(
  { render, origin, mailKeys }: SendMailDeps,
  { mail, tokens, firstName }: RenderForInput,
): ReturnType<MailRenderer> {
  const [confirm, reject] = tokens;
  return render({
    kind: mail.kind,
    locale: mail.locale,
    firstName,
    campaign: mail.campaign,
    organisation: mail.organisation ?? mail.page_organisation,
    readers: mail.readers,
    newsletters: mail.kind === "confirm-supporter" || mail.kind === "reminder" ? mail.awaited : [],
    link: confirm === undefined ? `${origin()}/p/${mail.page_name}` : `${origin()}/c/${confirm.text}`,
    rejectLink: reject === undefined ? undefined : `${origin()}/c/${reject.text}`,
    expiresAtMs: mail.stored_at_ms + mailKeys.policy.unconfirmedMs,
    own: { subject: mail.own_subject ?? "", intro: mail.own_intro ?? "" },
  });
}

function settlementOf(
  deps: SendMailDeps,
  { mail, outcome }: { readonly mail: ClaimedMail; readonly outcome: SendOutcome },
): Settlement {
  switch (outcome.kind) {
    case "accepted":
      return { kind: "sent" };
    case "bounced":
      return { kind: "bounced" };
    case "refused":
      return mail.attempts >= refusedAttempts ? { kind: "failed" } : { kind: "again", afterMs: backOffMs(deps, mail) };
    case "later":
      return { kind: "again", afterMs: backOffMs(deps, mail) };
  }
}

/** From half a minute, doubling, to four hours; between half and one and a half of that, so that mails spread. */
function backOffMs({ random }: SendMailDeps, { attempts }: ClaimedMail): number {
  const baseMs = Math.min(30_000 * 2 ** Math.min(attempts - 1, 16), 4 * hourMs);
  const [byte = 0] = randomBytes(random, 1);
  return Math.round(baseMs * (0.5 + byte / 256));
}
