import { decodeBase64Url, encodeBase64Url, MalformedTextError } from "@coterie/bytes";
import fc from "fast-check";
import { describe, expect, it } from "vitest";

describe("base64url", () => {
  it("encodes every byte as the platform does", () => {
    for (let length = 0; length <= 300; length++) {
      const bytes = Uint8Array.from({ length }, (_, i) => (i * 89 + length) & 0xff);
      expect(encodeBase64Url(bytes)).toBe(Buffer.from(bytes).toString("base64url"));
    }
  });

  it("gives back what was encoded", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        expect(decodeBase64Url(encodeBase64Url(bytes))).toEqual(bytes);
      }),
    );
  });

  it("has one text for each byte string: whatever decodes encodes to itself", () => {
    const symbol = fc.constantFrom(
      ...Array.from("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_=+/ \n"),
    );
    fc.assert(
      fc.property(fc.string({ unit: symbol, maxLength: 12 }), (text) => {
        const decoded = decodedOrUndefined(text);
        expect(decoded === undefined || encodeBase64Url(decoded) === text).toBe(true);
      }),
      { numRuns: 2000 },
    );
  });

  it.each([
    ["padding", "QQ=="],
    ["a length of 1 mod 4", "QUJDR"],
    ["the other alphabet", "+/+/"],
    ["white space around", " QUJD"],
    ["a line break at the end", "QUJD\n"],
    ["unused bits that are not zero", "QR"],
    ["unused bits that are not zero, of two bytes", "QUJ"],
    ["letters beyond ASCII", "QUJĀ"],
    ["letters whose low byte is in the alphabet", "QUJ\u0141"],
    ["a NUL", "QUJ\0"],
    ["half of a pair", "QUJ\ud800"],
  ])("refuses %s", (_what, text) => {
    expect(() => decodeBase64Url(text)).toThrow(MalformedTextError);
  });

  it("accepts exactly its 64 symbols, of all 65,536 code units", () => {
    const accepted = Array.from({ length: 0x10000 }, (_, code) => String.fromCharCode(code)).filter(
      (symbol) => decodedOrUndefined(`AAA${symbol}`) !== undefined,
    );
    expect(accepted.sort().join("")).toBe("-0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz");
  });

  it("never says what it was given", () => {
    expect(() => decodeBase64Url("secret-but-wrong!")).toThrow(/^not base64url$/);
  });
});

function decodedOrUndefined(text: string): Uint8Array | undefined {
  try {
    return decodeBase64Url(text);
  } catch (error) {
    if (error instanceof MalformedTextError) return undefined;
    throw error;
  }
}
