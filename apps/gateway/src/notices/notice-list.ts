/** Notices as the organisation pages show them: recent events that one token has not dismissed (docs/protocol/audit.md §7). */
import type { Bytes } from "@coterie/bytes";
import { sql } from "kysely";
import type { StoredAuditEvent } from "../audit/stored-log.ts";
import type { GatewayDeps } from "../deps.ts";
import { RefusedError } from "../errors.ts";
import type { Caller } from "../organisations/authentication.ts";
import { noticeEvents } from "./texts/catalogue.ts";

const mostNotices = 100;
const shownMs = 90 * 86_400_000;

/** The notices of a token, the newest first. What happened before the token was made, or with its making, is not news to its holder. */
export async function listNotices(
  { db, now }: Pick<GatewayDeps, "db" | "now">,
  { organisationId, tokenId }: Pick<Caller, "organisationId" | "tokenId">,
): Promise<readonly StoredAuditEvent[]> {
  const { rows } = await sql<StoredAuditEvent>`
    SELECT c.seq, c.organisation_seq, e.* FROM audit_chain c JOIN audit_events e ON e.id = c.event_id
    JOIN organisation_tokens t ON t.token_id = ${tokenId}
    WHERE c.organisation_id = ${organisationId} AND e.event = ANY(${noticeEvents}) AND e.at_ms > ${now() - shownMs}
      AND e.at_ms > t.created_at_ms
      AND NOT EXISTS (SELECT FROM notice_dismissals d WHERE d.token_id = t.token_id AND d.seq = c.seq)
    ORDER BY c.seq DESC LIMIT ${mostNotices}`.execute(db);
  return rows;
}

/** Shows notices to this token no more; what is not the organisation's is passed over. Throws RefusedError "invalid", "too-large". */
export async function dismissNotices(
  { db }: Pick<GatewayDeps, "db">,
  { caller, seqs }: { readonly caller: Caller; readonly seqs: readonly number[] },
): Promise<void> {
  if (seqs.length === 0) throw new RefusedError("invalid");
  if (seqs.length > mostNotices) throw new RefusedError("too-large");
  const own = await db
    .selectFrom("audit_chain")
    .select("seq")
    .where("organisation_id", "=", caller.organisationId)
    .where("seq", "in", seqs)
    .execute();
  if (own.length === 0) return;
  await db
    .insertInto("notice_dismissals")
    .values(own.map(({ seq }: { readonly seq: number }) => ({ token_id: caller.tokenId, seq })))
    .onConflict((conflict) => conflict.doNothing())
    .execute();
}

/** The events that staff is to be told of after a place in the log, the oldest first. */
export async function listNoticesAfter(
  { db }: Pick<GatewayDeps, "db">,
  {
    organisationId,
    afterSeq,
    limit,
  }: { readonly organisationId: Bytes; readonly afterSeq: number; readonly limit: number },
): Promise<readonly (StoredAuditEvent & { readonly token_label: string | null })[]> {
  const { rows } = await sql<StoredAuditEvent & { token_label: string | null }>`
    SELECT c.seq, c.organisation_seq, e.*, t.label AS token_label
    FROM audit_chain c JOIN audit_events e ON e.id = c.event_id
    LEFT JOIN organisation_tokens t ON t.token_id = e.token_id
    WHERE c.organisation_id = ${organisationId} AND c.seq > ${afterSeq} AND e.event = ANY(${noticeEvents})
    ORDER BY c.seq LIMIT ${limit}`.execute(db);
  return rows;
}
