/**
 * The outbox of notices: an address is due while the log holds events that it was not told of, so that no event is told twice or left
 * out, and many events at once make one mail. Several gateways share it by leases, like the mails of actions (docs/protocol/audit.md §7).
 */
import type { Bytes } from "@coterie/bytes";
import { encodeHex } from "@coterie/bytes";
import { randomBytes } from "@coterie/primitives";
import type { NoticeEventName } from "../audit/event-names.ts";
import type { NoticeAddressTable } from "../db/audit-schema.ts";
import type { GatewayDeps } from "../deps.ts";
import { encodeId } from "../ids.ts";
import { unexpectedError } from "../log/log.ts";
import type { LetterChannel, SendLetters } from "../mails/letters.ts";
import type { RenderedMail } from "../mails/render-mail.ts";
import { generateTokenText } from "../mails/tokens.ts";
import { type SendOutcome, sendTimeoutMs } from "../mails/transport.ts";
import { type NoticeAddressDeps, openAddress } from "./notice-addresses.ts";
import { listNoticesAfter } from "./notice-list.ts";
import { createNoticeRenderer, type NoticeRenderer } from "./render-notice.ts";
import { noticeEvents } from "./texts/catalogue.ts";

/** What sending notices needs. */
export interface NoticeMailDeps extends NoticeAddressDeps, Pick<GatewayDeps, "pool" | "primitives" | "random" | "log"> {
  readonly origin: () => string;
}

const claimedAtOnce = 10;
const leaseMs = (claimedAtOnce + 1) * sendTimeoutMs;
/** Events that one mail names. */
const namedEvents = 20;
const countedEvents = 1000;
/** Between two mails to one address, so that many changes one after the other do not become many mails. */
const pauseMs = 60_000;
const firstRetryMs = 30_000;
const longestRetryMs = 4 * 3_600_000;
const attemptsAtMost = 30;

type DueAddress = NoticeAddressTable & {
  readonly attempts: number;
  readonly organisation: string;
};

/** Sends what is due to every address. */
export function createNoticeLetters(deps: NoticeMailDeps): SendLetters {
  const render = createNoticeRenderer();
  return async (channel) => {
    for (;;) {
      const claimed = await claimAddresses(deps);
      for (const address of claimed) await sendOne({ ...deps, channel, render }, address);
      if (claimed.length < claimedAtOnce) return;
    }
  };
}

async function claimAddresses({ pool, now }: NoticeMailDeps): Promise<readonly DueAddress[]> {
  const { rows } = await pool.query<DueAddress>(
    `WITH claimed AS (
       UPDATE notice_addresses SET lease_until_ms = $1::bigint + $2::bigint, attempts = least(attempts + 1, 10000)
       WHERE id IN (
         SELECT a.id FROM notice_addresses a
         WHERE a.due_at_ms <= $1 AND a.lease_until_ms <= $1 AND (a.state <> 'confirmed' OR EXISTS (
           SELECT FROM audit_chain c JOIN audit_events e ON e.id = c.event_id
           WHERE c.organisation_id = a.organisation_id AND c.seq > a.told_seq AND e.event = ANY($3)))
         ORDER BY a.due_at_ms LIMIT $4 FOR UPDATE OF a SKIP LOCKED)
       RETURNING *)
     SELECT c.*, o.title AS organisation FROM claimed c JOIN organisations o ON o.id = c.organisation_id`,
    [now(), leaseMs, noticeEvents, claimedAtOnce],
  );
  return rows;
}

interface SendingDeps extends NoticeMailDeps {
  readonly channel: LetterChannel;
  readonly render: NoticeRenderer;
}

/** One address that fails unexpectedly keeps its lease and is tried again; it does not stop the others. */
async function sendOne(deps: SendingDeps, address: DueAddress): Promise<void> {
  try {
    if (address.state === "unconfirmed") await sendConfirmation(deps, address);
    else await sendNotices(deps, address);
  } catch (error) {
    deps.log(unexpectedError(error));
  }
}

async function sendConfirmation(deps: SendingDeps, address: DueAddress): Promise<void> {
  const to = openAddress(deps, address);
  if (!deps.channel.addressLimits.take(to)) return await again(deps, { address, afterMs: longestRetryMs });
  const expiresAtMs = address.expires_at_ms ?? deps.now();
  const { text, hash } = generateTokenText(deps);
  // Stored before it is sent: a link in somebody's mailbox works.
  await deps.pool.query("UPDATE notice_addresses SET token_hash = $2 WHERE id = $1", [address.id, hash]);
  const { locale, organisation } = address;
  const link = `${deps.origin()}/c/${text}`;
  const mail = deps.render.confirmation({ locale, organisation, link, expiresAtMs });
  const outcome = await hand(deps, { address, to, mail });
  if (outcome.kind !== "accepted") return await afterFailure(deps, { address, outcome });
  // Once: whoever did not mean to get it gets no second one.
  await deps.pool.query("UPDATE notice_addresses SET lease_until_ms = 0, attempts = 0, due_at_ms = $2 WHERE id = $1", [
    address.id,
    Number.MAX_SAFE_INTEGER,
  ]);
}

async function sendNotices(deps: SendingDeps, address: DueAddress): Promise<void> {
  const { organisation_id: organisationId, locale, organisation } = address;
  const found = await listNoticesAfter(deps, { organisationId, afterSeq: address.told_seq, limit: countedEvents });
  // A removed address is told of its removal, and of nothing that came after.
  const removedAt = found.findIndex(
    ({ event, subject }) => event === "notice-address-removed" && subject === encodeId("cnad", address.id),
  );
  const told = address.state === "removed" ? found.slice(0, removedAt + 1) : found;
  const last = told.at(-1);
  if (last === undefined) return await settle(deps, { address, toldSeq: address.told_seq });
  const events = told.slice(-namedEvents).map(({ event, subject, at_ms, actor, token_label }) => ({
    // cast: the statement reads events of this list only
    event: event as NoticeEventName,
    subject,
    atMs: at_ms,
    actor,
    tokenLabel: token_label ?? undefined,
  }));
  const link = `${deps.origin()}/organisation/`;
  const more = told.length - events.length;
  const mail = deps.render.notices({ locale, organisation, events, more, link });
  const outcome = await hand(deps, { address, to: openAddress(deps, address), mail });
  if (outcome.kind === "accepted") await settle(deps, { address, toldSeq: last.seq });
  else await afterFailure(deps, { address, outcome });
}

interface Handing {
  readonly address: DueAddress;
  readonly to: string;
  readonly mail: RenderedMail;
}

async function hand(deps: SendingDeps, { address, to, mail }: Handing): Promise<SendOutcome> {
  const { transport, domain } = deps.channel;
  // The same for every attempt at the same events, so that a server may recognise a mail that it has already.
  const messageId = `<${encodeHex(address.id)}.${address.told_seq}.${address.state}@${domain}>`;
  const outcome = await transport.send({
    ...mail,
    messageId,
    to,
    fromName: address.organisation,
    returnPath: undefined,
  });
  if (outcome.kind !== "accepted") {
    deps.log({ event: "mail-not-taken", outcome: outcome.kind, code: "code" in outcome ? outcome.code : "none" });
  }
  return outcome;
}

/** The address knows of everything up to there; a removed one has nothing more to learn. */
async function settle(
  { pool, now }: NoticeMailDeps,
  { address, toldSeq }: { readonly address: DueAddress; readonly toldSeq: number },
): Promise<void> {
  await pool.query("DELETE FROM notice_addresses WHERE id = $1 AND state = 'removed' AND $2", [
    address.id,
    address.state === "removed",
  ]);
  await pool.query(
    "UPDATE notice_addresses SET told_seq = $2, due_at_ms = $3, attempts = 0, lease_until_ms = 0 WHERE id = $1",
    [address.id, toldSeq, now() + pauseMs],
  );
}

/** Tried again later, for some days: an address that takes no mail today may be told tomorrow. Unconfirmed and removed ones end sooner. */
async function afterFailure(
  deps: SendingDeps,
  { address, outcome }: { readonly address: DueAddress; readonly outcome: SendOutcome },
): Promise<void> {
  const isOver = outcome.kind === "bounced" || address.attempts >= attemptsAtMost;
  if (isOver && address.state !== "confirmed") {
    await deps.pool.query("DELETE FROM notice_addresses WHERE id = $1", [address.id]);
    return;
  }
  const afterMs = isOver ? longestRetryMs : Math.min(firstRetryMs * 2 ** (address.attempts - 1), longestRetryMs);
  await again(deps, { address, afterMs });
}

async function again(
  { pool, now, random }: NoticeMailDeps,
  { address, afterMs }: { readonly address: { readonly id: Bytes }; readonly afterMs: number },
): Promise<void> {
  const [byte = 0] = randomBytes(random, 1);
  const dueAtMs = now() + Math.round(afterMs * (0.5 + byte / 256));
  await pool.query("UPDATE notice_addresses SET due_at_ms = $2, lease_until_ms = 0 WHERE id = $1", [
    address.id,
    dueAtMs,
  ]);
}
