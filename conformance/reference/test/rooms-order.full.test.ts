import { describe, expect, it } from "vitest";
import { explore, type ExploreChoice } from "./rooms-explore.ts";
import { tryAllWays } from "./rooms-lockstep.ts";
import { emptyOrderTally, runOrder } from "./rooms-order-runs.ts";

const graphs: readonly ExploreChoice[] = [
  { mode: "majority", indexers: 2, blocks: 18 },
  { mode: "majority", indexers: 3, blocks: 9 },
  { mode: "majority", indexers: 4, blocks: 7 },
  { mode: "strict", indexers: 2, blocks: 18 },
  { mode: "strict", indexers: 3, blocks: 12 },
  { mode: "strict", indexers: 4, blocks: 8 },
  { mode: "majority", indexers: 2, next: ["1"], blocks: 9 },
  { mode: "majority", indexers: 2, next: ["0", "1", "2"], blocks: 8 },
  { mode: "majority", indexers: 2, next: ["2", "3"], blocks: 8 },
  { mode: "majority", indexers: 3, next: ["1", "2"], blocks: 7 },
  { mode: "majority", indexers: 3, next: ["1"], blocks: 7 },
  { mode: "majority", indexers: 3, next: ["1", "2", "3"], blocks: 6 },
];

const hour = 3_600_000;

describe("the order of rooms (D3; docs/protocol/rooms.md §4)", () => {
  it.each(graphs)(
    "never changes what is final, in all graphs of $mode $indexers to $next with $blocks blocks",
    (choice) => {
      const { first, ...counts } = explore(choice);
      process.stdout.write(`${JSON.stringify({ ...choice, ...counts })}\n`);
      expect(first).toBeUndefined();
      expect(counts.graphs).toBeGreaterThan(100);
    },
    hour,
  );

  it(
    "has no conflict where one of four lies in mode strict, whoever sees what for four rounds",
    () => {
      const result = tryAllWays(3);
      process.stdout.write(`${JSON.stringify(result)}\n`);
      expect(result.conflicts).toBe(0);
    },
    hour,
  );

  it.each([
    { count: 10_000, choice: {} },
    { count: 2000, choice: { mode: "strict", liars: 1, indexers: 4 } },
    { count: 200, choice: { mode: "strict", liars: 2, indexers: 7 } },
  ] as const)(
    "keeps I1 to I6 in $count schedules of $choice",
    ({ count, choice }) => {
      const tally = emptyOrderTally();
      for (let seed = 10_000; seed < 10_000 + count; seed++) runOrder({ seed, choice }, tally);
      process.stdout.write(`${JSON.stringify({ ...tally, faults: tally.faults.slice(0, 9) })}\n`);
      expect(tally.faults).toEqual([]);
    },
    hour,
  );
});
