import { describe, expect, it } from "vitest";
import { emptyTheftTally, stealAndGoOn } from "./stolen-state-scene.ts";

describe("a stolen state (C6)", () => {
  it("opens none of 10,000 earlier messages, and none after a round trip or an epoch", () => {
    const tally = emptyTheftTally();
    for (let seed = 1; tally.earlier < 10_000; seed++) {
      stealAndGoOn({ seed, turns: 3 + ((seed * 37) % 150), toEpoch: seed % 2 === 0 }, tally);
    }
    process.stdout.write(`${JSON.stringify(tally)}\n`);
    expect(tally).toMatchObject({ earlierInState: 0, earlierOpened: 0, laterOpened: 0, laterQuantumOpened: 0 });
    expect(tally.openedBeforeHealing).toBe(2 * tally.thefts);
  });
});
