/**
 * Which delivery is posted next, by which gateway, and what became of it. A delivery is claimed with a lease; a process that dies leaves
 * a lease that runs out, and the same delivery is posted again under the same id (docs/protocol/webhooks.md §5).
 */
import type { Bytes } from "@coterie/bytes";
import { randomBytes } from "@coterie/primitives";
import type { PoolClient } from "pg";
import { recordEvent } from "../audit/record-event.ts";
import { inTransaction } from "../db/transaction.ts";
import type { StoredShape, WebhookTable } from "../db/webhook-schema.ts";
import type { GatewayDeps } from "../deps.ts";
import { encodeId, generateId } from "../ids.ts";
import type { PostResult } from "./post.ts";
import { decideConsequence } from "./schedule.ts";

/** A delivery that this process may post until its lease ends. */
export interface ClaimedDelivery {
  readonly id: Bytes;
  readonly webhook_id: Bytes;
  readonly organisation_id: Bytes;
  readonly url: string;
  readonly shape: StoredShape;
  readonly first_sequence: number;
  readonly last_sequence: number;
  /** This one included. */
  readonly attempts: number;
  readonly lease: Bytes;
}

type Deps = Pick<GatewayDeps, "pool" | "random" | "now">;

/** Longer than any attempt, with room for clocks that differ. */
export const leaseMs = 60_000;
const mostMadeAtOnce = 100;

/**
 * Makes the next delivery of each webhook that has none and for which something waits. The webhook's row is locked first, and read
 * again after that: its position cannot be an old one.
 */
export async function makeDeliveries({ pool, random, now }: Deps): Promise<void> {
  await inTransaction({ pool }, async (client) => {
    const { rows } = await client.query<{ id: Bytes }>(
      `SELECT w.id FROM webhooks w JOIN deliveries d ON d.organisation_id = w.organisation_id
       WHERE w.state = 'active' AND d.last_sequence > w.position
         AND NOT EXISTS (SELECT FROM webhook_deliveries x WHERE x.webhook_id = w.id AND x.state = 'next')
       ORDER BY w.id LIMIT $1 FOR UPDATE OF w SKIP LOCKED`,
      [mostMadeAtOnce],
    );
    if (rows.length === 0) return;
    await insertNext(client, {
      webhookIds: rows.map(({ id }) => id),
      ids: rows.map(() => generateId(random)),
      atMs: now(),
    });
  });
}

async function insertNext(
  client: PoolClient,
  {
    webhookIds,
    ids,
    atMs,
  }: { readonly webhookIds: readonly Bytes[]; readonly ids: readonly Bytes[]; readonly atMs: number },
): Promise<void> {
  await client.query(
    `INSERT INTO webhook_deliveries (id, webhook_id, first_sequence, last_sequence, state, due_at_ms, created_at_ms)
     SELECT fresh.id, w.id, w.position + 1, least(w.position + w.batch_size, d.last_sequence), 'next', $3, $3
     FROM unnest($1::bytea[], $2::bytea[]) AS fresh(id, webhook_id)
     JOIN webhooks w ON w.id = fresh.webhook_id
     JOIN deliveries d ON d.organisation_id = w.organisation_id
     WHERE d.last_sequence > w.position
       AND NOT EXISTS (SELECT FROM webhook_deliveries x WHERE x.webhook_id = w.id AND x.state = 'next')`,
    [ids, webhookIds, atMs],
  );
}

/** Claims one delivery that is due, first those that never failed; one at a time of each webhook. */
export async function claimDelivery(
  { pool, random, now }: Deps,
  { onlyFresh }: { readonly onlyFresh: boolean },
): Promise<ClaimedDelivery | undefined> {
  const { rows } = await pool.query<ClaimedDelivery>(
    `WITH claimed AS (
       UPDATE webhook_deliveries SET lease_until_ms = $1::bigint + ${leaseMs}, lease = $2, attempts = least(attempts + 1, 100000)
       WHERE id = (
         SELECT x.id FROM webhook_deliveries x JOIN webhooks w ON w.id = x.webhook_id
         WHERE x.state <> 'dead' AND w.state = 'active' AND x.due_at_ms <= $1 AND x.lease_until_ms <= $1
           AND (x.attempts = 0 OR NOT $3)
           AND NOT EXISTS (SELECT FROM webhook_deliveries o WHERE o.webhook_id = w.id AND o.lease_until_ms > $1)
         ORDER BY (x.attempts > 0), x.due_at_ms LIMIT 1 FOR UPDATE OF x SKIP LOCKED)
       RETURNING id, webhook_id, first_sequence, last_sequence, attempts, lease)
     SELECT c.*, w.organisation_id, w.url, w.shape FROM claimed c JOIN webhooks w ON w.id = c.webhook_id`,
    [now(), randomBytes(random, 16), onlyFresh],
  );
  return rows[0];
}

/** Takes back the leases of a process that died, where no other one can hold any: on the private database of this gateway. */
export async function releaseDeliveries({ pool }: Pick<GatewayDeps, "pool">): Promise<void> {
  await pool.query("UPDATE webhook_deliveries SET lease_until_ms = 0, lease = NULL WHERE lease_until_ms > 0");
}

/** What became of a claimed delivery. */
export interface Settled {
  readonly delivery: ClaimedDelivery;
  readonly result: PostResult;
  readonly durationMs: number;
}

/** Writes it down, in one transaction under the webhook's row. An attempt that lost its lease meanwhile changes nothing. */
export async function settleDelivery(
  deps: Deps,
  settled: Settled,
): Promise<"arrived" | "again" | "set-aside" | "suspended" | "lost"> {
  const { delivery, result } = settled;
  const { pool, now } = deps;
  const atMs = now();
  return await inTransaction({ pool }, async (client) => {
    const { rows } = await client.query<WebhookTable>("SELECT * FROM webhooks WHERE id = $1 FOR UPDATE", [
      delivery.webhook_id,
    ]);
    const [webhook] = rows;
    const { rowCount } = await client.query(
      `UPDATE webhook_deliveries SET lease_until_ms = 0, lease = NULL, last_outcome = $3, last_status = $4,
         last_attempt_at_ms = $5, last_duration_ms = $6
       WHERE id = $1 AND lease = $2`,
      [delivery.id, delivery.lease, result.outcome, result.status, atMs, Math.round(settled.durationMs)],
    );
    if (webhook === undefined || rowCount === 0) return "lost";
    if (result.outcome === "stopped") {
      await client.query("UPDATE webhook_deliveries SET attempts = greatest(attempts - 1, 0) WHERE id = $1", [
        delivery.id,
      ]);
      return "again";
    }
    await noteAttempt(client, { settled, atMs });
    if (result.outcome === "delivered") return await settleArrived(deps, client, { delivery, atMs });
    return await settleFailed(deps, client, { settled, webhook, atMs });
  });
}

async function noteAttempt(
  client: PoolClient,
  { settled, atMs }: { readonly settled: Settled; readonly atMs: number },
): Promise<void> {
  const { delivery, result, durationMs } = settled;
  const hasArrived = result.outcome === "delivered";
  await client.query(
    `UPDATE webhooks SET last_outcome = $2, last_status = $3, last_attempt_at_ms = $4, last_duration_ms = $5,
       last_delivered_at_ms = CASE WHEN $6 THEN $4 ELSE last_delivered_at_ms END,
       failing_since_ms = CASE WHEN $6 THEN NULL ELSE coalesce(failing_since_ms, $4) END,
       set_aside_in_a_row = CASE WHEN $6 THEN 0 ELSE set_aside_in_a_row END
     WHERE id = $1`,
    [delivery.webhook_id, result.outcome, result.status, atMs, Math.round(durationMs), hasArrived],
  );
}

interface ArrivedInput {
  readonly delivery: ClaimedDelivery;
  readonly atMs: number;
}

async function settleArrived(
  { random }: Pick<Deps, "random">,
  client: PoolClient,
  { delivery, atMs }: ArrivedInput,
): Promise<"arrived"> {
  const { rows } = await client.query<{ state: string }>(
    "DELETE FROM webhook_deliveries WHERE id = $1 RETURNING state",
    [delivery.id],
  );
  if (rows[0]?.state !== "next") return "arrived";
  await advance(client, delivery);
  // A full one waits: at once. What fills up slowly is gathered until the next round.
  const { rowCount } = await client.query(
    `SELECT FROM webhooks w JOIN deliveries d ON d.organisation_id = w.organisation_id
     WHERE w.id = $1 AND w.state = 'active' AND d.last_sequence - w.position >= w.batch_size`,
    [delivery.webhook_id],
  );
  if (rowCount === 1) {
    await insertNext(client, { webhookIds: [delivery.webhook_id], ids: [generateId(random)], atMs });
  }
  return "arrived";
}

async function advance(client: PoolClient, delivery: ClaimedDelivery): Promise<void> {
  await client.query("UPDATE webhooks SET position = greatest(position, $2) WHERE id = $1", [
    delivery.webhook_id,
    delivery.last_sequence,
  ]);
}

interface FailedInput {
  readonly settled: Settled;
  readonly webhook: WebhookTable;
  readonly atMs: number;
}

async function settleFailed(
  deps: Deps,
  client: PoolClient,
  { settled, webhook, atMs }: FailedInput,
): Promise<"again" | "set-aside" | "suspended"> {
  const { delivery, result } = settled;
  const { rows } = await client.query<{ dead: number }>(
    "SELECT count(*)::int AS dead FROM webhook_deliveries WHERE webhook_id = $1 AND state = 'dead'",
    [webhook.id],
  );
  const consequence = decideConsequence(deps, {
    result,
    attempts: delivery.attempts,
    failingSinceMs: webhook.failing_since_ms ?? atMs,
    setAsideInARow: webhook.set_aside_in_a_row,
    deadLetters: rows[0]?.dead ?? 0,
    nowMs: atMs,
  });
  switch (consequence.kind) {
    case "again":
      await client.query("UPDATE webhook_deliveries SET due_at_ms = $2 WHERE id = $1", [
        delivery.id,
        atMs + consequence.afterMs,
      ]);
      return "again";
    case "set-aside":
      await setAside(client, delivery);
      if (!consequence.suspends) return "set-aside";
      await suspend(deps, client, { webhook, atMs });
      return "suspended";
    case "suspend":
      await suspend(deps, client, { webhook, atMs });
      return "suspended";
  }
}

async function setAside(client: PoolClient, delivery: ClaimedDelivery): Promise<void> {
  // "next" is unique: it must be given up before another one can be made.
  const { rows } = await client.query<{ was: string }>(
    `UPDATE webhook_deliveries x SET state = 'dead' FROM (SELECT id, state FROM webhook_deliveries WHERE id = $1) before
     WHERE x.id = before.id RETURNING before.state AS was`,
    [delivery.id],
  );
  await client.query("UPDATE webhooks SET set_aside_in_a_row = least(set_aside_in_a_row + 1, 1000) WHERE id = $1", [
    delivery.webhook_id,
  ]);
  if (rows[0]?.was === "next") await advance(client, delivery);
}

async function suspend(
  deps: Pick<Deps, "random">,
  client: PoolClient,
  { webhook, atMs }: { readonly webhook: WebhookTable; readonly atMs: number },
): Promise<void> {
  const { rowCount } = await client.query(
    "UPDATE webhooks SET state = 'suspended' WHERE id = $1 AND state = 'active'",
    [webhook.id],
  );
  if (rowCount === 0) return;
  await recordEvent(deps, client, {
    organisationId: webhook.organisation_id,
    actor: { kind: "gateway" },
    event: "webhook-suspended",
    subject: encodeId("cweb", webhook.id),
    atMs,
  });
}
