/** How many submissions a minute arrive under each key: an average that forgets with time, in memory and bounded. */
import { gatewayLimits } from "../limits.ts";

/** About a minute's submissions: each counts one at first, and less the older it is. */
export class LoadMeter {
  readonly #now: () => number;
  readonly #loads = new Map<string, { readonly value: number; readonly atMs: number }>();

  constructor({ now }: { readonly now: () => number }) {
    this.#now = now;
  }

  /** Submissions a minute under `key`, lately. */
  perMinute(key: string): number {
    const load = this.#loads.get(key);
    if (load === undefined) return 0;
    // A clock that is set back forgets nothing.
    const elapsedMs = Math.max(0, this.#now() - load.atMs);
    return load.value * Math.exp(-elapsedMs / 60_000);
  }

  /** Counts one. */
  count(key: string): void {
    const value = this.perMinute(key) + 1;
    // Last in the order of insertion: what was not counted for longest is forgotten first.
    this.#loads.delete(key);
    this.#loads.set(key, { value, atMs: this.#now() });
    if (this.#loads.size <= gatewayLimits.rateBuckets) return;
    const oldest = this.#loads.keys().next();
    if (oldest.done !== true) this.#loads.delete(oldest.value);
  }
}
