import { describe, expect, it } from "vitest";
import { runManyHostile } from "./rooms-hostile.ts";

describe("keys of rooms among gangs (docs/protocol/rooms.md §7)", () => {
  it("are judged alike by all, and those who keep to the rules read on, in 150 histories (K1, K2, K4, K5)", () => {
    const tally = runManyHostile({ from: 1, count: 150 });
    expect(tally.faults).toEqual([]);
    expect(tally.voidForged).toBeGreaterThan(150);
    expect(tally.forged - tally.voidForged).toBeGreaterThan(100);
    expect(tally.splits).toBeLessThan(5);
  });

  it("would not let people rest, if what the removed write for ever were linked to (F25)", () => {
    const { faults } = runManyHostile({ from: 27, count: 2 }, { rules: { leavesOut: "void save control" } });
    expect(faults.join("\n")).toMatch(/make others rotate/);
  });

  it("would split the room, if blocks stood under epochs that were not made in their past (F27)", () => {
    const { faults } = runManyHostile({ from: 10_263, count: 1 }, { rules: { unmadeEpoch: "void" } });
    expect(faults.join("\n")).toMatch(/waits at/);
  });
});
