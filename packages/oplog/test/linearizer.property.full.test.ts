import { describe, expect, it } from "vitest";
import { checkInvariants } from "./linearizer-invariants.ts";

const seedsPerTest = 1_500;

describe("fifteen thousand rooms in bad weather and under siege keep I1 to I6 and agree with the twin", () => {
  it.each(Array.from({ length: 10 }, (_, part) => (part + 1) * seedsPerTest))("from seed %i on", (first) => {
    let blocks = 0;
    for (let seed = first; seed < first + seedsPerTest; seed++) blocks += checkInvariants(seed).blocks;
    expect(blocks).toBeGreaterThan(10 * seedsPerTest);
  });
});
