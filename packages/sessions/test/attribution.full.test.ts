import { describe, expect, it } from "vitest";
import { type AttributionTally, Neighbours } from "./attribution-scene.ts";

describe("who wrote to whom (C3)", () => {
  it("is not mistaken in 10,000 wrong deliveries", async () => {
    const tally: AttributionTally = { deliveries: 0, misattributed: 0 };
    for (let seed = 1; tally.deliveries < 10_000; seed++) {
      const neighbours = new Neighbours(seed);
      await neighbours.talk();
      await neighbours.deliverWrongly(tally, 10_000);
    }
    process.stdout.write(`${JSON.stringify(tally)}\n`);
    expect(tally).toEqual({ deliveries: 10_000, misattributed: 0 });
  });
});
