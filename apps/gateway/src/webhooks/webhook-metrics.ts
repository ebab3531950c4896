/** Figures about webhooks: counts and ages, of no organisation by name. */
import { Counter, Gauge, Histogram, type Registry } from "prom-client";
import type { GatewayDeps } from "../deps.ts";
import type { TimedResult } from "./deliver.ts";

/** What is told as it happens. */
export interface WebhookMetrics {
  readonly attempted: (timed: TimedResult, consequence: string) => void;
}

/** Adds the figures to `registry`; alert rules for them are in apps/gateway/alerts/webhooks.yaml. */
export function createWebhookMetrics(deps: Pick<GatewayDeps, "pool" | "now">, registry: Registry): WebhookMetrics {
  const attempts = new Counter({
    name: "coterie_webhook_attempts_total",
    help: "Attempts to post a delivery, by outcome and by what followed",
    labelNames: ["outcome", "consequence"],
    registers: [registry],
  });
  const seconds = new Histogram({
    name: "coterie_webhook_attempt_seconds",
    help: "Time from the receiver's name to its status",
    buckets: [0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 15],
    registers: [registry],
  });
  const gauge = (name: string, help: string, read: () => Promise<number>): void => {
    const one: Gauge = new Gauge({ name, help, registers: [registry], collect: async () => one.set(await read()) });
  };
  gauge(
    "coterie_webhooks_suspended",
    "Webhooks that the gateway suspended",
    async () => await readNumber(deps, "SELECT count(*) AS number FROM webhooks WHERE state = 'suspended'"),
  );
  gauge(
    "coterie_webhook_dead_letters",
    "Deliveries that were set aside",
    async () => await readNumber(deps, "SELECT count(*) AS number FROM webhook_deliveries WHERE state = 'dead'"),
  );
  gauge("coterie_webhook_late_seconds", "Age of the oldest delivery that has not arrived yet", async () => {
    const oldestMs = await readNumber(
      deps,
      `SELECT min(x.created_at_ms) AS number FROM webhook_deliveries x JOIN webhooks w ON w.id = x.webhook_id
       WHERE x.state <> 'dead' AND w.state = 'active'`,
    );
    return oldestMs === 0 ? 0 : Math.max(0, (deps.now() - oldestMs) / 1000);
  });
  return {
    attempted: ({ result, durationMs }, consequence) => {
      attempts.inc({ outcome: result.outcome, consequence });
      seconds.observe(durationMs / 1000);
    },
  };
}

async function readNumber({ pool }: Pick<GatewayDeps, "pool">, query: string): Promise<number> {
  const { rows } = await pool.query<{ number: number | null }>(query);
  return rows[0]?.number ?? 0;
}
