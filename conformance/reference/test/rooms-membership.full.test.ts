import { describe, expect, it } from "vitest";
import { emptyTally, runMischief } from "./rooms-histories.ts";

describe("members of rooms among gangs (D3, D5)", () => {
  it("are the same for all, and the removed have no say, in 10,000 histories", () => {
    const tally = emptyTally();
    for (let seed = 10_000; seed < 20_000; seed++) runMischief({ seed }, tally);
    process.stdout.write(`${JSON.stringify({ ...tally, faults: tally.faults.slice(0, 9) })}\n`);
    expect(tally.faults).toEqual([]);
  }, 3_600_000);
});
