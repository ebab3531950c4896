import { describe, expect, it } from "vitest";
import type { Rules } from "../src/rooms/rules.ts";
import { emptyTally, runHonest, type Tally } from "./rooms-histories.ts";

function histories(from: number, count: number, rules: Partial<Rules> = {}): Tally {
  const tally = emptyTally();
  for (let seed = from; seed < from + count; seed++) runHonest({ seed, rules }, tally);
  return tally;
}

/** Seeds whose histories show what is wrong with a rival rule; shortest first. */
const counterexamples: readonly {
  readonly rules: Partial<Rules>;
  readonly seeds: readonly number[];
  readonly shows: RegExp;
}[] = [
  { rules: { lateJoiners: "ignored" }, seeds: [2, 3], shows: /lacks/ },
  { rules: { doubt: "own removals" }, seeds: [20, 65], shows: /reads/ },
  { rules: { triggers: "removals" }, seeds: [142, 260], shows: /reads/ },
  { rules: { ownUpdates: "known" }, seeds: [11, 18], shows: /opens/ },
  { rules: { keys: "not void" }, seeds: [105, 313], shows: /opens/ },
  { rules: { grants: "what is due or nothing" }, seeds: [58, 364], shows: /lacks/ },
  {
    // Where control blocks are left out as well, people know epochs that are not in the past of what they write.
    rules: { leavesOut: "void save restrictions", wraps: "all known" },
    seeds: [40, 52],
    shows: /opens/,
  },
  { rules: { leavesOut: "void for good" }, seeds: [72, 228], shows: /knows/ },
  { rules: { leavesOut: "void" }, seeds: [225], shows: /could not write/ },
  { rules: { ownAdds: "of all admins" }, seeds: [1152], shows: /reads/ },
  { rules: { epoch: "latest" }, seeds: [1, 20], shows: /reads/ },
  { rules: { epoch: "members know it", inDoubt: "nothing" }, seeds: [28, 40], shows: /reads/ },
];

describe("keys of rooms (D4, D6, D8; docs/protocol/rooms.md §7)", () => {
  it("lets nobody read who was removed, and everybody who may, in 600 histories (K1 to K4)", () => {
    const tally = histories(1, 600);
    expect(tally.faults).toEqual([]);
    expect(tally.removals).toBeGreaterThan(1000);
    // A removal costs a rotation, and concurrent ones another one; so do demotions, new keys and late joiners.
    expect(tally.rotations).toBeLessThan(3 * tally.restrictions);
    // After everybody met, nobody has to write more than twice.
    expect(Object.keys(tally.rounds).every((rounds) => Number(rounds) <= 2)).toBe(true);
  });

  it.each(counterexamples)("would not, if it were $rules", ({ rules, seeds, shows }) => {
    for (const seed of seeds) {
      expect(histories(seed, 1).faults).toEqual([]);
      expect(histories(seed, 1, rules).faults.join("\n")).toMatch(shows);
    }
  });

  it("leaks under the newest epoch by order, and less if only members may know the epoch", () => {
    const [latest, members] = (["latest", "members know it"] as const).map((epoch) =>
      histories(1, 150, { epoch, inDoubt: "nothing" }),
    );
    expect(latest?.leaks).toBeGreaterThan(members?.leaks ?? 0);
    expect(members?.leaks).toBeGreaterThan(0);
  });
});
