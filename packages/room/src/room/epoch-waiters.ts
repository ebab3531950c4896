/** Who waits for the seed of an epoch. */
import { AbortedError, type AbortSignalLike } from "@coterie/oplog";
import type { LevelSecret } from "../epochs/level-secret.ts";

interface Waiter {
  readonly find: () => LevelSecret | undefined;
  readonly resolve: (secret: LevelSecret) => void;
  readonly reject: (reason: unknown) => void;
}

/** Waiters of one room, tried again whenever something came. */
export class EpochWaiters {
  readonly #waiters = new Set<Waiter>();

  /** What `find` gives, as soon as it gives something. */
  wait(find: () => LevelSecret | undefined, signal: AbortSignalLike | undefined): Promise<LevelSecret> {
    const found = find();
    if (found !== undefined) return Promise.resolve(found);
    if (signal?.aborted === true) return Promise.reject(new AbortedError());
    return new Promise((resolve, reject) => {
      const waiter = { find, resolve, reject };
      this.#waiters.add(waiter);
      signal?.addEventListener("abort", () => {
        this.#waiters.delete(waiter);
        reject(new AbortedError());
      });
    });
  }

  /** Asks all of them again. */
  retry(): void {
    for (const waiter of this.#waiters) {
      const found = waiter.find();
      if (found === undefined) continue;
      this.#waiters.delete(waiter);
      waiter.resolve(found);
    }
  }

  /** Ends all waiting. */
  close(reason: unknown): void {
    for (const { reject } of this.#waiters) reject(reason);
    this.#waiters.clear();
  }
}
