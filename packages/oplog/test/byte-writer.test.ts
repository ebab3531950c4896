import { expect, it } from "vitest";
import { ByteReader, ByteWriter, MalformedBlockError, varintLength } from "../src/index.ts";

it("gives bytes that later writing does not change, whether or not they filled its memory", () => {
  for (const capacity of [0, 1, 3, 4, 5, 64]) {
    const writer = new ByteWriter(capacity).bytes(Uint8Array.of(1, 2, 3)).byte(4);
    const finished = writer.finish();
    expect(writer.varint(300).byte(9).finish()).toEqual(Uint8Array.of(1, 2, 3, 4, 0xac, 2, 9));
    expect(finished).toEqual(Uint8Array.of(1, 2, 3, 4));
  }
});

it("measures numbers as it writes them, and refuses what is none", () => {
  for (const value of [0, 1, 127, 128, 16_383, 16_384, 2_097_152, 268_435_456, 0xffff_ffff]) {
    const written = new ByteWriter(0).varint(value).finish();
    expect(written.length).toBe(varintLength(value));
    expect(new ByteReader(written).varint()).toBe(value);
  }
  for (const value of [-1, 0.5, 0x1_0000_0000, Number.NaN, Number.POSITIVE_INFINITY]) {
    expect(() => varintLength(value)).toThrow(MalformedBlockError);
    expect(() => new ByteWriter().varint(value)).toThrow(MalformedBlockError);
  }
});
