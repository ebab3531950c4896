import { describe, expect, it } from "vitest";
import { emptyTally, runHonest } from "./rooms-histories.ts";

describe("keys of rooms (D4, D6, D8)", () => {
  it("lets nobody read who was removed, and everybody who may, in 10,000 histories (K1 to K4)", () => {
    const tally = emptyTally();
    for (let seed = 10_000; seed < 20_000; seed++) runHonest({ seed }, tally);
    process.stdout.write(`${JSON.stringify({ ...tally, faults: tally.faults.slice(0, 9) })}\n`);
    expect(tally.faults).toEqual([]);
  }, 3_600_000);

  it.each(["latest", "members know it"] as const)(
    "counts the leaks of 2,000 histories under the rule: %s",
    (epoch) => {
      const tally = emptyTally();
      for (let seed = 10_000; seed < 12_000; seed++) runHonest({ seed, rules: { epoch, inDoubt: "nothing" } }, tally);
      process.stdout.write(`${JSON.stringify({ epoch, ...tally, faults: tally.faults.length })}\n`);
      expect(tally.leaks).toBeGreaterThan(0);
    },
    3_600_000,
  );
});
