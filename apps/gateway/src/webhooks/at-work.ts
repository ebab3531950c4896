/** Webhooks at work: a round makes what is due and posts it, a few at a time, beside each other. */
import type { Registry } from "prom-client";
import { startLoop } from "../background/loop.ts";
import type { WebhookTable } from "../db/webhook-schema.ts";
import type { GatewayDeps } from "../deps.ts";
import { unexpectedError } from "../log/log.ts";
import type { GatewayOptions } from "../options.ts";
import { createAddressPolicy, type AddressPolicy } from "./address-policy.ts";
import { claimDelivery, type ClaimedDelivery, makeDeliveries, releaseDeliveries, settleDelivery } from "./claim.ts";
import { deliver, type DeliverDeps, deliverTest, type TimedResult } from "./deliver.ts";
import { createHostResolver } from "./resolve-host.ts";
import { createWebhookKeys, type WebhookKeys } from "./webhook-keys.ts";
import { createWebhookMetrics, type WebhookMetrics } from "./webhook-metrics.ts";

/** Webhooks of a gateway. */
export interface Webhooks {
  readonly policy: AddressPolicy;
  readonly keys: WebhookKeys;
  /** Posts a delivery without content. */
  readonly test: (webhook: WebhookTable) => Promise<TimedResult>;
  /** Posts what is due, and returns when nothing is under way. */
  readonly workNow: () => Promise<void>;
  readonly close: () => Promise<void>;
}

const usualRoundEveryMs = 1000;
const attemptTimeoutMs = 15_000;
const postedAtOnce = 8;
/** So that receivers which hang do not hold up those that answer. */
const retriedAtOnce = 4;

/** Starts the rounds. */
export async function startWebhooks(
  deps: GatewayDeps & { readonly registry: Registry },
  { dataFolder, databaseUrl, webhooks = {} }: Pick<GatewayOptions, "dataFolder" | "databaseUrl" | "webhooks">,
): Promise<Webhooks> {
  const policy = createAddressPolicy(webhooks.allowedNetworks ?? []);
  const keys = createWebhookKeys(deps, { dataFolder });
  const metrics = createWebhookMetrics(deps, deps.registry);
  const resolve = webhooks.resolve ?? createHostResolver(webhooks.nameServers);
  const timeoutMs = webhooks.timeoutMs ?? attemptTimeoutMs;
  const deliverDeps = { ...deps, policy, keys, resolve, timeoutMs };
  // Nobody else uses the private database.
  if (databaseUrl === undefined) await releaseDeliveries(deps);
  const posting = new Posting({ ...deliverDeps, metrics });
  const loop = startLoop(deps, { work: posting.round, pauseMs: webhooks.roundEveryMs ?? usualRoundEveryMs });
  const ending = new AbortController();
  return {
    policy,
    keys,
    test: async (webhook) => await deliverTest(deliverDeps, { webhook, signal: ending.signal }),
    workNow: async () => {
      await loop.runNow();
      await posting.idle();
    },
    close: async () => {
      ending.abort();
      posting.stop();
      await loop.stop();
      await posting.idle();
      keys.destroy();
    },
  };
}

type PostingDeps = DeliverDeps & GatewayDeps & { readonly metrics: WebhookMetrics };

/** The deliveries under way in this process. */
class Posting {
  readonly #deps: PostingDeps;
  readonly #underWay = new Set<Promise<void>>();
  readonly #ending = new AbortController();
  #retrying = 0;
  #filling: Promise<void> = Promise.resolve();

  constructor(deps: PostingDeps) {
    this.#deps = deps;
  }

  /** Makes what is due and begins to post it; does not wait for receivers. */
  readonly round = async (): Promise<void> => {
    await makeDeliveries(this.#deps);
    await this.#fill();
  };

  /** Returns when nothing is under way. */
  async idle(): Promise<void> {
    for (;;) {
      const filling = this.#filling;
      await filling.catch(() => undefined);
      await Promise.all(this.#underWay);
      // The last one to end may have begun to fill its place.
      if (this.#underWay.size === 0 && filling === this.#filling) return;
    }
  }

  /** Ends what is under way; it is posted again when a gateway runs. */
  stop(): void {
    this.#ending.abort();
  }

  /** One filling at a time: of two, each would see the other's free places. */
  async #fill(): Promise<void> {
    this.#filling = this.#filling.catch(() => undefined).then(async () => await this.#claimFree());
    await this.#filling;
  }

  async #claimFree(): Promise<void> {
    while (this.#underWay.size < postedAtOnce && !this.#ending.signal.aborted) {
      const delivery = await claimDelivery(this.#deps, { onlyFresh: this.#retrying >= retriedAtOnce });
      if (delivery === undefined) return;
      const posted = this.#post(delivery).finally(() => this.#underWay.delete(posted));
      this.#underWay.add(posted);
    }
  }

  /** Never rejects. What could not be written down keeps its lease until that runs out. */
  async #post(delivery: ClaimedDelivery): Promise<void> {
    const isRetry = delivery.attempts > 1;
    if (isRetry) this.#retrying++;
    try {
      const timed = await deliver(this.#deps, { delivery, signal: this.#ending.signal });
      const outcome = await settleDelivery(this.#deps, { delivery, ...timed });
      this.#deps.metrics.attempted(timed, outcome);
      if (outcome === "suspended") {
        this.#deps.log({ event: "webhook-suspended", outcome: timed.result.outcome, status: timed.result.status });
      }
    } catch (error) {
      this.#deps.log(unexpectedError(error));
      return;
    } finally {
      if (isRetry) this.#retrying--;
    }
    // Not awaited: what is claimed next is posted beside this one's end.
    if (!this.#ending.signal.aborted) this.#fill().catch((error: unknown) => this.#deps.log(unexpectedError(error)));
  }
}
