import { describe, expect, it } from "vitest";
import { attackBlocks, attackControlPrefixes, attackForkProofs } from "./envelope-mutants.ts";

describe("100,000 mutants", () => {
  const seeds = { from: 1_000, to: 2_000 };

  it("of blocks are neither decoded and verified, nor the cause of another error than MalformedBlockError", () => {
    expect(attackBlocks(seeds)).toBeGreaterThan(10_000);
  });

  it("of control prefixes are read in one way, or refused as MalformedBlockError", () => {
    expect(() => attackControlPrefixes(seeds)).not.toThrow();
  });

  it("of fork proofs prove nothing", () => {
    expect(() => attackForkProofs(seeds)).not.toThrow();
  });
});
