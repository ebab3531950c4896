// Looks at the gateway from outside while it runs: addresses that should be gone, memory, and whether this process keeps up itself.
import { readFile } from "node:fs/promises";
import { monitorEventLoopDelay } from "node:perf_hooks";
import { setTimeout as delay } from "node:timers/promises";
import { databaseProcesses } from "../../apps/gateway/e2e/support/database-processes.ts";
import type { World } from "./world.ts";

export interface Watching {
  readonly figures: { overdueMost: number; looks: number; gatewayPeakMiB: number };
  /** Processors that were busy on average: the gateway, its database, and this process, which plays everybody else. */
  readonly busy: () => { readonly gateway: number; readonly database: number; readonly harness: number };
  /** The longest that this process itself was late, in milliseconds: 99 of 100 times less. */
  readonly lateMs: () => number;
  readonly stop: () => Promise<void>;
}

const pauseMs = 2000;

export function startWatching(world: World): Watching {
  const figures = { overdueMost: 0, looks: 0, gatewayPeakMiB: 0 };
  const [gateway, database] = [createCpuMeter(), createCpuMeter()];
  const [startMs, startCpu] = [performance.now(), process.cpuUsage()];
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
      await gateway.look([world.processId()]);
      await database.look(await databaseProcesses(world.dataFolder));
      figures.gatewayPeakMiB = Math.max(figures.gatewayPeakMiB, await peakMiB(world.processId()));
      await delay(pauseMs, undefined, { signal: stopping.signal }).catch(() => undefined);
    }
  };
  const running = run();
  return {
    figures,
    busy: () => {
      const seconds = (performance.now() - startMs) / 1000;
      const { user, system } = process.cpuUsage(startCpu);
      return {
        gateway: gateway.seconds() / seconds,
        database: database.seconds() / seconds,
        harness: (user + system) / 1e6 / seconds,
      };
    },
    lateMs: () => histogram.percentile(99) / 1e6,
    stop: async () => {
      stopping.abort();
      histogram.disable();
      await running;
    },
  };
}

interface CpuMeter {
  readonly look: (processIds: readonly number[]) => Promise<void>;
  readonly seconds: () => number;
}

/** Adds up the processor time of processes that come and go; what one used after the last look at it is lost. */
function createCpuMeter(): CpuMeter {
  const lastByProcess = new Map<number, number>();
  let total = 0;
  return {
    look: async (processIds) => {
      for (const processId of processIds) {
        const used = await cpuSeconds(processId);
        total += Math.max(0, used - (lastByProcess.get(processId) ?? 0));
        lastByProcess.set(processId, used);
      }
    },
    seconds: () => total,
  };
}

/** Linux: processor time of a process so far; 0 elsewhere. A tick is 10 ms. */
async function cpuSeconds(processId: number): Promise<number> {
  const stat = await readFile(`/proc/${processId}/stat`, "utf8").catch(() => "");
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[11] ?? 0) + Number(fields[12] ?? 0)) / 100;
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
