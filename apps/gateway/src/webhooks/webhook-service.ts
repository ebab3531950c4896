/** Webhooks over the wire: what an organisation may decide, and the operator about keys. */
import type { MessageInitShape } from "@bufbuild/protobuf";
import type { ConnectRouter, ServiceImpl } from "@connectrpc/connect";
import { type Bytes, encodeHex } from "@coterie/bytes";
import {
  type DeadLetterSchema,
  type WebhookAttemptSchema,
  WebhookKeyService,
  type WebhookSchema,
  WebhookService,
  WebhookShape,
  WebhookState,
} from "@coterie/protocol";
import { recordEvent } from "../audit/record-event.ts";
import { refuseHome } from "../campaigns/campaigns.ts";
import { inTransaction } from "../db/transaction.ts";
import type { AttemptColumns, StoredShape, StoredWebhookState, WebhookDeliveryTable } from "../db/webhook-schema.ts";
import type { GatewayDeps } from "../deps.ts";
import { RefusedError } from "../errors.ts";
import { RateLimiter } from "../http/rate-limits.ts";
import { encodeId, parseId } from "../ids.ts";
import type { Authentication } from "../organisations/authentication.ts";
import type { Webhooks } from "./at-work.ts";
import { listDeadLetters, redriveDeadLetters } from "./dead-letters.ts";
import {
  type CountedWebhook,
  createWebhook,
  getWebhook,
  listWebhooks,
  removeWebhook,
  updateWebhook,
  type WebhookChange,
  type WebhooksDeps,
} from "./webhooks.ts";

/** What the services need. */
export interface WebhookServiceDeps extends WebhooksDeps, Pick<GatewayDeps, "pool"> {
  readonly authentication: Authentication;
  readonly webhooks: Webhooks;
}

type Methods = ServiceImpl<typeof WebhookService>;

/** Tests of one organisation: they make this gateway reach out at once. */
const testRate = { perSecond: 0.2, burst: 5 };

/** Adds the services. */
export function registerWebhookServices(router: ConnectRouter, deps: WebhookServiceDeps): void {
  router.service(WebhookService, { ...settingMethods(deps), ...deliveryMethods(deps) });
  router.service(WebhookKeyService, {
    rotateWebhookKey: async (_request, context) => {
      deps.authentication.requireOperator(context);
      await deps.webhooks.keys.rotate();
      await inTransaction(
        deps,
        async (client) =>
          await recordEvent(deps, client, {
            organisationId: undefined,
            actor: { kind: "operator" },
            event: "webhook-key-rotated",
            subject: "",
            atMs: deps.now(),
          }),
      );
      return { keys: [...(await publishedKeys(deps))] };
    },
  });
}

function settingMethods(
  deps: WebhookServiceDeps,
): Pick<Methods, "createWebhook" | "updateWebhook" | "removeWebhook" | "listWebhooks" | "getWebhookKeys"> {
  const { requireOrganisation } = deps.authentication;
  return {
    createWebhook: async ({ url, shape, batchSize, onlyNew }, context) => {
      const caller = await requireOrganisation(context);
      const made = await createWebhook(deps, { caller, url, shape: fromShapeMessage(shape), batchSize, onlyNew });
      return { webhook: toWebhookMessage(made) };
    },
    updateWebhook: async ({ webhookId, url, batchSize, state }, context) => {
      const caller = await requireOrganisation(context);
      const change = { url, batchSize, state: fromStateMessage(state) };
      const changed = await updateWebhook(deps, { caller, id: parseId("cweb", webhookId), change });
      return { webhook: toWebhookMessage(changed) };
    },
    removeWebhook: async ({ webhookId }, context) => {
      const caller = await requireOrganisation(context);
      await removeWebhook(deps, { caller, id: parseId("cweb", webhookId) });
      return {};
    },
    listWebhooks: async (_request, context) => {
      const { organisationId } = await requireOrganisation(context);
      return { webhooks: (await listWebhooks(deps, organisationId)).map(toWebhookMessage) };
    },
    getWebhookKeys: async (_request, context) => {
      await requireOrganisation(context);
      return { keys: [...(await publishedKeys(deps))] };
    },
  };
}

function deliveryMethods(
  deps: WebhookServiceDeps,
): Pick<Methods, "testWebhook" | "listDeadLetters" | "redriveDeadLetters"> {
  const { requireOrganisation } = deps.authentication;
  const tests = new RateLimiter(deps, testRate);
  return {
    testWebhook: async ({ webhookId }, context) => {
      const { organisationId } = await requireOrganisation(context);
      if (!tests.take(encodeHex(organisationId))) throw new RefusedError("rate-limited");
      const webhook = await getWebhook(deps.pool, { organisationId, id: parseId("cweb", webhookId) });
      const atMs = deps.now();
      const { result, durationMs } = await deps.webhooks.test(webhook);
      const attempt = { outcome: result.outcome, status: result.status, durationMs: Math.round(durationMs) };
      return { attempt: { ...attempt, atMs: BigInt(atMs) } };
    },
    listDeadLetters: async ({ webhookId, pageSize, pageToken }, context) => {
      const { organisationId } = await requireOrganisation(context);
      const name = { organisationId, webhookId: parseId("cweb", webhookId) };
      const { deadLetters, nextPageToken } = await listDeadLetters(deps, { ...name, pageSize, pageToken });
      return { deadLetters: deadLetters.map(toDeadLetterMessage), nextPageToken };
    },
    redriveDeadLetters: async ({ webhookId, ids }, context) => {
      const caller = await requireOrganisation(context);
      refuseHome(caller);
      const wanted: readonly Bytes[] = ids.map((id) => parseId("cmsg", id));
      return {
        redriven: await redriveDeadLetters(deps, { caller, webhookId: parseId("cweb", webhookId), ids: wanted }),
      };
    },
  };
}

async function publishedKeys({ webhooks }: WebhookServiceDeps): Promise<
  readonly {
    readonly public: Bytes;
    readonly createdAtMs: bigint;
    readonly endsAtMs: bigint;
    readonly signature: Bytes;
  }[]
> {
  return (await webhooks.keys.publish()).map(({ createdAtMs, endsAtMs, ...key }) => ({
    ...key,
    createdAtMs: BigInt(createdAtMs),
    endsAtMs: BigInt(endsAtMs),
  }));
}

const shapeMessage: { readonly [Shape in StoredShape]: WebhookShape } = {
  coterie: WebhookShape.COTERIE,
  proca: WebhookShape.PROCA,
};

const stateMessage: { readonly [State in StoredWebhookState]: WebhookState } = {
  active: WebhookState.ACTIVE,
  paused: WebhookState.PAUSED,
  suspended: WebhookState.SUSPENDED,
};

function fromShapeMessage(shape: WebhookShape): StoredShape {
  if (shape === WebhookShape.COTERIE || shape === WebhookShape.UNSPECIFIED) return "coterie";
  if (shape === WebhookShape.PROCA) return "proca";
  throw new RefusedError("invalid");
}

function fromStateMessage(state: WebhookState | undefined): WebhookChange["state"] {
  if (state === undefined) return undefined;
  if (state === WebhookState.ACTIVE) return "active";
  if (state === WebhookState.PAUSED) return "paused";
  throw new RefusedError("invalid");
}

function toWebhookMessage(webhook: CountedWebhook): MessageInitShape<typeof WebhookSchema> {
  const lastAttempt = toAttemptMessage(webhook);
  return {
    id: encodeId("cweb", webhook.id),
    url: webhook.url,
    shape: shapeMessage[webhook.shape],
    state: stateMessage[webhook.state],
    batchSize: webhook.batch_size,
    createdAtMs: BigInt(webhook.created_at_ms),
    ...(lastAttempt === undefined ? {} : { lastAttempt }),
    lastDeliveredAtMs: BigInt(webhook.last_delivered_at_ms ?? 0),
    failingSinceMs: BigInt(webhook.failing_since_ms ?? 0),
    waiting: BigInt(webhook.waiting),
    deadLetters: webhook.dead_letters,
  };
}

function toDeadLetterMessage(row: WebhookDeliveryTable): MessageInitShape<typeof DeadLetterSchema> {
  const lastAttempt = toAttemptMessage(row);
  return {
    id: encodeId("cmsg", row.id),
    size: row.last_sequence - row.first_sequence + 1,
    attempts: row.attempts,
    ...(lastAttempt === undefined ? {} : { lastAttempt }),
    createdAtMs: BigInt(row.created_at_ms),
  };
}

function toAttemptMessage(row: AttemptColumns): MessageInitShape<typeof WebhookAttemptSchema> | undefined {
  if (row.last_outcome === null) return undefined;
  return {
    outcome: row.last_outcome,
    status: row.last_status ?? 0,
    atMs: BigInt(row.last_attempt_at_ms ?? 0),
    durationMs: row.last_duration_ms ?? 0,
  };
}
