/** The webhooks of organisations: made, changed, removed, listed. What delivers them is in at-work.ts. */
import type { Bytes } from "@coterie/bytes";
import type { PoolClient } from "pg";
import { recordEvent } from "../audit/record-event.ts";
import { refuseHome } from "../campaigns/campaigns.ts";
import { inTransaction } from "../db/transaction.ts";
import type { StoredShape, StoredWebhookState, WebhookTable } from "../db/webhook-schema.ts";
import type { GatewayDeps } from "../deps.ts";
import { RefusedError } from "../errors.ts";
import { encodeId, generateId } from "../ids.ts";
import type { Caller } from "../organisations/authentication.ts";
import type { AddressPolicy } from "./address-policy.ts";
import { parseWebhookAddress } from "./webhook-address.ts";

/** A webhook with what waits for it. */
export interface CountedWebhook extends WebhookTable {
  readonly waiting: number;
  readonly dead_letters: number;
}

/** What the functions of this file need. */
export interface WebhooksDeps extends Pick<GatewayDeps, "pool" | "random" | "now"> {
  readonly policy: AddressPolicy;
}

/** Webhooks of one organisation. */
export const mostWebhooks = 5;
/** Contacts and events in one delivery. */
export const mostInDelivery = 250;
const usualInDelivery = 100;

/** Makes a webhook. Throws RefusedError "invalid", "conflict" where there are too many, "home-organisation". */
export async function createWebhook(
  deps: WebhooksDeps,
  input: {
    readonly caller: Caller;
    readonly url: string;
    readonly shape: StoredShape;
    readonly batchSize: number;
    readonly onlyNew: boolean;
  },
): Promise<CountedWebhook> {
  const { caller, shape, onlyNew } = input;
  refuseHome(caller);
  const url = parseWebhookAddress(deps, input.url);
  const batchSize = parseBatchSize(shape, input.batchSize);
  const id = generateId(deps.random);
  return await inTransaction(deps, async (client) => {
    // Locked, so that two calls at once do not make one too many.
    const { rows: deliveries } = await client.query<{ last_sequence: number }>(
      "SELECT last_sequence FROM deliveries WHERE organisation_id = $1 FOR UPDATE",
      [caller.organisationId],
    );
    const { rows: existing } = await client.query("SELECT 1 FROM webhooks WHERE organisation_id = $1", [
      caller.organisationId,
    ]);
    if (existing.length >= mostWebhooks) throw new RefusedError("conflict");
    const position = onlyNew ? (deliveries[0]?.last_sequence ?? 0) : 0;
    await client.query(
      `INSERT INTO webhooks (id, organisation_id, url, shape, state, batch_size, position, created_at_ms)
       VALUES ($1, $2, $3, $4, 'active', $5, $6, $7)`,
      [id, caller.organisationId, url, shape, batchSize, position, deps.now()],
    );
    await record(deps, client, { caller, event: "webhook-created", id });
    return await getWebhook(client, { organisationId: caller.organisationId, id });
  });
}

/** What of a webhook is changed; undefined stays. */
export interface WebhookChange {
  readonly url: string | undefined;
  readonly batchSize: number | undefined;
  readonly state: Extract<StoredWebhookState, "active" | "paused"> | undefined;
}

/** Changes a webhook of the caller's. Throws RefusedError "not-found", "invalid". */
export async function updateWebhook(
  deps: WebhooksDeps,
  { caller, id, change }: { readonly caller: Caller; readonly id: Bytes; readonly change: WebhookChange },
): Promise<CountedWebhook> {
  const name = { organisationId: caller.organisationId, id };
  return await inTransaction(deps, async (client) => {
    const before = await getWebhook(client, name, "FOR UPDATE OF w");
    const url = change.url === undefined ? before.url : parseWebhookAddress(deps, change.url);
    const batchSize =
      change.batchSize === undefined ? before.batch_size : parseBatchSize(before.shape, change.batchSize);
    await client.query("UPDATE webhooks SET url = $2, batch_size = $3, state = coalesce($4, state) WHERE id = $1", [
      id,
      url,
      batchSize,
      change.state ?? null,
    ]);
    // Another address, or a new start: at once, and counted from the beginning.
    if (change.state === "active" || url !== before.url) await startAnew(deps, client, id);
    await record(deps, client, { caller, event: "webhook-changed", id });
    return await getWebhook(client, name);
  });
}

async function startAnew({ now }: Pick<GatewayDeps, "now">, client: PoolClient, id: Bytes): Promise<void> {
  await client.query("UPDATE webhooks SET failing_since_ms = NULL, set_aside_in_a_row = 0 WHERE id = $1", [id]);
  await client.query(
    "UPDATE webhook_deliveries SET due_at_ms = $2, attempts = 0 WHERE webhook_id = $1 AND state <> 'dead'",
    [id, now()],
  );
}

/** Removes a webhook of the caller's. Throws RefusedError "not-found". */
export async function removeWebhook(
  deps: WebhooksDeps,
  { caller, id }: { readonly caller: Caller; readonly id: Bytes },
): Promise<void> {
  await inTransaction(deps, async (client) => {
    const { rowCount } = await client.query("DELETE FROM webhooks WHERE id = $1 AND organisation_id = $2", [
      id,
      caller.organisationId,
    ]);
    if (rowCount === 0) throw new RefusedError("not-found");
    await record(deps, client, { caller, event: "webhook-removed", id });
  });
}

/** The webhooks of an organisation, the oldest first: never more than a handful. */
export async function listWebhooks(
  { pool }: Pick<GatewayDeps, "pool">,
  organisationId: Bytes,
): Promise<readonly CountedWebhook[]> {
  const { rows } = await pool.query<CountedWebhook>(
    `${countedWebhooks} WHERE w.organisation_id = $1 ORDER BY w.created_at_ms, w.id`,
    [organisationId],
  );
  return rows;
}

const countedWebhooks = `
  SELECT w.*, d.last_sequence - w.position AS waiting,
    (SELECT count(*)::int FROM webhook_deliveries x WHERE x.webhook_id = w.id AND x.state = 'dead') AS dead_letters
  FROM webhooks w JOIN deliveries d ON d.organisation_id = w.organisation_id`;

/** A webhook of an organisation. Throws RefusedError "not-found". */
export async function getWebhook(
  client: Pick<PoolClient, "query">,
  { organisationId, id }: { readonly organisationId: Bytes; readonly id: Bytes },
  locking: "" | "FOR UPDATE OF w" = "",
): Promise<CountedWebhook> {
  const { rows } = await client.query<CountedWebhook>(
    `${countedWebhooks} WHERE w.id = $1 AND w.organisation_id = $2 ${locking}`,
    [id, organisationId],
  );
  const [webhook] = rows;
  if (webhook === undefined) throw new RefusedError("not-found");
  return webhook;
}

/** Proca's shape has one message in a delivery. */
function parseBatchSize(shape: StoredShape, batchSize: number): number {
  if (batchSize < 0 || batchSize > mostInDelivery) throw new RefusedError("invalid");
  if (shape === "proca") return 1;
  return batchSize === 0 ? usualInDelivery : batchSize;
}

interface Recorded {
  readonly caller: Caller;
  readonly event: "webhook-created" | "webhook-changed" | "webhook-removed";
  readonly id: Bytes;
}

async function record(
  deps: Pick<GatewayDeps, "random" | "now">,
  client: PoolClient,
  { caller, event, id }: Recorded,
): Promise<void> {
  await recordEvent(deps, client, {
    organisationId: caller.organisationId,
    actor: { kind: "organisation", tokenId: caller.tokenId },
    event,
    subject: encodeId("cweb", id),
    atMs: deps.now(),
  });
}
