/**
 * Events that would come too often one by one, like the pages of a pull: the first is recorded at once, what follows is counted and
 * recorded an hour later, so that each organisation has at most one such event an hour.
 */
import type { Bytes } from "@coterie/bytes";
import { inTransaction } from "../db/transaction.ts";
import type { GatewayDeps } from "../deps.ts";
import type { AuditEventName } from "./event-names.ts";
import { recordEvent } from "./record-event.ts";

const hourMs = 3_600_000;

/** What is counted. */
export interface HourlyEventInput {
  readonly organisationId: Bytes;
  /** The token that was used last; undefined where the gateway acts by itself. */
  readonly tokenId: Bytes | undefined;
  readonly event: AuditEventName;
  readonly amount: number;
}

type HourlyDeps = Pick<GatewayDeps, "pool" | "random" | "now">;

/** Counts, and records where an hour has passed since the last such event. */
export async function recordHourly(
  deps: HourlyDeps,
  { organisationId, tokenId, event, amount }: HourlyEventInput,
): Promise<void> {
  await deps.pool.query(
    `INSERT INTO audit_counts (organisation_id, event, token_id, recorded_at_ms, amount) VALUES ($1, $2, $3, 0, $4)
     ON CONFLICT (organisation_id, event) DO UPDATE SET amount = audit_counts.amount + excluded.amount,
       token_id = excluded.token_id`,
    [organisationId, event, tokenId ?? null, amount],
  );
  await recordCounted(deps);
}

interface CountRow {
  readonly organisation_id: Bytes;
  readonly event: AuditEventName;
  readonly token_id: Bytes | null;
  readonly amount: number;
}

/** Records every count that is due. Several gateways may do it at once: each count is recorded by one of them. */
export async function recordCounted(deps: HourlyDeps): Promise<void> {
  const atMs = deps.now();
  await inTransaction(deps, async (client) => {
    const { rows } = await client.query<CountRow>(
      `WITH due AS (
         SELECT organisation_id, event, token_id, amount FROM audit_counts
         WHERE amount > 0 AND recorded_at_ms <= $1::bigint - ${hourMs} FOR UPDATE SKIP LOCKED)
       UPDATE audit_counts c SET recorded_at_ms = $1, amount = 0 FROM due
       WHERE c.organisation_id = due.organisation_id AND c.event = due.event
       RETURNING due.organisation_id, due.event, due.token_id, due.amount`,
      [atMs],
    );
    for (const { organisation_id, event, token_id, amount } of rows) {
      await recordEvent(deps, client, {
        organisationId: organisation_id,
        actor: token_id === null ? { kind: "gateway" } : { kind: "organisation", tokenId: token_id },
        event,
        subject: "",
        amount,
        atMs,
      });
    }
  });
}
