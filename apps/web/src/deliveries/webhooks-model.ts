/** The webhooks of an organisation: made, tested, paused, resumed, their dead letters posted again. */
import { type ReadonlySignal, signal } from "@preact/signals";
import {
  type DeadLetter,
  type Webhook,
  type WebhookAttempt,
  type WebhookKey,
  WebhookShape,
  WebhookState,
} from "@coterie/protocol";
import { listAll } from "../gateway/list-all.ts";
import { GatewayMisbehavedError } from "../errors.ts";
import { type Attempt, createAttempt } from "../model/attempt.ts";
import { createResource, type Resource } from "../model/resource.ts";
import type { SignedIn } from "../session/session.ts";

/** What a new webhook is made from. */
export interface NewWebhook {
  readonly url: string;
  readonly shape: "coterie" | "proca";
  readonly onlyNew: boolean;
}

/** What happened last, for whoever does not see the list. */
export type WebhookNews = "created" | "paused" | "resumed" | "removed" | "redriven";

/** The webhooks. */
export interface WebhooksModel {
  readonly list: Resource<readonly Webhook[]>;
  readonly keys: Resource<readonly WebhookKey[]>;
  readonly create: Attempt<NewWebhook, void>;
  readonly setPaused: Attempt<{ readonly webhook: Webhook; readonly paused: boolean }, void>;
  readonly remove: Attempt<Webhook, void>;
  readonly test: Attempt<Webhook, { readonly webhookId: string; readonly attempt: WebhookAttempt }>;
  readonly redrive: Attempt<Webhook, void>;
  readonly news: ReadonlySignal<WebhookNews | undefined>;
  /** The dead letters of a webhook; the same resource each time. */
  readonly deadLetters: (webhookId: string) => Resource<readonly DeadLetter[]>;
}

/** Webhooks that are not loaded yet. */
export function createWebhooksModel({ webhooks }: Pick<SignedIn, "webhooks">): WebhooksModel {
  const news = signal<WebhookNews | undefined>();
  const list = createResource(async () => (await webhooks.listWebhooks({})).webhooks);
  const lettersById = new Map<string, Resource<readonly DeadLetter[]>>();
  const tell = async (what: WebhookNews): Promise<void> => {
    news.value = what;
    await list.reload();
  };
  const deadLetters = (webhookId: string): Resource<readonly DeadLetter[]> => {
    const known = lettersById.get(webhookId) ?? createResource(() => listLetters({ webhooks }, webhookId));
    lettersById.set(webhookId, known);
    return known;
  };
  return {
    list,
    news,
    deadLetters,
    keys: createResource(async () => (await webhooks.getWebhookKeys({})).keys),
    create: createAttempt(async ({ url, shape, onlyNew }) => {
      const wireShape = shape === "proca" ? WebhookShape.PROCA : WebhookShape.COTERIE;
      await webhooks.createWebhook({ url, shape: wireShape, onlyNew });
      await tell("created");
    }),
    setPaused: createAttempt(async ({ webhook, paused }) => {
      const state = paused ? WebhookState.PAUSED : WebhookState.ACTIVE;
      await webhooks.updateWebhook({ webhookId: webhook.id, state });
      await tell(paused ? "paused" : "resumed");
    }),
    remove: createAttempt(async ({ id }) => {
      await webhooks.removeWebhook({ webhookId: id });
      await tell("removed");
    }),
    test: createAttempt(async ({ id }) => {
      const { attempt } = await webhooks.testWebhook({ webhookId: id });
      if (attempt === undefined) throw new GatewayMisbehavedError("a test without its outcome");
      await list.reload();
      return { webhookId: id, attempt };
    }),
    redrive: createAttempt(async ({ id }) => {
      await webhooks.redriveDeadLetters({ webhookId: id, ids: [] });
      await deadLetters(id).reload();
      await tell("redriven");
    }),
  };
}

function listLetters({ webhooks }: Pick<SignedIn, "webhooks">, webhookId: string): Promise<readonly DeadLetter[]> {
  return listAll(async (pageToken) => {
    const { deadLetters, nextPageToken } = await webhooks.listDeadLetters({ webhookId, pageToken });
    return { entries: deadLetters, nextPageToken };
  });
}
