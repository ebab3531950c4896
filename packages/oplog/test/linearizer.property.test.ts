import { expect, it } from "vitest";
import { checkInvariants } from "./linearizer-invariants.ts";

it("keeps I1 to I6 and agrees with its twin in two thousand rooms in bad weather", () => {
  const seen = Array.from({ length: 2_000 }, (_, seed) => checkInvariants(seed));
  const count = (isOne: (sighting: (typeof seen)[number]) => boolean): number => seen.filter(isOne).length;
  expect(count(({ commits }) => commits > 0)).toBeGreaterThan(1_000);
  expect(count(({ eras }) => eras > 0)).toBeGreaterThan(500);
  expect(count(({ forks }) => forks > 0)).toBeGreaterThan(500);
});
