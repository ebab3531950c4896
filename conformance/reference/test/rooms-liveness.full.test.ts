import { describe, expect, it } from "vitest";
import { runManyHostile } from "./rooms-hostile.ts";
import { runManyLive } from "./rooms-liveness.ts";

const rooms = (["majority", "strict"] as const).flatMap((mode) => [1, 2, 3, 4].map((indexers) => ({ mode, indexers })));
const hour = 3_600_000;

describe("finality of rooms whose members are in doubt (I6, K1 to K5)", () => {
  it.each(rooms)(
    "comes while a quorum of $indexers in mode $mode is there, in 1,500 histories",
    (choice) => {
      const tally = runManyLive(choice, { from: 10_000, count: 1500 });
      process.stdout.write(`${JSON.stringify({ ...choice, ...tally, faults: tally.faults.slice(0, 9) })}\n`);
      expect(tally.faults).toEqual([]);
    },
    hour,
  );

  it.each(rooms)(
    "comes while an honest quorum of $indexers in mode $mode is there, in 500 histories among gangs",
    (choice) => {
      const tally = runManyHostile({ from: 10_000, count: 500 }, choice);
      process.stdout.write(`${JSON.stringify({ ...choice, ...tally, faults: tally.faults.slice(0, 9) })}\n`);
      expect(tally.faults).toEqual([]);
    },
    hour,
  );
});
