/** One at a time, in the order of the calls. */

/** Runs `body` after all bodies given earlier have ended, however they ended. */
export type Serial = <Result>(body: () => Promise<Result>) => Promise<Result>;

/** An empty queue. */
export function createSerial(): Serial {
  let last: Promise<unknown> = Promise.resolve();
  return async (body) => {
    const run = last.then(body);
    last = run.catch(() => undefined);
    return await run;
  };
}
