import { describe, expect, it } from "vitest";
import { emptyWholeTally, runWhole } from "./rooms-whole.ts";

describe("whole rooms against the model (docs/protocol/rooms.md §4 to §7)", () => {
  it("write what the model would write, and know what it knows, in 1,000 rooms", async () => {
    const tally = emptyWholeTally();
    for (let seed = 10_000; seed < 11_000; seed++) await runWhole({ seed, steps: 30 + (seed % 40) }, tally);
    process.stdout.write(`${JSON.stringify({ ...tally, differences: tally.differences.slice(0, 9) })}\n`);
    expect(tally.differences).toEqual([]);
  }, 3_600_000);
});
