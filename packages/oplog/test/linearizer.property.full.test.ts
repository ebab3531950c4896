import { expect, it } from "vitest";
import { checkInvariants } from "./linearizer-invariants.ts";

it("keeps I1 to I6 and agrees with its twin in thirty thousand rooms in bad weather and under siege", () => {
  let blocks = 0;
  for (let seed = 2_000; seed < 32_000; seed++) blocks += checkInvariants(seed).blocks;
  expect(blocks).toBeGreaterThan(200_000);
});
