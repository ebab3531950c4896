import { describe, expect, it } from "vitest";
import type { Rules } from "../src/rooms/rules.ts";
import { emptyLiveTally, type LiveChoice, runManyLive } from "./rooms-liveness.ts";

const rooms: readonly Omit<LiveChoice, "seed">[] = [
  { mode: "majority", indexers: 2 },
  { mode: "majority", indexers: 3 },
  { mode: "majority", indexers: 4 },
  { mode: "strict", indexers: 3 },
  { mode: "strict", indexers: 4 },
];

/** Seeds whose histories show what is wrong with a rival rule. */
const counterexamples: readonly {
  readonly rules: Partial<Rules>;
  readonly indexers: number;
  readonly seeds: readonly number[];
  readonly shows: RegExp;
}[] = [
  { rules: { inDoubt: "nothing" }, indexers: 2, seeds: [13, 29], shows: /doubts/ },
  { rules: { inDoubt: "nothing" }, indexers: 3, seeds: [20, 35], shows: /doubts/ },
  { rules: { inDoubt: "control, for good" }, indexers: 2, seeds: [185], shows: /follows/ },
  { rules: { commitsShown: "left out if void" }, indexers: 3, seeds: [1332, 1392], shows: /is not final/ },
];

describe("finality of rooms whose members are in doubt (I6, K1 to K5; docs/protocol/rooms.md §4.3, §5.3, §7)", () => {
  it("comes while a quorum is there, and nobody reads too much meanwhile, in 200 histories", () => {
    const tally = emptyLiveTally();
    for (const choice of rooms) runManyLive(choice, { from: 1, count: 40 }, tally);
    expect(tally.faults).toEqual([]);
    expect(tally.doubtful).toBeGreaterThan(20);
    expect(tally.withoutQuorum).toBeLessThan(120);
    // After everybody met, nobody has to write more than once.
    expect(Object.keys(tally.rounds)).toEqual(["0", "1"]);
  });

  it.each(counterexamples)(
    "would not, if it were $rules, with $indexers indexers",
    ({ rules, indexers, seeds, shows }) => {
      for (const seed of seeds) {
        const choice = { mode: "majority", indexers } as const;
        expect(runManyLive(choice, { from: seed, count: 1 }).faults).toEqual([]);
        expect(runManyLive({ ...choice, rules }, { from: seed, count: 1 }).faults.join("\n")).toMatch(shows);
      }
    },
  );
});
