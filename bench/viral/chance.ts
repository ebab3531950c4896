// Repeatable chance: what happens in a run follows from its seed. Keys, tokens and salts stay truly random.

export interface Chance {
  /** At least 0, below 1. */
  readonly next: () => number;
  /** A whole number below `limit`. */
  readonly below: (limit: number) => number;
  /** True with that probability. */
  readonly hits: (share: number) => boolean;
  readonly pick: <Item>(items: readonly [Item, ...Item[]]) => Item;
  /** A waiting time with that mean, as between events that do not know of each other. */
  readonly wait: (mean: number) => number;
  /** Another source, of which nothing is told by this one. */
  readonly fork: (name: string) => Chance;
}

/** The source of `seed`: splitmix32. */
export function createChance(seed: number): Chance {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x9e3779b9) >>> 0;
    let mixed = state;
    mixed = Math.imul(mixed ^ (mixed >>> 16), 0x21f0aaad);
    mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97);
    return ((mixed ^ (mixed >>> 15)) >>> 0) / 2 ** 32;
  };
  const below = (limit: number): number => Math.floor(next() * limit);
  return {
    next,
    below,
    hits: (share) => next() < share,
    pick: (items) => items[below(items.length)] ?? items[0],
    wait: (mean) => -mean * Math.log(1 - next()),
    fork: (name) =>
      createChance(Array.from(name).reduce((sum, letter) => Math.imul(sum ^ letter.charCodeAt(0), 0x01000193), seed)),
  };
}
