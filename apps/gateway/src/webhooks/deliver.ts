/** One attempt: read what is to be posted, sign it, post it. */
import { encodeBase64Url, encodeUtf8 } from "@coterie/bytes";
import { encodeWebhookPublicKey, signWebhook } from "@coterie/webhook";
import type { WebhookTable } from "../db/webhook-schema.ts";
import type { GatewayDeps } from "../deps.ts";
import { encodeId, generateId } from "../ids.ts";
import type { ClaimedDelivery } from "./claim.ts";
import { createDeliveryBody, createTestBody } from "./delivery-body.ts";
import { post, type PostDeps, type PostResult } from "./post.ts";
import type { WebhookKeys } from "./webhook-keys.ts";

/** What delivering needs. */
export interface DeliverDeps extends Pick<GatewayDeps, "db" | "primitives" | "random" | "now">, PostDeps {
  readonly keys: WebhookKeys;
}

/** An attempt and how long it took. */
export interface TimedResult {
  readonly result: PostResult;
  readonly durationMs: number;
}

/** Posts a claimed delivery. Where all that was numbered is gone, it has arrived. */
export async function deliver(
  deps: DeliverDeps,
  { delivery, signal }: { readonly delivery: ClaimedDelivery; readonly signal: AbortSignal },
): Promise<TimedResult> {
  const { organisation_id, shape, first_sequence: firstSequence, last_sequence: lastSequence } = delivery;
  const webhook = { id: delivery.webhook_id, organisation_id, shape };
  const body = await createDeliveryBody(deps, { webhook, firstSequence, lastSequence });
  if (body === undefined)
    return { result: { outcome: "delivered", status: 0, retryAfterMs: undefined }, durationMs: 0 };
  return await postSigned(deps, { url: delivery.url, id: encodeId("cmsg", delivery.id), body, signal });
}

/** Posts a delivery without content, under an id of its own. */
export async function deliverTest(
  deps: DeliverDeps,
  { webhook, signal }: { readonly webhook: WebhookTable; readonly signal: AbortSignal },
): Promise<TimedResult> {
  const id = encodeId("cmsg", generateId(deps.random));
  return await postSigned(deps, { url: webhook.url, id, body: createTestBody(deps, webhook), signal });
}

interface SignedPost {
  readonly url: string;
  readonly id: string;
  readonly body: Uint8Array;
  readonly signal: AbortSignal;
}

async function postSigned(deps: DeliverDeps, { url, id, body, signal }: SignedPost): Promise<TimedResult> {
  const signed = signWebhook(deps, { id, sentAtMs: deps.now(), body, keys: await deps.keys.current() });
  const headers = { ...signed, "content-type": "application/json", "user-agent": "Coterie" };
  const startedAtMs = performance.now();
  const result = await post(deps, { url: new URL(url), headers, body, signal });
  return { result, durationMs: performance.now() - startedAtMs };
}

/** The public document of the keys, for receivers without a token (docs/protocol/webhooks.md §4). */
export async function createKeyDocument(keys: Pick<WebhookKeys, "publish">): Promise<Uint8Array> {
  const published = await keys.publish();
  return encodeUtf8(
    JSON.stringify({
      keys: published.map(({ public: publicKey, createdAtMs, endsAtMs, signature }) => ({
        key: encodeWebhookPublicKey(publicKey),
        createdAtMs,
        endsAtMs,
        signature: encodeBase64Url(signature),
      })),
    }),
  );
}
