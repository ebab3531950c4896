/** Deliveries that were set aside: listed, and posted again. */
import { type Bytes, decodeBase64Url, encodeBase64Url, FieldReader, encodeFields } from "@coterie/bytes";
import { protocolLimits } from "@coterie/protocol";
import { recordEvent } from "../audit/record-event.ts";
import { inTransaction } from "../db/transaction.ts";
import type { WebhookDeliveryTable } from "../db/webhook-schema.ts";
import type { GatewayDeps } from "../deps.ts";
import { RefusedError } from "../errors.ts";
import { encodeId } from "../ids.ts";
import type { Caller } from "../organisations/authentication.ts";
import { getWebhook } from "./webhooks.ts";

/** Which part of the list. */
export interface DeadLetterRequest {
  readonly organisationId: Bytes;
  readonly webhookId: Bytes;
  readonly pageSize: number;
  readonly pageToken: string;
}

/** A page of dead letters, the oldest first. Throws RefusedError "not-found", "invalid". */
export async function listDeadLetters(
  { pool }: Pick<GatewayDeps, "pool">,
  { organisationId, webhookId, pageSize, pageToken }: DeadLetterRequest,
): Promise<{ readonly deadLetters: readonly WebhookDeliveryTable[]; readonly nextPageToken: string }> {
  if (pageSize < 0 || pageSize > protocolLimits.pageSize) throw new RefusedError("invalid");
  const size = pageSize === 0 ? protocolLimits.pageSize : pageSize;
  const after = pageToken === "" ? { createdAtMs: 0, id: new Uint8Array(0) } : parseToken(pageToken);
  await getWebhook(pool, { organisationId, id: webhookId });
  const { rows } = await pool.query<WebhookDeliveryTable>(
    `SELECT * FROM webhook_deliveries
     WHERE webhook_id = $1 AND state = 'dead' AND (created_at_ms, id) > ($2, $3) ORDER BY created_at_ms, id LIMIT $4`,
    [webhookId, after.createdAtMs, after.id, size + 1],
  );
  const deadLetters = rows.slice(0, size);
  const last = rows.length > size ? deadLetters.at(-1) : undefined;
  return { deadLetters, nextPageToken: last === undefined ? "" : encodeToken(last) };
}

function encodeToken({ created_at_ms, id }: WebhookDeliveryTable): string {
  return encodeBase64Url(encodeFields(created_at_ms, id));
}

function parseToken(token: string): { readonly createdAtMs: number; readonly id: Bytes } {
  try {
    const reader = new FieldReader(decodeBase64Url(token));
    const after = { createdAtMs: reader.number(), id: reader.bytes(16) };
    reader.end();
    return after;
  } catch {
    throw new RefusedError("invalid");
  }
}

/** Posts dead letters again, beside what is next; all where no ids are given. Returns how many. Throws RefusedError "not-found". */
export async function redriveDeadLetters(
  deps: Pick<GatewayDeps, "pool" | "random" | "now">,
  { caller, webhookId, ids }: { readonly caller: Caller; readonly webhookId: Bytes; readonly ids: readonly Bytes[] },
): Promise<number> {
  if (ids.length > protocolLimits.pageSize) throw new RefusedError("invalid");
  return await inTransaction(deps, async (client) => {
    await getWebhook(client, { organisationId: caller.organisationId, id: webhookId }, "FOR UPDATE OF w");
    const atMs = deps.now();
    const { rowCount } = await client.query(
      `UPDATE webhook_deliveries SET state = 'redriven', attempts = 0, due_at_ms = $2, lease_until_ms = 0, lease = NULL
       WHERE webhook_id = $1 AND state = 'dead' AND ($3::bytea[] = '{}' OR id = ANY($3::bytea[]))`,
      [webhookId, atMs, ids],
    );
    const redriven = rowCount ?? 0;
    if (redriven === 0) return 0;
    await recordEvent(deps, client, {
      organisationId: caller.organisationId,
      actor: { kind: "organisation", tokenId: caller.tokenId },
      event: "webhook-dead-letters-redriven",
      subject: encodeId("cweb", webhookId),
      amount: redriven,
      atMs,
    });
    return redriven;
  });
}
