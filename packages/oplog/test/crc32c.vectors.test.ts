import { describe, expect, it } from "vitest";
import { crc32c, emptyCrc32c, updateCrc32c } from "../src/storage/crc32c.ts";

/** RFC 3720, appendix B.4, with the checksums as numbers instead of bytes in the order of the wire. */
const vectors: readonly (readonly [string, Uint8Array, number])[] = [
  ["32 zeros", new Uint8Array(32), 0x8a91_36aa],
  ["32 ones", new Uint8Array(32).fill(0xff), 0x62a8_ab43],
  ["32 incrementing", Uint8Array.from({ length: 32 }, (_unused, i) => i), 0x46dd_794e],
  ["32 decrementing", Uint8Array.from({ length: 32 }, (_unused, i) => 31 - i), 0x113f_db5c],
  ["an iSCSI read command", iscsiReadCommand(), 0xd996_3a56],
  ["123456789", new TextEncoder().encode("123456789"), 0xe306_9283],
  ["nothing", new Uint8Array(), 0],
];

describe("CRC-32C", () => {
  it.each(vectors)("of %s", (_name, bytes, expected) => {
    expect(crc32c(bytes)).toBe(expected);
  });

  it("is the same in any parts, at any place in the memory, and bit by bit", () => {
    const bytes = Uint8Array.from({ length: 200 }, (_unused, i) => (i * 73) ^ (i >> 2));
    for (let from = 0; from < 20; from++) {
      for (let to = from; to < 60; to++) {
        const part = bytes.subarray(from, to);
        const expected = bitByBit(part);
        expect(crc32c(part)).toBe(expected);
        const middle = from + ((to - from) >> 1);
        const begun = updateCrc32c(emptyCrc32c, { bytes, from, to: middle });
        expect(updateCrc32c(begun, { bytes, from: middle, to })).toBe(expected);
      }
    }
  });

  it("changes with every bit", () => {
    const bytes = Uint8Array.from({ length: 100 }, (_unused, i) => i);
    const whole = crc32c(bytes);
    for (let bit = 0; bit < 800; bit++) {
      const changed = bytes.slice();
      changed[bit >>> 3] = (changed[bit >>> 3] ?? 0) ^ (1 << (bit & 7));
      expect(crc32c(changed)).not.toBe(whole);
    }
  });
});

/** The slow, obvious twin. */
function bitByBit(bytes: Uint8Array): number {
  let state = 0xffff_ffff;
  for (const byte of bytes) {
    state ^= byte;
    for (let bit = 0; bit < 8; bit++) state = (state & 1) === 1 ? (state >>> 1) ^ 0x82f6_3b78 : state >>> 1;
  }
  return ~state >>> 0;
}

function iscsiReadCommand(): Uint8Array {
  const bytes = new Uint8Array(48);
  bytes.set([0x01, 0xc0], 0);
  bytes.set([0x14], 16);
  bytes.set([0x04], 22);
  bytes.set([0x14], 27);
  bytes.set([0x18], 31);
  bytes.set([0x28], 32);
  bytes.set([0x02], 40);
  return bytes;
}
