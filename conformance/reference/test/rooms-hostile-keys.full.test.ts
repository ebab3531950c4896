import { describe, expect, it } from "vitest";
import { runManyHostile } from "./rooms-hostile.ts";

describe("keys of rooms among gangs (docs/protocol/rooms.md §7)", () => {
  it("are judged alike by all, and those who keep to the rules read on, in 3,000 histories (K1, K2, K4, K5)", () => {
    const tally = runManyHostile({ from: 10_000, count: 3000 });
    process.stdout.write(`${JSON.stringify({ ...tally, faults: tally.faults.slice(0, 9) })}\n`);
    expect(tally.faults).toEqual([]);
  }, 3_600_000);
});
