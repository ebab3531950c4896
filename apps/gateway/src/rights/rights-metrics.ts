/** Figures about rights and retention: counts of nobody. Alert rules for them are in apps/gateway/alerts/rights.yaml. */
import { Gauge, type Registry } from "prom-client";
import { countOverdue, type RightsUpkeepDeps } from "./rights-upkeep.ts";

/** Adds the figures to `registry`. */
export function addRightsMetrics(deps: Pick<RightsUpkeepDeps, "pool" | "now">, registry: Registry): void {
  const overdue: Gauge = new Gauge({
    name: "coterie_retention_overdue",
    help: "Actions whose persons should have been deleted an hour ago; anything above 0 is a fault",
    registers: [registry],
    collect: async () => overdue.set(await countOverdue(deps)),
  });
  const waiting: Gauge = new Gauge({
    name: "coterie_rights_requests_waiting_seconds",
    help: "How long the oldest question of a person has waited for its mail",
    registers: [registry],
    collect: async () => {
      const { rows } = await deps.pool.query<{ oldest: number | null }>(
        "SELECT min(created_at_ms) AS oldest FROM rights_requests",
      );
      const oldest = rows[0]?.oldest ?? null;
      waiting.set(oldest === null ? 0 : Math.max(0, (deps.now() - oldest) / 1000));
    },
  });
}
