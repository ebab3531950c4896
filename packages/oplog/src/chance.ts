/** Chance that repeats: for simulations and tests, never for anything that nobody may guess. */

/** A whole number from 0 up to, not including, `below`; or from 0 to 1 without it. */
export type Chance = (below?: number) => number;

/** The chance of a seed (mulberry32). */
export function createChance(seed: number): Chance {
  let state = seed >>> 0;
  return (below) => {
    state = (state + 0x6d2b_79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    const part = ((mixed ^ (mixed >>> 14)) >>> 0) / 0x1_0000_0000;
    return below === undefined ? part : Math.floor(part * below);
  };
}
