import { type Bytes, concatBytes, decodeHex, encodeHex } from "@coterie/bytes";
import { describe, expect, it } from "vitest";
import {
  ByteReader,
  ByteWriter,
  createEnvelope,
  decodeControlPrefix,
  decodeEnvelope,
  encodeControlPrefix,
  encodeHeader,
  encodeVarint,
  oplogLimits,
  varintLength,
  verifyEnvelope,
} from "../src/index.ts";
import {
  type BlockInput,
  blockOf,
  deps,
  epochOf,
  filled,
  logTag,
  noBlock,
  signerOf,
  withBadSignature,
} from "./blocks.ts";

const malformed = expect.objectContaining({ code: "oplog/malformed-block" });
const alice = signerOf(1);
const bob = signerOf(2);

function decoding(bytes: Uint8Array): () => void {
  return () => decodeEnvelope(deps, bytes);
}

/** The bytes of a block with one range replaced. */
function patched(bytes: Uint8Array, at: number, replacement: Uint8Array, removed: number = replacement.length): Bytes {
  return concatBytes(bytes.subarray(0, at), replacement, bytes.subarray(at + removed));
}

const seqAt = 50;
const previousAt = 51;
const controlAt = 51 + 32 + 16 + 24;

describe("varints", () => {
  const spellings: readonly (readonly [number, string])[] = [
    [0, "00"],
    [127, "7f"],
    [128, "8001"],
    [16_383, "ff7f"],
    [16_384, "808001"],
    [2_097_151, "ffff7f"],
    [2_097_152, "80808001"],
    [268_435_455, "ffffff7f"],
    [268_435_456, "8080808001"],
    [0xffff_ffff, "ffffffff0f"],
  ];
  it.each(spellings)("spell %i as %s", (value, spelling) => {
    expect(encodeHex(encodeVarint(value))).toBe(spelling);
    expect(varintLength(value)).toBe(spelling.length / 2);
    const reader = new ByteReader(decodeHex(spelling));
    expect(reader.varint()).toBe(value);
    reader.end();
  });

  it.each([
    "",
    "80",
    "8000",
    "ff00",
    "80808000",
    "8080808000",
    "8080808010",
    "ffffffff1f",
    "ffffffff8f00",
    "ffffffffff",
  ])("refuse %s: cut off, longer than needed, or too large", (spelling) => {
    expect(() => new ByteReader(decodeHex(spelling)).varint()).toThrow(malformed);
  });

  it.each([-1, 0.5, Number.NaN, oplogLimits.number + 1])("do not spell %d", (value) => {
    expect(() => encodeVarint(value)).toThrow(malformed);
    expect(() => new ByteWriter().varint(value)).toThrow(malformed);
  });
});

describe("a reader", () => {
  it("gives what a writer was given, and no more", () => {
    const writer = new ByteWriter(1).byte(7).varint(300).bytes(filled(3, 1)).sizedBytes(filled(200, 2));
    const reader = new ByteReader(concatBytes(filled(2, 9), writer.finish(), filled(4, 5)), 2);
    expect([reader.byte(), reader.varint()]).toEqual([7, 300]);
    expect(reader.bytes(3)).toEqual(filled(3, 1));
    expect(reader.sizedBytes()).toEqual(filled(200, 2));
    expect(() => reader.bytes(5)).toThrow(malformed);
    expect(() => reader.end()).toThrow(malformed);
    expect(reader.rest()).toEqual(filled(4, 5));
    reader.end();
    expect(() => reader.byte()).toThrow(malformed);
  });
});

describe("a block", () => {
  const shapes: readonly (readonly [string, BlockInput])[] = [
    ["with content", { content: filled(48, 2) }],
    ["with a public part", { publicPart: filled(300, 3) }],
    ["with both", { content: filled(200, 2), publicPart: filled(1, 3) }],
    ["that acknowledges", { header: { flags: 1 } }],
    ["in the middle of a chain", { header: { seq: 0xffff_ffff, previous: filled(32, 1) } }],
  ];
  it.each(shapes)("%s is read back as it was written", (_, input) => {
    const envelope = blockOf(alice, input);
    expect(decodeEnvelope(deps, envelope.bytes.slice())).toEqual(envelope);
    expect(envelope.headerBytes).toEqual(encodeHeader(envelope.header));
    expect(verifyEnvelope(deps, envelope)).toBe(true);
  });

  it("is not verified by another signature, nor under another writer's name", () => {
    const envelope = blockOf(alice);
    expect(verifyEnvelope(deps, decodeEnvelope(deps, withBadSignature(envelope)))).toBe(false);
    const renamed = decodeEnvelope(deps, patched(envelope.bytes, 18, bob.writer));
    expect(verifyEnvelope(deps, renamed)).toBe(false);
  });

  it("has a hash that does not depend on the signature, and on everything else", () => {
    const envelope = blockOf(alice, { content: filled(48, 2), publicPart: filled(48, 3) });
    expect(decodeEnvelope(deps, withBadSignature(envelope)).hash).toEqual(envelope.hash);
    for (let at = 0; at < envelope.bytes.length - 64; at++) {
      const flipped = envelope.bytes.slice();
      flipped[at] = (flipped[at] ?? 0) ^ 0x40;
      try {
        expect(decodeEnvelope(deps, flipped).hash).not.toEqual(envelope.hash);
      } catch (error) {
        expect(error).toEqual(malformed);
      }
    }
  });

  it("is refused at every shorter length, and with a byte behind it", () => {
    const { bytes } = blockOf(alice, { content: filled(48, 2), publicPart: filled(10, 3) });
    for (let length = 0; length < bytes.length; length++)
      expect(decoding(bytes.subarray(0, length))).toThrow(malformed);
    expect(decoding(concatBytes(bytes, filled(1, 0)))).toThrow(malformed);
  });

  it("is refused in another version, and with a flag that is not known", () => {
    const { bytes } = blockOf(alice);
    for (const version of [0, 2, 255]) expect(decoding(patched(bytes, 0, filled(1, version)))).toThrow(malformed);
    for (const flags of [8, 16, 128]) expect(decoding(patched(bytes, 1, filled(1, flags)))).toThrow(malformed);
  });

  it("is refused where flags and parts disagree", () => {
    const bare = blockOf(alice).bytes;
    const full = blockOf(alice, { content: filled(48, 2), publicPart: filled(48, 3) }).bytes;
    for (const flags of [2, 4, 6]) expect(decoding(patched(bare, 1, filled(1, flags)))).toThrow(malformed);
    for (const flags of [0, 2, 4]) expect(decoding(patched(full, 1, filled(1, flags)))).toThrow(malformed);
  });

  it("that acknowledges is refused with anything else in it", () => {
    for (const flags of [3, 5, 7])
      expect(decoding(patched(blockOf(alice).bytes, 1, filled(1, flags)))).toThrow(malformed);
    expect(() => blockOf(alice, { header: { flags: 5 }, content: filled(48, 1) })).toThrow(malformed);
  });

  it("is refused where seq and previous disagree", () => {
    const first = blockOf(alice).bytes;
    expect(decoding(patched(first, seqAt, filled(1, 1)))).toThrow(malformed);
    expect(decoding(patched(first, previousAt, filled(32, 1)))).toThrow(malformed);
    expect(
      decoding(patched(blockOf(alice, { header: { seq: 1, previous: filled(32, 1) } }).bytes, previousAt, noBlock)),
    ).toThrow(malformed);
  });

  it("is refused with a number that is spelled longer than needed", () => {
    const { bytes } = blockOf(alice);
    expect(decoding(patched(bytes, seqAt, decodeHex("8000"), 1))).toThrow(malformed);
    expect(decoding(patched(bytes, controlAt, decodeHex("d000"), 1))).toThrow(malformed);
  });

  it("is refused with lengths that lead beyond the end, without allocating for them", () => {
    const { bytes } = blockOf(alice);
    for (const length of ["ffffffff0f", "ffffffff1f", "ffffffffff01", "80808008", "ff7f"])
      expect(decoding(patched(bytes, controlAt, decodeHex(length), 1))).toThrow(malformed);
    expect(decoding(patched(bytes, controlAt, filled(1, 0x50 + 1)))).toThrow(malformed);
    expect(decoding(patched(bytes, controlAt, filled(1, 0x50 - 1)))).toThrow(malformed);
  });

  it("is refused when spliced of two", () => {
    const left = blockOf(alice, { content: filled(48, 2) }).bytes;
    const right = blockOf(bob, { control: filled(81, 2), publicPart: filled(40, 3) }).bytes;
    // Before the flags both have the same bytes.
    for (let cut = 2; cut < left.length; cut++) {
      const spliced = concatBytes(left.subarray(0, cut), right.subarray(cut));
      try {
        expect(verifyEnvelope(deps, decodeEnvelope(deps, spliced))).toBe(false);
      } catch (error) {
        expect(error).toEqual(malformed);
      }
    }
  });

  it("may be as large as the limit, and no byte larger", () => {
    const smallest = blockOf(alice, { control: filled(1, 1), content: filled(0x20_0000 >> 1, 1) }).bytes.length;
    const largest = oplogLimits.envelopeBytes - smallest + (0x20_0000 >> 1);
    const control = filled(1, 1);
    expect(blockOf(alice, { control, content: filled(largest - 1, 1) }).bytes).toHaveLength(
      oplogLimits.envelopeBytes - 1,
    );
    const envelope = blockOf(alice, { control, content: filled(largest, 1) });
    expect(envelope.bytes).toHaveLength(oplogLimits.envelopeBytes);
    expect(decodeEnvelope(deps, envelope.bytes)).toEqual(envelope);
    expect(() => blockOf(alice, { control, content: filled(largest + 1, 1) })).toThrow(malformed);
    expect(decoding(filled(oplogLimits.envelopeBytes + 1, 1))).toThrow(malformed);
  });

  it("is not made with fields of another length, nor in another's name", () => {
    for (const header of [
      { logTag: filled(15, 1) },
      { writer: filled(33, 1) },
      { seq: 1, previous: filled(31, 1) },
      { epochId: filled(17, 1) },
      { writer: bob.writer },
      { flags: 8 },
      { seq: -1 },
    ])
      expect(() => blockOf(alice, { header })).toThrow(malformed);
    expect(() => blockOf(alice, { nonce: filled(23, 1) })).toThrow(malformed);
    const lazy = { writer: alice.writer, sign: () => filled(63, 1) };
    expect(() => blockOf(lazy)).toThrow(malformed);
  });

  it("does not follow later changes of what it was made from", () => {
    const control = filled(80, 1);
    const nonce = filled(24, 1);
    const header = { flags: 0, logTag, writer: alice.writer, seq: 0, previous: noBlock, epochId: epochOf(1) };
    const parts = { header, nonce, control, content: filled(0, 0), publicPart: filled(0, 0) };
    const envelope = createEnvelope({ ...deps, signer: alice }, parts);
    control.fill(9);
    nonce.fill(9);
    expect(decodeEnvelope(deps, envelope.bytes)).toEqual(envelope);
    expect(envelope.control).toEqual(filled(80, 1));
  });
});

describe("a control prefix", () => {
  const links = [filled(32, 1), filled(32, 2), filled(32, 3)];

  it("is read back, with what follows it", () => {
    const prefix = { links, lamport: 0xffff_ffff, commits: 0 };
    const rest = filled(40, 7);
    expect(decodeControlPrefix(concatBytes(encodeControlPrefix(prefix), rest))).toEqual({ ...prefix, rest });
  });

  it("is refused with links that are not ascending and distinct", () => {
    const [one, two] = [filled(32, 1), filled(32, 2)];
    for (const wrong of [
      [two, one],
      [one, one],
      [one, two, two],
    ]) {
      expect(() => encodeControlPrefix({ links: wrong, lamport: 1, commits: 0 })).toThrow(malformed);
      const bytes = concatBytes(filled(1, wrong.length), ...wrong, filled(2, 0));
      expect(() => decodeControlPrefix(bytes)).toThrow(malformed);
    }
    expect(() => encodeControlPrefix({ links: [filled(31, 1)], lamport: 1, commits: 0 })).toThrow(malformed);
  });

  it("is refused when cut off", () => {
    const bytes = encodeControlPrefix({ links, lamport: 300, commits: 300 });
    for (let length = 0; length < bytes.length; length++)
      expect(() => decodeControlPrefix(bytes.subarray(0, length))).toThrow(malformed);
  });

  it("may have as many links as the limit says, and no more", () => {
    const many = (count: number): Bytes[] =>
      Array.from({ length: count }, (_, i) => concatBytes(Uint8Array.of(i >> 8, i & 255), filled(30, 1)));
    const most = { links: many(oplogLimits.linksPerBlock), lamport: 1, commits: 0 };
    expect(decodeControlPrefix(encodeControlPrefix(most))).toMatchObject(most);
    const less = { ...most, links: many(oplogLimits.linksPerBlock - 1) };
    expect(decodeControlPrefix(encodeControlPrefix(less))).toMatchObject(less);
    const over = many(oplogLimits.linksPerBlock + 1);
    expect(() => encodeControlPrefix({ ...most, links: over })).toThrow(malformed);
    const bytes = new ByteWriter()
      .varint(over.length)
      .bytes(concatBytes(...over))
      .varint(1)
      .varint(0)
      .finish();
    expect(() => decodeControlPrefix(bytes)).toThrow(malformed);
    expect(() => decodeControlPrefix(decodeHex("ffffffff0f"))).toThrow(malformed);
  });
});
