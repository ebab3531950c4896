// Looks at the gateway from outside while it runs: addresses that should be gone, memory, and whether this process keeps up itself.
import { readFile } from "node:fs/promises";
import { monitorEventLoopDelay } from "node:perf_hooks";
import { setTimeout as delay } from "node:timers/promises";
import type { World } from "./world.ts";

export interface Watching {
  readonly figures: { overdueMost: number; looks: number; gatewayPeakMiB: number };
  /** The longest that this process itself was late, in milliseconds: 99 of 100 times less. */
  readonly lateMs: () => number;
  readonly stop: () => Promise<void>;
}

const pauseMs = 2000;

export function startWatching(world: World): Watching {
  const figures = { overdueMost: 0, looks: 0, gatewayPeakMiB: 0 };
  const stopping = new AbortController();
  const histogram = monitorEventLoopDelay({ resolution: 10 });
  histogram.enable();
  const run = async (): Promise<void> => {
    while (!stopping.signal.aborted) {
      const overdue = await metric(world, "coterie_clear_data_overdue");
      if (overdue !== undefined) {
        figures.looks++;
        figures.overdueMost = Math.max(figures.overdueMost, overdue);
      }
      figures.gatewayPeakMiB = Math.max(figures.gatewayPeakMiB, await peakMiB(world.processId()));
      await delay(pauseMs, undefined, { signal: stopping.signal }).catch(() => undefined);
    }
  };
  const running = run();
  return {
    figures,
    lateMs: () => histogram.percentile(99) / 1e6,
    stop: async () => {
      stopping.abort();
      histogram.disable();
      await running;
    },
  };
}

async function metric(world: World, name: string): Promise<number | undefined> {
  const text = await fetch(world.metricsAddress(), { signal: AbortSignal.timeout(2000) }).then(
    async (answer) => await answer.text(),
    () => "",
  );
  const value = new RegExp(`^${name} (\\S+)$`, "m").exec(text)?.[1];
  return value === undefined ? undefined : Number(value);
}

/** Linux: the largest resident set of a process so far; 0 elsewhere. */
async function peakMiB(processId: number): Promise<number> {
  const status = await readFile(`/proc/${processId}/status`, "utf8").catch(() => "");
  return Number(/VmHWM:\s+(\d+) kB/.exec(status)?.[1] ?? 0) / 1024;
}
