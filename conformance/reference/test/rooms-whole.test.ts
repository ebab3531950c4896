import { describe, expect, it } from "vitest";
import type { Rules } from "../src/rooms/rules.ts";
import { emptyWholeTally, runWhole } from "./rooms-whole.ts";

/** Rivals of rules that the model is given, and a room that shows the difference. */
const rivals: readonly { readonly rules: Partial<Rules>; readonly seed: number }[] = [
  { rules: { inDoubt: "nothing" }, seed: 10 },
  { rules: { leavesOut: "nothing" }, seed: 1 },
];

describe("whole rooms against the model (docs/protocol/rooms.md §4 to §7)", () => {
  it("write what the model would write, and know what it knows, in 24 rooms", async () => {
    const tally = emptyWholeTally();
    for (let seed = 1; seed <= 24; seed++) await runWhole({ seed, steps: 40 }, tally);
    expect(tally.differences).toEqual([]);
    expect(tally.blocks).toBeGreaterThan(500);
    expect(Math.min(tally.acknowledgements, tally.commits)).toBeGreaterThan(70);
    expect(Math.min(tally.removals, tally.inDoubt)).toBeGreaterThan(10);
  });

  it.each(rivals)("would be found to differ from a model with $rules", async ({ rules, seed }) => {
    const tally = emptyWholeTally();
    await runWhole({ seed, steps: 40, rules }, tally);
    expect(tally.differences).toHaveLength(1);
  });
});
