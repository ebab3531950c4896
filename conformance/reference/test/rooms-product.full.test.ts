import { describe, expect, it } from "vitest";
import { ProductNames } from "./rooms-product-names.ts";
import { runTwins } from "./rooms-product-runs.ts";
import { emptyTwinTally } from "./rooms-product-twins.ts";

const names = new ProductNames();

describe("packages/room and packages/oplog against the model (docs/protocol/rooms.md §4 to §7)", () => {
  it.each([
    { cast: "honest", count: 4000 },
    { cast: "gang", count: 3000 },
    { cast: "gang without keys", count: 3000 },
  ] as const)(
    "say the same of members, epochs and order in $count histories: $cast",
    ({ cast, count }) => {
      const tally = emptyTwinTally();
      for (let seed = 10_000; seed < 10_000 + count; seed++) runTwins({ seed, cast }, { names, tally });
      process.stdout.write(`${JSON.stringify({ cast, ...tally, differences: tally.differences.slice(0, 9) })}\n`);
      expect(tally.differences).toEqual([]);
    },
    3_600_000,
  );
});
