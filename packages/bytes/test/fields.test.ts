import {
  bytesLimits,
  concatBytes,
  decodeHex,
  encodeFields,
  encodeHex,
  FieldReader,
  FieldWriter,
  MalformedBytesError,
  MalformedTextError,
  TooLargeError,
} from "@coterie/bytes";
import fc from "fast-check";
import { describe, expect, it } from "vitest";

const field = fc.oneof(
  fc.uint8Array({ maxLength: 40 }),
  fc.string({ unit: "grapheme", maxLength: 20 }),
  fc.nat({ max: Number.MAX_SAFE_INTEGER }),
);

describe("length-prefixed fields", () => {
  it("writes the layout that the protocol states", () => {
    expect(encodeHex(encodeFields(Uint8Array.of(0xff), "a", 1))).toBe(
      ["00000001ff", "0000000161", "000000080000000000000001"].join(""),
    );
    expect(encodeFields()).toHaveLength(0);
  });

  it("reads back what was written", () => {
    fc.assert(
      fc.property(fc.array(field, { maxLength: 8 }), (fields) => {
        const reader = new FieldReader(encodeFields(...fields));
        for (const written of fields) {
          if (typeof written === "string") expect(reader.text()).toBe(written);
          else if (typeof written === "number") expect(reader.number()).toBe(written);
          else expect(reader.bytes()).toEqual(written);
        }
        reader.end();
      }),
    );
  });

  it("has no two lists of byte fields with one encoding", () => {
    const list = fc.array(fc.uint8Array({ maxLength: 6 }), { maxLength: 5 });
    fc.assert(
      fc.property(list, list, (left, right) => {
        const same = encodeHex(encodeFields(...left)) === encodeHex(encodeFields(...right));
        expect(same).toBe(JSON.stringify(left.map(encodeHex)) === JSON.stringify(right.map(encodeHex)));
      }),
      { numRuns: 500 },
    );
  });

  it("refuses every truncation and every appended byte", () => {
    const encoded = encodeFields("one", Uint8Array.of(1, 2, 3), 7);
    const read = (bytes: Uint8Array): void => {
      const reader = new FieldReader(bytes);
      reader.text();
      reader.bytes();
      reader.number();
      reader.end();
    };
    read(encoded);
    for (let length = 0; length < encoded.length; length++) {
      expect(() => read(encoded.subarray(0, length))).toThrow(MalformedBytesError);
    }
    expect(() => read(concatBytes(encoded, Uint8Array.of(0)))).toThrow(MalformedBytesError);
  });

  it.each(["ffffffff", "7fffffff", "01000001", "00000005"])(
    "refuses the hostile length %s before allocating",
    (prefix) => {
      const hostile = concatBytes(decodeHex(prefix), new Uint8Array(4));
      expect(() => new FieldReader(hostile).bytes()).toThrow(MalformedBytesError);
    },
  );

  it("refuses fields above the reader's and the writer's limit", () => {
    const reader = new FieldReader(encodeFields(new Uint8Array(11)));
    expect(() => reader.bytes(10)).toThrow(MalformedBytesError);
    const huge = new Uint8Array(bytesLimits.fieldLengthBytes + 1);
    expect(() => new FieldWriter().bytes(huge)).toThrow(TooLargeError);
  });

  it.each([-1, 0.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53])("refuses to write the number %d", (number) => {
    expect(() => new FieldWriter().number(number)).toThrow(MalformedBytesError);
  });

  it("refuses numbers of another length and above 2^53 - 1", () => {
    expect(() => new FieldReader(encodeFields(new Uint8Array(7))).number()).toThrow(MalformedBytesError);
    expect(() => new FieldReader(encodeFields(decodeHex("0020000000000000"))).number()).toThrow(MalformedBytesError);
    expect(new FieldReader(encodeFields(decodeHex("001fffffffffffff"))).number()).toBe(Number.MAX_SAFE_INTEGER);
  });

  it("refuses text that is not UTF-8 in both directions", () => {
    expect(() => new FieldReader(encodeFields(Uint8Array.of(0xff))).text()).toThrow(MalformedBytesError);
    expect(() => encodeFields("\ud800")).toThrow(MalformedTextError);
  });

  it("does not see later changes of what was written or read", () => {
    const bytes = Uint8Array.of(1, 2, 3);
    const writer = new FieldWriter().bytes(bytes);
    bytes.fill(9);
    const encoded = writer.finish();
    const read = new FieldReader(encoded).bytes();
    encoded.fill(9);
    expect(read).toEqual(Uint8Array.of(1, 2, 3));
  });

  it("reads from a view into larger memory", () => {
    const encoded = encodeFields("here", 5);
    const memory = new Uint8Array(encoded.length + 20).fill(0xee);
    memory.set(encoded, 7);
    const reader = new FieldReader(memory.subarray(7, 7 + encoded.length));
    expect([reader.text(), reader.number()]).toEqual(["here", 5]);
    reader.end();
  });
});
