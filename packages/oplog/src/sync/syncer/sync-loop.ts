/** Runs a syncer's steps when they are due: with time and news from outside. */
import { AbortedError } from "../../errors.ts";
import { type AbortSignalLike, requireNotAborted } from "../abort.ts";
import type { Scheduler } from "../scheduler.ts";
import type { SyncReport, Syncer } from "./syncer.ts";

/** What runs, and until when. */
export interface SyncLoopInput {
  readonly syncer: Syncer;
  readonly scheduler: Scheduler;
  /** Ends the loop. */
  readonly signal: AbortSignalLike;
  /** The relays, each of which has a loop of its own, so that a slow one holds up none of the others. */
  readonly relays: readonly string[];
  /** Is told after each step. */
  readonly onStep?: ((report: SyncReport) => void) | undefined;
}

/** A loop that runs. */
export interface SyncLoop {
  /** Lets all relays have a turn now: this device wrote something. */
  readonly wake: () => void;
  /** Resolves when the loop has ended by its signal. Fails with what the host failed with. */
  readonly ended: Promise<void>;
}

/** Starts to run steps: at once, when they are due, and when a relay tells of news. */
export function startSyncLoop({ syncer, scheduler, signal, relays, onStep }: SyncLoopInput): SyncLoop {
  const bells = new Map(relays.map((id) => [id, createBell()]));
  const stop = syncer.subscribe((id) => bells.get(id)?.ring());
  // What the host fails with in one of the loops ends all of them.
  const failure = { isThere: false };
  const run = async (id: string, bell: Bell): Promise<void> => {
    while (!signal.aborted && !failure.isThere) {
      const report = await syncer.step({ relays: [id], signal });
      onStep?.(report);
      await bell.wait({ scheduler, signal, delayMs: report.nextStepAtMs - scheduler.nowMs() });
    }
  };
  const all = Promise.all([...bells].map(async ([id, bell]) => await run(id, bell)));
  return {
    wake: () => {
      for (const bell of bells.values()) bell.ring();
    },
    ended: all.then(
      () => stop(),
      (error: unknown) => {
        stop();
        failure.isThere = true;
        for (const bell of bells.values()) bell.ring();
        if (!(error instanceof AbortedError && signal.aborted)) throw error;
      },
    ),
  };
}

interface Bell {
  readonly ring: () => void;
  readonly wait: (until: {
    readonly scheduler: Scheduler;
    readonly signal: AbortSignalLike;
    readonly delayMs: number;
  }) => Promise<void>;
}

/** Rings that nobody waits for are heard by the next one who does. */
function createBell(): Bell {
  let hasRung = false;
  let wakeUp: (() => void) | undefined;
  return {
    ring: () => {
      hasRung = true;
      wakeUp?.();
    },
    wait: async ({ scheduler, signal, delayMs }) => {
      requireNotAborted(signal);
      const ends: (() => void)[] = [];
      if (!hasRung && delayMs > 0)
        await new Promise<void>((resolve) => {
          wakeUp = resolve;
          signal.addEventListener("abort", resolve);
          ends.push(() => signal.removeEventListener("abort", resolve));
          ends.push(scheduler.after(delayMs, resolve));
        });
      for (const end of ends) end();
      wakeUp = undefined;
      hasRung = false;
    },
  };
}
