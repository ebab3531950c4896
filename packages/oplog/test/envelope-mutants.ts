// Mutants of everything that this package decodes, 100 for each seed.
import { concatBytes, type Bytes } from "@coterie/bytes";
import { expect } from "vitest";
import {
  type Envelope,
  createForkProof,
  decodeControlPrefix,
  decodeEnvelope,
  encodeControlPrefix,
  ForkProofError,
  MalformedBlockError,
  verifyEnvelope,
  verifyForkProof,
} from "../src/index.ts";
import { blockOf, createChooser, deps, filled, logTag, signerOf } from "./blocks.ts";

type Choose = (count: number) => number;

/** Spoils bytes in one of seven ways: flip, truncate, extend, splice two valid ones, repeat a piece, drop a piece, a length overflow. */
function mutantOf(choose: Choose, source: Uint8Array, other: Uint8Array): Bytes {
  const at = choose(source.length);
  const to = Math.min(source.length, at + 1 + choose(80));
  const [head, tail] = [source.subarray(0, at), source.subarray(at)];
  switch (choose(7)) {
    case 0: {
      const flipped = source.slice();
      for (let i = choose(4); i >= 0; i--) {
        const place = choose(flipped.length);
        flipped[place] = (flipped[place] ?? 0) ^ (1 << choose(8));
      }
      return concatBytes(flipped);
    }
    case 1:
      return concatBytes(head);
    case 2:
      return concatBytes(source, filled(1 + choose(64), choose(256)));
    case 3:
      return concatBytes(head, other.subarray(choose(2) === 0 ? Math.min(at, other.length) : choose(other.length)));
    case 4:
      return concatBytes(head, source.subarray(at, to), tail);
    case 5:
      return concatBytes(head, source.subarray(to));
    default: {
      const overflows = ["ffffffff0f", "ffffffffff7f", "8000", "808080808000", "ffff7f"];
      const bytes = Uint8Array.from(Buffer.from(overflows[choose(overflows.length)] ?? "", "hex"));
      return concatBytes(head, bytes, source.subarray(Math.min(source.length, at + 1)));
    }
  }
}

export function someBlock(choose: Choose): Envelope {
  const seq = choose(3) === 0 ? 0 : 1 + choose(1 << choose(31));
  const content = filled(choose(2) * (1 + choose(300)), choose(256));
  const publicPart = filled(choose(3) === 0 ? 1 + choose(500) : 0, choose(256));
  const flags = content.length + publicPart.length === 0 ? { flags: choose(2) } : {};
  return blockOf(signerOf(choose(4)), {
    header: { seq, previous: filled(32, seq === 0 ? 0 : 1 + choose(255)), epochId: filled(16, choose(256)), ...flags },
    control: filled(choose(400), choose(256)),
    content,
    publicPart,
  });
}

const sameBytes = (left: Uint8Array, right: Uint8Array): boolean => Buffer.compare(left, right) === 0;

/** Which seeds are tried. */
export interface Seeds {
  readonly from: number;
  readonly to: number;
}

/** Blocks: none is decoded and verified, and nothing but MalformedBlockError is thrown. Returns how many were decoded. */
export function attackBlocks({ from, to }: Seeds): number {
  let decoded = 0;
  for (let seed = from; seed < to; seed++) {
    const choose = createChooser(seed);
    const [source, other] = [someBlock(choose), someBlock(choose)];
    expect(verifyEnvelope(deps, decodeEnvelope(deps, source.bytes))).toBe(true);
    for (let i = 0; i < 100; i++) {
      const mutant = mutantOf(choose, source.bytes, other.bytes);
      if (sameBytes(mutant, source.bytes) || sameBytes(mutant, other.bytes)) continue;
      try {
        const envelope = decodeEnvelope(deps, mutant);
        decoded += 1;
        expect(verifyEnvelope(deps, envelope), `seed ${seed}, mutant ${i}`).toBe(false);
      } catch (error) {
        expect(error, `seed ${seed}, mutant ${i}`).toBeInstanceOf(MalformedBlockError);
      }
    }
  }
  return decoded;
}

/** Control prefixes: each is read in one way, or refused as MalformedBlockError. */
export function attackControlPrefixes({ from, to }: Seeds): void {
  for (let seed = from; seed < to; seed++) {
    const choose = createChooser(seed);
    const links = Array.from({ length: choose(5) }, (_, i) => filled(32, 50 * i + choose(50)));
    const source = concatBytes(
      encodeControlPrefix({ links, lamport: choose(1 << 30), commits: choose(1 << 20) }),
      filled(choose(100), 0),
    );
    for (let i = 0; i < 100; i++) {
      const mutant = mutantOf(choose, source, filled(60, 3));
      try {
        const { rest, ...prefix } = decodeControlPrefix(mutant);
        expect(concatBytes(encodeControlPrefix(prefix), rest), `seed ${seed}, mutant ${i}`).toEqual(mutant);
      } catch (error) {
        expect(error, `seed ${seed}, mutant ${i}`).toBeInstanceOf(MalformedBlockError);
      }
    }
  }
}

/** Fork proofs: none proves anything. */
export function attackForkProofs({ from, to }: Seeds): void {
  for (let seed = from; seed < to; seed++) {
    const choose = createChooser(seed);
    const mallory = signerOf(66);
    const previous = filled(32, 1);
    const [a, b, c] = [0, 1, 2].map((i) =>
      blockOf(mallory, { header: { seq: 9, previous }, content: filled(48 + i, choose(256)) }),
    );
    if (a === undefined || b === undefined || c === undefined) throw new Error("three blocks");
    const [source, other] = [createForkProof(a, b), createForkProof(b, c)];
    const genuine = [source, other, createForkProof(a, c)];
    expect(verifyForkProof(deps, { proof: source, logTag }).seq).toBe(9);
    for (let i = 0; i < 100; i++) {
      const mutant = mutantOf(choose, source, other);
      if (genuine.some((proof) => sameBytes(proof, mutant))) continue;
      try {
        verifyForkProof(deps, { proof: mutant, logTag });
        expect.fail(`seed ${seed}, mutant ${i} was accepted`);
      } catch (error) {
        expect(error, `seed ${seed}, mutant ${i}`).toBeInstanceOf(ForkProofError);
      }
    }
  }
}
