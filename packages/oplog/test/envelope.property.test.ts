import { describe, expect, it } from "vitest";
import { decodeEnvelope } from "../src/index.ts";
import { createChooser, deps } from "./blocks.ts";
import { attackBlocks, attackControlPrefixes, attackForkProofs, someBlock } from "./envelope-mutants.ts";

describe("10,000 mutants", () => {
  const seeds = { from: 0, to: 100 };

  it("of blocks are neither decoded and verified, nor the cause of another error than MalformedBlockError", () => {
    const decoded = attackBlocks(seeds);
    // The mutants reach both the decoder and the signature.
    expect(decoded).toBeGreaterThan(1_000);
    expect(decoded).toBeLessThan(9_000);
  });

  it("of control prefixes are read in one way, or refused as MalformedBlockError", () => {
    expect(() => attackControlPrefixes(seeds)).not.toThrow();
  });

  it("of fork proofs prove nothing", () => {
    expect(() => attackForkProofs(seeds)).not.toThrow();
  });
});

it("reads every block back that it writes, 1,000 times", () => {
  for (let seed = 0; seed < 1_000; seed++) {
    const envelope = someBlock(createChooser(seed));
    expect(decodeEnvelope(deps, envelope.bytes.slice()), `seed ${seed}`).toEqual(envelope);
  }
});
