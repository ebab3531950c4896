import { expect, it } from "vitest";
import { checkInvariants } from "./linearizer-invariants.ts";

it("keeps I1 to I6 and agrees with its twin in fifteen hundred rooms in bad weather and under siege", () => {
  const seen = Array.from({ length: 1_500 }, (_, seed) => checkInvariants(seed));
  const count = (isOne: (sighting: (typeof seen)[number]) => boolean): number => seen.filter(isOne).length;
  expect(count(({ commits }) => commits > 0)).toBeGreaterThan(750);
  expect(count(({ eras }) => eras > 0)).toBeGreaterThan(300);
  expect(count(({ forks }) => forks > 0)).toBeGreaterThan(300);
  expect(count(({ hasLiar, commits }) => hasLiar && commits > 0)).toBeGreaterThan(100);
  expect(count(({ ackRounds }) => ackRounds !== undefined && ackRounds > 20)).toBe(0);
});
