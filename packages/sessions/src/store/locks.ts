/** One step at a time per name. */

/** Locks by name; nothing is held between calls. */
export interface Locks {
  /** Runs `body` after all earlier ones of the same name have ended, however they ended. */
  readonly withLock: <Result>(name: string, body: () => Promise<Result>) => Promise<Result>;
}

/** A set of locks within one process. */
export function createLocks(): Locks {
  const lastByName = new Map<string, Promise<unknown>>();
  return {
    async withLock(name, body) {
      const before = lastByName.get(name) ?? Promise.resolve();
      const run = before.then(body, body);
      const settled = run.catch(() => undefined);
      lastByName.set(name, settled);
      try {
        return await run;
      } finally {
        if (lastByName.get(name) === settled) lastByName.delete(name);
      }
    },
  };
}
