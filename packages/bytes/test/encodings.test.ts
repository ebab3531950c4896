import {
  concatBytes,
  decodeHex,
  decodeUtf8,
  encodeHex,
  encodeUtf8,
  equalBytes,
  isAllZero,
  MalformedBytesError,
  MalformedTextError,
  toBytes,
} from "@coterie/bytes";
import fc from "fast-check";
import { describe, expect, it } from "vitest";

describe("hexadecimal", () => {
  it("gives back what was encoded", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), (bytes) => {
        expect(encodeHex(bytes)).toBe(Buffer.from(bytes).toString("hex"));
        expect(decodeHex(encodeHex(bytes))).toEqual(bytes);
      }),
    );
  });

  it.each(["0", "0G", "AB", " 00", "00 ", "0x00", "00\n"])("refuses %j", (text) => {
    expect(() => decodeHex(text)).toThrow(MalformedTextError);
  });
});

describe("UTF-8", () => {
  it("gives back every text without lone surrogates", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        if (text.isWellFormed()) expect(decodeUtf8(encodeUtf8(text))).toBe(text);
        else expect(() => encodeUtf8(text)).toThrow(MalformedTextError);
      }),
      { numRuns: 500 },
    );
  });

  it.each(["\ud800", "a\udc00", "\udc00\ud800", "\ud800\ud800\udc00"])("refuses the lone surrogate in %j", (text) => {
    expect(() => encodeUtf8(text)).toThrow(MalformedTextError);
  });

  it.each([
    ["a cut sequence", "e282"],
    ["an overlong NUL", "c080"],
    ["a surrogate", "eda080"],
    ["beyond U+10FFFF", "f4908080"],
    ["a lone continuation", "80"],
  ])("refuses %s", (_what, bytes) => {
    expect(() => decodeUtf8(decodeHex(bytes))).toThrow(MalformedBytesError);
  });

  it("keeps a byte order mark as part of the text", () => {
    expect(decodeUtf8(decodeHex("efbbbf61"))).toBe("\ufeffa");
  });
});

describe("comparing and joining", () => {
  it("finds any difference, and none in equal arrays", () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 80 }), fc.nat(), (bytes, seed) => {
        const changed = Uint8Array.from(bytes);
        const at = seed % bytes.length;
        changed[at] = (changed[at] ?? 0) ^ (1 << (seed % 8));
        expect(equalBytes(bytes, Uint8Array.from(bytes))).toBe(true);
        expect(equalBytes(bytes, changed)).toBe(false);
        expect(equalBytes(bytes, bytes.subarray(1))).toBe(false);
      }),
    );
    expect(equalBytes(new Uint8Array(0), new Uint8Array(0))).toBe(true);
  });

  it("knows arrays of zeros", () => {
    expect(isAllZero(new Uint8Array(40))).toBe(true);
    expect(isAllZero(new Uint8Array(0))).toBe(true);
    for (let i = 0; i < 40; i++) {
      const bytes = new Uint8Array(40);
      bytes[i] = 0x80;
      expect(isAllZero(bytes)).toBe(false);
    }
  });

  it("joins in order, into memory of its own", () => {
    const [left, right] = [Uint8Array.of(1, 2), Uint8Array.of(3)];
    const joined = concatBytes(left, new Uint8Array(0), right);
    left[0] = 9;
    expect(joined).toEqual(Uint8Array.of(1, 2, 3));
    expect(concatBytes()).toHaveLength(0);
  });

  it("copies only what lies in shared memory", () => {
    const own = new Uint8Array(4);
    const shared = new Uint8Array(new SharedArrayBuffer(4));
    expect(toBytes(own)).toBe(own);
    expect(toBytes(shared)).not.toBe(shared);
    expect(toBytes(shared).buffer).toBeInstanceOf(ArrayBuffer);
  });
});
