/**
 * The outbox: rows of `mails` that are due are claimed with a lease, sent, and closed (docs/protocol/mails.md §5). Several gateways
 * share it. A process that dies between a claim and the server's answer leaves a lease that runs out, and the mail is sent again; one
 * that dies between the server's answer and its own note sends that mail twice. Nothing can close that window but the server itself, by
 * the Message-ID.
 */
import type { Bytes } from "@coterie/bytes";
import type { GatewayDeps } from "../deps.ts";
import { inTransaction } from "../db/transaction.ts";
import type { MailKind } from "../db/mail-schema.ts";
import { bounceAction, closeMail } from "./clear-data.ts";
import { sendTimeoutMs } from "./transport.ts";

/** A mail that this process may send until the lease ends, with its sealed address and what it is about. */
export interface ClaimedMail {
  readonly id: Bytes;
  readonly action_id: Bytes;
  readonly kind: MailKind;
  readonly attempts: number;
  readonly organisation_id: Bytes | null;
  readonly key_id: Bytes;
  readonly sender_public_key: Bytes;
  readonly nonce: Bytes;
  readonly payload: Bytes;
  readonly stored_at_ms: number;
  readonly locale: string;
  readonly page_name: string;
  readonly campaign: string;
  readonly page_organisation: string;
  /** Of a newsletter mail. */
  readonly organisation: string | null;
  readonly own_subject: string | null;
  readonly own_intro: string | null;
  /** Organisations that have, or will have, the contact. */
  readonly readers: readonly string[];
  /** Those of them whose newsletter consent is awaited. */
  readonly awaited: readonly string[];
}

// Five mails one after the other in each of four workers, each as slow as can be.
const leaseMs = 6 * sendTimeoutMs;

/** Claims mails that are due, the oldest first, whose address is sealed to one of `keyIds`. */
export async function claimMails(
  { pool, now }: Pick<GatewayDeps, "pool" | "now">,
  { keyIds, most }: { readonly keyIds: readonly Uint8Array[]; readonly most: number },
): Promise<readonly ClaimedMail[]> {
  const { rows } = await pool.query<ClaimedMail>(
    `WITH claimed AS (
       UPDATE mails SET lease_until_ms = $1::bigint + $2::bigint, attempts = least(attempts + 1, 10000)
       WHERE id IN (
         SELECT m.id FROM mails m JOIN mail_boxes b ON b.action_id = m.action_id
         WHERE m.state = 'due' AND m.due_at_ms <= $1 AND m.lease_until_ms <= $1 AND b.key_id = ANY($3::bytea[])
         ORDER BY m.due_at_ms LIMIT $4 FOR UPDATE OF m SKIP LOCKED)
       RETURNING id, action_id, kind, attempts, organisation_id, due_at_ms)
     SELECT m.id, m.action_id, m.kind, m.attempts, m.organisation_id, b.key_id, b.sender_public_key, b.nonce, b.payload,
       b.stored_at_ms, p.locale, p.name AS page_name, c.title AS campaign, po.title AS page_organisation,
       o.title AS organisation, w.subject AS own_subject, w.intro AS own_intro,
       ARRAY(SELECT r.title FROM contacts k JOIN organisations r ON r.id = k.organisation_id
         WHERE k.action_id = m.action_id ORDER BY (r.id <> p.organisation_id)) AS readers,
       ARRAY(SELECT r.title FROM contacts k JOIN organisations r ON r.id = k.organisation_id
         WHERE k.action_id = m.action_id AND k.confirmation = 'awaited' ORDER BY (r.id <> p.organisation_id)) AS awaited
     FROM claimed m
     JOIN mail_boxes b ON b.action_id = m.action_id
     JOIN actions a ON a.id = m.action_id
     JOIN action_pages p ON p.id = a.page_id
     JOIN campaigns c ON c.id = a.campaign_id
     JOIN organisations po ON po.id = p.organisation_id
     LEFT JOIN organisations o ON o.id = m.organisation_id
     LEFT JOIN page_mail_texts w ON w.page_id = p.id AND w.kind = m.kind
     ORDER BY m.due_at_ms`,
    [now(), leaseMs, keyIds, most],
  );
  return rows;
}

/** Takes back the leases of a process that died, where no other one can hold any: on the private database of this gateway. */
export async function releaseLeases({ pool }: Pick<GatewayDeps, "pool">): Promise<void> {
  await pool.query("UPDATE mails SET lease_until_ms = 0 WHERE state = 'due' AND lease_until_ms > 0");
}

/** How a claimed mail ended, or that it is tried again. */
export type Settlement =
  | { readonly kind: "sent" | "failed" | "bounced" }
  | { readonly kind: "again"; readonly afterMs: number };

/** Writes down what became of a claimed mail, and deletes its address where nothing else is due to it. */
export async function settleMail(
  { pool, now }: Pick<GatewayDeps, "pool" | "now">,
  { mail, settlement }: { readonly mail: Pick<ClaimedMail, "id" | "action_id">; readonly settlement: Settlement },
): Promise<void> {
  const atMs = now();
  const ids = { mailId: mail.id, actionId: mail.action_id, atMs };
  switch (settlement.kind) {
    case "sent":
    case "failed":
      return await inTransaction(
        { pool },
        async (client) => await closeMail(client, { ...ids, state: settlement.kind }),
      );
    case "bounced":
      return await inTransaction({ pool }, async (client) => await bounceAction(client, ids));
    case "again":
      await pool.query("UPDATE mails SET due_at_ms = $2, lease_until_ms = 0 WHERE id = $1 AND state = 'due'", [
        mail.id,
        atMs + settlement.afterMs,
      ]);
  }
}
