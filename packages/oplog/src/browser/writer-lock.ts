/** One writer at a time per origin: a lock of the browser, which ends with its tab or worker. */
import { StoreFailedError, StoreLockedError } from "../errors.ts";

/**
 * Takes the lock of this name for as long as the caller wants; gives what releases it. The same name in another tab, or here, is refused meanwhile.
 * @throws StoreLockedError
 */
export async function takeWriterLock(name: string): Promise<() => Promise<void>> {
  let release: (() => void) | undefined;
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  let ended: Promise<unknown> = held;
  const isTaken = await new Promise<boolean>((resolve, reject) => {
    ended = navigator.locks.request(name, { ifAvailable: true }, async (lock) => {
      resolve(lock !== null);
      if (lock !== null) await held;
    });
    ended.catch(() => reject(new StoreFailedError("the browser gives no locks here")));
  });
  if (!isTaken) throw new StoreLockedError();
  return async () => {
    release?.();
    await ended;
  };
}
