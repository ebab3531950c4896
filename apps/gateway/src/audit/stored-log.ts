/** The audit log as it is stored: its head, its links, and an organisation's own events (docs/protocol/audit.md §4). */
import { type SignedAuditHead, signAuditHead } from "@coterie/audit-log";
import type { Bytes } from "@coterie/bytes";
import { sql } from "kysely";
import type { AuditEventTable } from "../db/audit-schema.ts";
import type { GatewayDeps } from "../deps.ts";

/** An event with its places. */
export interface StoredAuditEvent extends Omit<AuditEventTable, "id"> {
  readonly seq: number;
  readonly organisation_seq: number;
}

/** A link; with its event where that is the reader's own. */
export interface StoredAuditLink {
  readonly eventHash: Bytes;
  readonly event: StoredAuditEvent | undefined;
}

/** The state of the log now, signed. */
export async function signStoredHead(
  deps: Pick<GatewayDeps, "db" | "primitives" | "secrets" | "now">,
): Promise<SignedAuditHead> {
  const { rows } = await sql<{ log_id: Bytes; seq: number | null; hash: Bytes | null }>`
    SELECT l.log_id, c.seq, c.hash FROM audit_logs l
    LEFT JOIN LATERAL (SELECT seq, hash FROM audit_chain ORDER BY seq DESC LIMIT 1) c ON true`.execute(deps.db);
  const [row] = rows;
  if (row === undefined) throw new Error("the audit log has no id");
  const head = { logId: row.log_id, size: row.seq ?? 0, hash: row.hash ?? new Uint8Array(0), signedAtMs: deps.now() };
  return signAuditHead(deps.primitives, { head, signing: deps.secrets.signing });
}

/** Links after a place, in order. */
export async function listStoredLinks(
  { db }: Pick<GatewayDeps, "db">,
  input: { readonly organisationId: Bytes; readonly afterSeq: number; readonly limit: number },
): Promise<readonly StoredAuditLink[]> {
  const { rows } = await sql<StoredAuditEvent & { event_hash: Bytes; is_own: boolean }>`
    SELECT c.event_hash, c.seq, c.organisation_seq, e.*, e.id IS NOT NULL AS is_own
    FROM audit_chain c
    LEFT JOIN audit_events e ON e.id = c.event_id AND e.organisation_id = ${input.organisationId}
    WHERE c.seq > ${input.afterSeq} ORDER BY c.seq LIMIT ${input.limit}`.execute(db);
  return rows.map(({ event_hash, is_own, ...event }) => ({
    eventHash: event_hash,
    event: is_own ? event : undefined,
  }));
}

/** Which of an organisation's own events, the newest first. */
export interface OwnEventsInput {
  readonly organisationId: Bytes;
  /** Only before this place. */
  readonly beforeSeq: number;
  readonly limit: number;
}

/** An organisation's own events. */
export async function listOwnEvents(
  { db }: Pick<GatewayDeps, "db">,
  { organisationId, beforeSeq, limit }: OwnEventsInput,
): Promise<readonly StoredAuditEvent[]> {
  const { rows } = await sql<StoredAuditEvent>`
    SELECT c.seq, c.organisation_seq, e.* FROM audit_chain c JOIN audit_events e ON e.id = c.event_id
    WHERE c.organisation_id = ${organisationId} AND c.seq < ${beforeSeq}
    ORDER BY c.seq DESC LIMIT ${limit}`.execute(db);
  return rows;
}
