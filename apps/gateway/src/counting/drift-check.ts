/**
 * Counts all actions again from time to time (docs/protocol/counting.md §3). Numbers grow in the transactions that store what they count, so
 * nothing should ever differ; where it does, it is corrected, written to the log and shown to the operator.
 */
import { Counter, type Registry } from "prom-client";
import { type Loop, startLoop } from "../background/loop.ts";
import type { GatewayDeps } from "../deps.ts";
import { gatewayLimits } from "../limits.ts";
import { recount } from "./recount.ts";

/** Starts the check. Of several gateways on one database, one counts at a time. */
export function startDriftCheck(
  deps: Pick<GatewayDeps, "pool" | "log" | "random">,
  { registry }: { readonly registry: Registry },
): Loop {
  const corrected = new Counter({
    name: "coterie_counters_corrected_total",
    help: "Counters and numbers by page and day that differed from the actions they count",
    registers: [registry],
  });
  const work = async (): Promise<void> => {
    const found = await recount(deps, {});
    if (found === undefined) return;
    const { counters, pageDays } = found;
    if (counters.length + pageDays === 0) return;
    corrected.inc(counters.length + pageDays);
    deps.log({ event: "counters-corrected", counters: counters.length, pageDays });
  };
  return startLoop(deps, { work, pauseMs: gatewayLimits.driftCheckPauseMs });
}
