import { expect, it } from "vitest";
import { checkInvariants } from "./linearizer-invariants.ts";

it("keeps I1 to I6 and agrees with its twin in twenty thousand rooms in bad weather", () => {
  let blocks = 0;
  for (let seed = 2_000; seed < 22_000; seed++) blocks += checkInvariants(seed).blocks;
  expect(blocks).toBeGreaterThan(200_000);
});
