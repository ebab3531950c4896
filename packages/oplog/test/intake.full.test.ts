import { expect, it } from "vitest";
import { checkCrowdedWorld, checkWorld } from "./intake-world.ts";

it("gives the same graph for any order, duplicates and batches: 10,000 worlds", { timeout: 1_800_000 }, () => {
  for (let seed = 10_000; seed < 20_000; seed++) expect(checkWorld(seed).waiting).toBeGreaterThanOrEqual(0);
});

it("gives the same graph where few blocks may wait: 3,000 worlds", { timeout: 1_800_000 }, () => {
  for (let seed = 10_000; seed < 13_000; seed++) expect(() => checkCrowdedWorld(seed), `seed ${seed}`).not.toThrow();
});
