import { describe, expect, it } from "vitest";
import type { Rules } from "../src/rooms/rules.ts";
import { emptyTally, runMischief, type Tally } from "./rooms-histories.ts";

function histories(from: number, count: number, rules: Partial<Rules> = {}): Tally {
  const tally = emptyTally();
  for (let seed = from; seed < from + count; seed++) runMischief({ seed, rules }, tally);
  return tally;
}

describe("members of rooms among gangs (D3, D5; docs/protocol/rooms.md §5)", () => {
  it("are the same for all, and the removed have no say, in 600 histories", () => {
    const tally = histories(1, 600);
    expect(tally.faults).toEqual([]);
    expect(tally.forged).toBeGreaterThan(4000);
    // Only where a liar is an indexer in mode majority; §1 says so.
    expect(tally.splits).toBeLessThan(12);
  });

  it.each(["undecided", "decided void, save forks"] as const)(
    "would not be, if what stands above a decided cap were %s (F4, F24)",
    (aboveDecidedCap) => {
      expect(histories(1, 40, { aboveDecidedCap }).faults.join("\n")).toMatch(/had a say/);
    },
  );
});
