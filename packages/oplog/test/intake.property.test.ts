import { expect, it } from "vitest";
import { checkCrowdedWorld, checkWorld } from "./intake-world.ts";

it("gives the same graph for any order, duplicates and batches: 1,000 worlds", () => {
  const seen = { admitted: 0, refused: 0, waiting: 0, forks: 0 };
  for (let seed = 0; seed < 1_000; seed++) {
    const { admitted, refused, waiting, forks } = checkWorld(seed);
    seen.admitted += admitted.length;
    seen.refused += refused.length;
    seen.waiting += waiting;
    seen.forks += forks.length;
  }
  // The worlds are neither all good nor all bad.
  for (const count of Object.values(seen)) expect(count).toBeGreaterThan(500);
});

it("gives the same graph where few blocks may wait: 100 worlds", () => {
  for (let seed = 0; seed < 100; seed++) expect(() => checkCrowdedWorld(seed), `seed ${seed}`).not.toThrow();
});
