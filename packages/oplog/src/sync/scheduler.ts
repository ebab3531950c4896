/** Time, passed in: nothing in this package has a timer or a clock of its own. */
import { AbortedError } from "../errors.ts";
import type { AbortSignalLike } from "./abort.ts";

/** A clock that can wake somebody up. */
export interface Scheduler {
  /** Milliseconds; only differences count. */
  readonly nowMs: () => number;
  /** Calls `callback` once after `delayMs`, unless what it returns was called before. */
  readonly after: (delayMs: number, callback: () => void) => () => void;
}

/** What ends a wait. */
export interface Deadline {
  readonly scheduler: Scheduler;
  readonly delayMs: number;
  readonly signal?: AbortSignalLike | undefined;
  /** What the wait fails with when the time is over. */
  readonly late: () => Error;
}

/**
 * What `begin` resolves to, unless the time is over or the signal is raised before; its outcome is then dropped.
 * @throws AbortedError where the signal is raised; what `late` makes after `delayMs`
 */
export async function withDeadline<Value>(
  { scheduler, delayMs, signal, late }: Deadline,
  begin: () => Promise<Value>,
): Promise<Value> {
  if (signal?.aborted === true) throw new AbortedError();
  const ends: (() => void)[] = [];
  try {
    return await new Promise<Value>((resolve, reject) => {
      const onAbort = (): void => reject(new AbortedError());
      signal?.addEventListener("abort", onAbort);
      ends.push(() => signal?.removeEventListener("abort", onAbort));
      ends.push(scheduler.after(delayMs, () => reject(late())));
      begin().then(resolve, reject);
    });
  } finally {
    for (const end of ends) end();
  }
}
