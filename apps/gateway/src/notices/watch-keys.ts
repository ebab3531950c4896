/**
 * Seeing that another key is sealed to than before, by whatever path it came: a change written past the gateway's own functions
 * leaves no event, so that this one is recorded and told (docs/protocol/audit.md §7). Whoever holds the database can hide this as
 * well; the pins of those who seal are what protects against that.
 */
import { type Bytes, encodeTextForm } from "@coterie/bytes";
import { recordEvent } from "../audit/record-event.ts";
import { inTransaction } from "../db/transaction.ts";
import type { GatewayDeps } from "../deps.ts";

type WatchDeps = Pick<GatewayDeps, "pool" | "random" | "now">;

interface Difference {
  readonly organisation_id: Bytes;
  readonly key_id: Bytes | null;
  /** The newest event about its keys in use, where there is one. */
  readonly event: string | null;
  /** The key that was activated last, "ckey1…", or that was last seen in use. */
  readonly announced: string | null;
}

/** Looks at every organisation's key in use, and records those changes that no event explains. */
export async function watchKeys(deps: WatchDeps): Promise<void> {
  const { rows } = await deps.pool.query<Difference>(
    `WITH used AS (
       SELECT d.organisation_id, (SELECT u.key_id FROM key_uses u WHERE u.organisation_id = d.organisation_id
         AND u.is_active AND u.from_ms <= $1 AND $1 < u.until_ms ORDER BY u.key_id LIMIT 1) AS key_id
       FROM deliveries d)
     SELECT u.organisation_id, u.key_id, e.event, n.subject AS announced
     FROM used u
     LEFT JOIN watched_keys w ON w.organisation_id = u.organisation_id
     LEFT JOIN LATERAL (
       SELECT e.event, e.subject FROM audit_chain c JOIN audit_events e ON e.id = c.event_id
       WHERE c.organisation_id = u.organisation_id
         AND e.event IN ('key-activated', 'key-retired', 'key-revoked', 'key-in-use-changed')
       ORDER BY c.seq DESC LIMIT 1) e ON true
     LEFT JOIN LATERAL (
       SELECT e.subject FROM audit_chain c JOIN audit_events e ON e.id = c.event_id
       WHERE c.organisation_id = u.organisation_id AND e.event IN ('key-activated', 'key-in-use-changed')
       ORDER BY c.seq DESC LIMIT 1) n ON true
     WHERE (w.organisation_id IS NULL AND u.key_id IS NOT NULL) OR w.key_id IS DISTINCT FROM u.key_id`,
    [deps.now()],
  );
  for (const row of rows) await noteChange(deps, row);
}

async function noteChange(deps: WatchDeps, { organisation_id, key_id, event, announced }: Difference): Promise<void> {
  const keyText = key_id === null ? "" : encodeTextForm("ckey", key_id);
  // Before the log recorded anything about its keys, an organisation may have had one already.
  const isFirst = event === null;
  const isExplained = key_id === null ? event === "key-retired" || event === "key-revoked" : announced === keyText;
  await inTransaction(deps, async (client) => {
    const { rowCount } = await client.query(
      `INSERT INTO watched_keys (organisation_id, key_id) VALUES ($1, $2)
       ON CONFLICT (organisation_id) DO UPDATE SET key_id = excluded.key_id
       WHERE watched_keys.key_id IS DISTINCT FROM excluded.key_id`,
      [organisation_id, key_id],
    );
    // Another gateway saw it first.
    if (rowCount === 0 || isFirst || isExplained) return;
    await recordEvent(deps, client, {
      organisationId: organisation_id,
      actor: { kind: "gateway" },
      event: "key-in-use-changed",
      subject: keyText,
      atMs: deps.now(),
    });
  });
}
