/** Work that a gateway does by itself, again and again: one run at a time, with a jittered pause, and a stop that waits for the run. */
import { type RandomSource, randomBytes } from "@coterie/primitives";
import { type Log, unexpectedError } from "../log/log.ts";

/** A loop that runs. */
export interface Loop {
  /** Runs now, after the run under way if there is one. Throws what the work throws. */
  readonly runNow: () => Promise<void>;
  /** Starts no further run, and returns when the last one ended. */
  readonly stop: () => Promise<void>;
}

/** What is done, and how long the pause is: on average `pauseMs`, at most half more or less. */
export interface LoopInput {
  readonly work: () => Promise<unknown>;
  readonly pauseMs: number;
}

/** Starts after one pause. A run that fails is logged, and the next one comes all the same. */
export function startLoop(
  { log, random }: { readonly log: Log; readonly random: RandomSource },
  { work, pauseMs }: LoopInput,
): Loop {
  let last: Promise<void> = Promise.resolve();
  let timer: NodeJS.Timeout | undefined;
  let stopped = false;
  const runNow = async (): Promise<void> => {
    const before = last;
    const run = (async () => {
      await before;
      if (!stopped) await work();
    })();
    last = run.catch(() => undefined);
    await run;
  };
  const schedule = (): void => {
    const [byte = 0] = randomBytes(random, 1);
    timer = setTimeout(
      () => {
        runNow()
          .catch((error: unknown) => log(unexpectedError(error)))
          .finally(() => {
            if (!stopped) schedule();
          });
      },
      pauseMs * (0.5 + byte / 256),
    );
    // A process with nothing else to do may end.
    timer.unref();
  };
  schedule();
  return {
    runNow,
    stop: async () => {
      stopped = true;
      clearTimeout(timer);
      await last;
    },
  };
}
