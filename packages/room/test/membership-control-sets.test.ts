import { describe, expect, it } from "vitest";
import { ControlSets } from "../src/index.ts";
import { Dice } from "./membership-histories.ts";

const sorted = (ids: Iterable<number>): number[] => [...ids].sort((a, b) => a - b);

/** A set that a seed decides: most of the first ones, as in rooms where all have seen almost everything, and some others. */
function randomIds(dice: Dice): Set<number> {
  const full = dice.below(200);
  const ids = new Set(Array.from({ length: full }, (_, id) => id));
  for (let i = dice.below(6); i > 0; i--) ids.delete(dice.below(full + 1));
  for (let i = dice.below(6); i > 0; i--) ids.add(dice.below(260));
  return ids;
}

describe("control sets", () => {
  it("do what sets do, and equal ones are one number", () => {
    const sets = new ControlSets();
    for (let seed = 1; seed <= 2_000; seed++) {
      const dice = new Dice(seed);
      const [a, b] = [randomIds(dice), randomIds(dice)];
      const [left, right] = [sets.of([...a]), sets.of([...b].toReversed())];
      expect(sets.ids(left)).toEqual(sorted(a));
      expect(sets.size(left)).toBe(a.size);
      expect(sets.last(left)).toBe(Math.max(-1, ...a));
      expect(sets.union(left, right)).toBe(sets.of([...a, ...b]));
      expect(sets.union(left, right)).toBe(sets.union(right, left));
      expect(sets.intersection(left, right)).toBe(sets.of([...a].filter((id) => b.has(id))));
      expect(sets.difference(left, right)).toEqual(sorted([...a].filter((id) => !b.has(id))));
      expect(sets.isSubset(left, right)).toBe([...a].every((id) => b.has(id)));
      expect(sets.isSubset(sets.intersection(left, right), left)).toBe(true);
      const id = dice.below(300);
      expect(sets.has(left, id)).toBe(a.has(id));
      expect(sets.with(left, id)).toBe(sets.of([...a, id]));
    }
  });

  it("begin with the empty one", () => {
    const sets = new ControlSets();
    expect([sets.of([]), sets.empty, sets.intersection(sets.of([1]), sets.of([2]))]).toEqual([0, 0, 0]);
    expect(sets.union(sets.empty, sets.of([40]))).toBe(sets.of([40]));
    expect(sets.last(sets.empty)).toBe(-1);
    expect(sets.ids(sets.empty)).toEqual([]);
  });

  it("are found again at the edges of words", () => {
    const sets = new ControlSets();
    for (const id of [0, 31, 32, 33, 63, 64, 1_000_000]) {
      const before = sets.of(Array.from({ length: Math.min(id, 100) }, (_, at) => at));
      const set = sets.with(before, id);
      expect(sets.has(set, id)).toBe(true);
      expect(sets.has(set, id + 1)).toBe(false);
      expect(sets.with(set, id)).toBe(set);
      expect(sets.last(set)).toBe(id);
    }
    const whole = sets.of(Array.from({ length: 64 }, (_, at) => at));
    const missing = sets.of(Array.from({ length: 63 }, (_, at) => at + Number(at >= 5)));
    expect(sets.with(missing, 5)).toBe(whole);
    expect(sets.difference(whole, missing)).toEqual([5]);
  });

  it("refuse those of another room", () => {
    expect(() => new ControlSets().has(7, 0)).toThrow(RangeError);
  });

  it("cost a room in which all is seen a few bytes each", () => {
    const sets = new ControlSets();
    let set = sets.empty;
    const startedAtMs = performance.now();
    for (let id = 0; id < 100_000; id++) set = sets.with(set, id);
    expect(sets.size(set)).toBe(100_000);
    expect(sets.count).toBe(100_001);
    // Quadratic work would take minutes.
    expect(performance.now() - startedAtMs).toBeLessThan(5_000);
  });
});
