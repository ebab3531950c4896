import { concatBytes } from "@coterie/bytes";
import { describe, expect, it } from "vitest";
import { createForkProof, decodeEnvelope, verifyForkProof } from "../src/index.ts";
import { blockOf, deps, filled, logTag, signerOf, withBadSignature } from "./blocks.ts";

const noProof = expect.objectContaining({ code: "oplog/fork-proof" });
const mallory = signerOf(66);
const alice = signerOf(1);
const chain = { seq: 7, previous: filled(32, 1) };
const left = blockOf(mallory, { header: chain, content: filled(48, 1) });
const right = blockOf(mallory, { header: { ...chain, previous: filled(32, 2) }, publicPart: filled(500, 2) });
const proof = createForkProof(left, right);

function verifying(bytes: Uint8Array, tag: Uint8Array = logTag): () => void {
  return () => verifyForkProof(deps, { proof: bytes, logTag: tag });
}

describe("a fork proof", () => {
  it("names writer and seq, whatever the size of the blocks and their order", () => {
    expect(verifyForkProof(deps, { proof, logTag })).toMatchObject({ writer: mallory.writer, seq: 7 });
    expect(createForkProof(right, left)).toEqual(proof);
    expect(proof.length).toBeLessThan(450);
  });

  it("is not made of one block, two writers, two places or two logs", () => {
    const others = [
      left,
      decodeEnvelope(deps, withBadSignature(left)),
      blockOf(alice, { header: chain }),
      blockOf(mallory, { header: { ...chain, seq: 8 } }),
      blockOf(mallory, { header: { ...chain, logTag: filled(16, 9) } }),
    ];
    for (const other of others) expect(() => createForkProof(left, other)).toThrow(noProof);
  });

  it("is refused for another log", () => {
    expect(verifying(proof, filled(16, 0x23))).toThrow(noProof);
    expect(verifying(proof, new Uint8Array(0))).toThrow(noProof);
  });

  it("is refused with the blocks in the other order, or one of them twice", () => {
    const half = proof.length / 2;
    const [first, second] = [proof.subarray(0, half), proof.subarray(half)];
    for (const wrong of [
      [second, first],
      [first, first],
      [second, second],
    ])
      expect(verifying(concatBytes(...wrong))).toThrow(noProof);
  });

  it("is refused where one signature is not the writer's", () => {
    expect(verifying(createForkProof(left, decodeEnvelope(deps, withBadSignature(right))))).toThrow(noProof);
    expect(verifying(createForkProof(decodeEnvelope(deps, withBadSignature(left)), right))).toThrow(noProof);
    // Mallory names alice as the writer of both, and signs with a key of her own.
    const forger = { writer: alice.writer, sign: mallory.sign };
    expect(verifying(createForkProof(blockOf(forger), blockOf(forger, { content: filled(48, 1) })))).toThrow(noProof);
    // One block is alice's own.
    expect(verifying(createForkProof(blockOf(alice), blockOf(forger, { content: filled(48, 1) })))).toThrow(noProof);
  });

  it("is refused cut off, longer, or with any bit changed", () => {
    for (let length = 0; length < proof.length; length++) expect(verifying(proof.subarray(0, length))).toThrow(noProof);
    expect(verifying(concatBytes(proof, filled(1, 0)))).toThrow(noProof);
    for (let at = 0; at < proof.length; at++) {
      const flipped = proof.slice();
      flipped[at] = (flipped[at] ?? 0) ^ (1 << (at % 8));
      expect(verifying(flipped)).toThrow(noProof);
    }
  });
});
