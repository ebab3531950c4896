// Bytes of a block, written out. Own vectors: the hashes were computed a second time with another language's library.
import { concatBytes, decodeHex, encodeHex } from "@coterie/bytes";
import { nodePrimitives as primitives } from "@coterie/primitives/node";
import { describe, expect, it } from "vitest";
import {
  createEnvelope,
  createForkProof,
  decodeControlPrefix,
  decodeEnvelope,
  encodeControlPrefix,
  verifyEnvelope,
  verifyForkProof,
} from "../src/index.ts";
import { deps, filled } from "./blocks.ts";

/** Ed25519 seed: 32 times 0x11. */
const { publicKey, secretKey } = primitives.deriveSigningKeyPair(filled(32, 0x11));
const signer = { writer: publicKey, sign: (message: Uint8Array) => primitives.sign(secretKey, message) };

/** docs/protocol/rooms.md §2.1, field by field. */
const golden = [
  "01", // version
  "06", // flags: public part (2), content (4)
  "22222222222222222222222222222222", // log tag
  "d04ab232742bb4ab3a1368bd4615e4e6d0224ab71a016baf8520a332c9778737", // writer
  "ac02", // seq: 300 = 0x2c | 0x80, 300 >> 7
  "3333333333333333333333333333333333333333333333333333333333333333", // previous
  "44444444444444444444444444444444", // epoch id
  "555555555555555555555555555555555555555555555555", // nonce
  "03", // control: 3 bytes
  "666666",
  "02", // content: 2 bytes
  "7777",
  "01", // public part: 1 byte
  "88",
  // signature
  "a5cf1389abddf788ed758d57cde47f6e6f2bd1ea986356332f8613c5905b51cb",
  "045cb87cdef74ac56eb9e139cc3c244d2184cf825034e5eefc499d113598bb07",
].join("");

const parts = {
  header: {
    flags: 6,
    logTag: filled(16, 0x22),
    writer: publicKey,
    seq: 300,
    previous: filled(32, 0x33),
    epochId: filled(16, 0x44),
  },
  nonce: filled(24, 0x55),
  control: filled(3, 0x66),
  content: filled(2, 0x77),
  publicPart: filled(1, 0x88),
};

describe("the golden block", () => {
  it("is written byte by byte as the specification says", () => {
    const envelope = createEnvelope({ ...deps, signer }, parts);
    expect(encodeHex(envelope.bytes)).toBe(golden);
    expect(envelope).toEqual(decodeEnvelope(deps, decodeHex(golden)));
  });

  it("is read back, with its hashes and a signature that holds", () => {
    const envelope = decodeEnvelope(deps, decodeHex(golden));
    expect(envelope).toMatchObject(parts);
    // H("coterie/oplog/block/1" 00 || header || nonce || H(tail)), where the tail is 03 666666 02 7777 01 88
    expect(encodeHex(envelope.tailHash)).toBe("962a9b68e663d608882e66986541017894b62b0678b4b69fbd87cf8bf926b7a0");
    expect(encodeHex(envelope.hash)).toBe("c3c9756272f483a93c9cbce5ac94fcc04ae187570b792b57a3d294f680687675");
    expect(encodeHex(envelope.headerBytes)).toBe(golden.slice(0, 200));
    expect(verifyEnvelope(deps, envelope)).toBe(true);
  });
});

it("writes links, lamport and commits as the specification says", () => {
  const links = [filled(32, 0x0a), filled(32, 0x0b)];
  const bytes = encodeControlPrefix({ links, lamport: 128, commits: 5 });
  expect(encodeHex(bytes)).toBe(`02${"0a".repeat(32)}${"0b".repeat(32)}800105`);
  expect(decodeControlPrefix(concatBytes(bytes, decodeHex("0000")))).toEqual({
    links,
    lamport: 128,
    commits: 5,
    rest: filled(2, 0),
  });
});

it("writes a fork proof as header, nonce, hash of the tail and signature, twice", () => {
  const first = createEnvelope({ ...deps, signer }, parts);
  const second = createEnvelope({ ...deps, signer }, { ...parts, content: filled(2, 0x78) });
  const sides = [first, second].map(({ headerBytes, nonce, tailHash, signature, hash }) => ({
    hash: encodeHex(hash),
    bytes: encodeHex(concatBytes(headerBytes, nonce, tailHash, signature)),
  }));
  sides.sort((a, b) => (a.hash < b.hash ? -1 : 1));
  const proof = createForkProof(first, second);
  expect(encodeHex(proof)).toBe(sides.map(({ bytes }) => bytes).join(""));
  expect(proof.length).toBe(2 * (100 + 24 + 32 + 64));
  const proven = verifyForkProof(deps, { proof, logTag: filled(16, 0x22) });
  expect(proven).toMatchObject({ writer: publicKey, seq: 300 });
  expect(proven.blocks.map(encodeHex)).toEqual(sides.map(({ hash }) => hash));
});
