import { decodeTextForm, encodeTextForm, MalformedTextError, TooLargeError, textFormPrefixes } from "@coterie/bytes";
import fc from "fast-check";
import { describe, expect, it } from "vitest";

const symbols = Array.from("qpzry9x8gf2tvdw0s3jn54khce6mua7l");
// Visibly fake: 32 bytes that count.
const fakeSecret = Uint8Array.from({ length: 32 }, (_, i) => i);

describe("the text form of ids and keys", () => {
  it("gives back what was encoded, with every prefix, in both cases and with white space around", () => {
    const prefix = fc.constantFrom(...(Object.keys(textFormPrefixes) as (keyof typeof textFormPrefixes)[]));
    fc.assert(
      fc.property(prefix, fc.uint8Array({ minLength: 1, maxLength: 64 }), (kind, bytes) => {
        const text = encodeTextForm(kind, bytes);
        const wanted = { lengthBytes: bytes.length };
        expect(decodeTextForm(kind, text, wanted)).toEqual(bytes);
        expect(decodeTextForm(kind, ` ${text}\n`, wanted)).toEqual(bytes);
        expect(decodeTextForm(kind, text.toUpperCase(), wanted)).toEqual(bytes);
      }),
    );
  });

  it("finds every single typing error and every swap of neighbours", () => {
    const text = encodeTextForm("corg", fakeSecret.subarray(0, 16));
    for (let i = 5; i < text.length; i++) {
      for (const symbol of symbols) {
        if (symbol === text[i]) continue;
        expect(misread(text.slice(0, i) + symbol + text.slice(i + 1))).toContain("mistyped");
      }
      if (i + 1 < text.length && text[i] !== text[i + 1]) {
        expect(misread(text.slice(0, i) + text[i + 1] + text[i] + text.slice(i + 2))).toContain("mistyped");
      }
      expect(misread(text.slice(0, i) + text.slice(i + 1))).toContain("mistyped");
      expect(misread(`${text.slice(0, i)}q${text.slice(i)}`)).toContain("mistyped");
    }
  });

  it("finds 10,000 pairs of typing errors", () => {
    const text = encodeTextForm("corg", fakeSecret.subarray(0, 16));
    const place = fc.integer({ min: 5, max: text.length - 1 });
    fc.assert(
      fc.property(place, place, fc.constantFrom(...symbols), fc.constantFrom(...symbols), (i, j, one, two) => {
        const letters = Array.from(text);
        letters[i] = one;
        letters[j] = two;
        const changed = letters.join("");
        expect(changed === text || misread(changed).includes("mistyped")).toBe(true);
      }),
      { numRuns: 10_000 },
    );
  });

  it("says what was pasted instead", () => {
    const secret = encodeTextForm("csec", fakeSecret);
    expect(() => decodeTextForm("corg", secret, { lengthBytes: 16 })).toThrow(
      "expected an organisation id, got an organisation secret key",
    );
  });

  it("never repeats what it was given", () => {
    const secret = encodeTextForm("csec", fakeSecret);
    const wrong = [secret, `${secret}x`, secret.slice(1), `x${secret}`, secret.toUpperCase().slice(2), "hunter2-fake"];
    for (const text of wrong) {
      const message = messageOf(() => decodeTextForm("cpub", text, { lengthBytes: 32 }));
      expect(message).not.toContain(text.slice(5, 12));
    }
  });

  it("refuses other lengths, mixed case, too long text, and kinds outside of its list", () => {
    const text = encodeTextForm("corg", fakeSecret.subarray(0, 16));
    const wanted = { lengthBytes: 16 };
    expect(() => decodeTextForm("corg", text, { lengthBytes: 15 })).toThrow(MalformedTextError);
    expect(() => decodeTextForm("corg", text.slice(0, 10) + text.slice(10).toUpperCase(), wanted)).toThrow(
      MalformedTextError,
    );
    expect(() => decodeTextForm("corg", `corg1${"q".repeat(100_000)}`, wanted)).toThrow("too long");
    expect(() => decodeTextForm("corg", "", wanted)).toThrow(MalformedTextError);
    // A valid bech32m text of another world (BIP 350).
    expect(() => decodeTextForm("corg", "abcdef1l7aum6echk45nj3s0wdvt2fg8x9yrzpqzd3ryx", wanted)).toThrow(
      "something else",
    );
    expect(() => encodeTextForm("corg", new Uint8Array(65))).toThrow(TooLargeError);
  });

  it("refuses the older checksum", () => {
    // "A12UEL5L" is valid in bech32 (BIP 173), which misses some errors at the end of a text.
    expect(() => decodeTextForm("corg", "a12uel5l", { lengthBytes: 1 })).toThrow("mistyped");
  });
});

function misread(text: string): string {
  return messageOf(() => decodeTextForm("corg", text, { lengthBytes: 16 }));
}

function messageOf(attempt: () => unknown): string {
  try {
    attempt();
  } catch (error) {
    if (error instanceof MalformedTextError) return error.message;
    throw error;
  }
  throw new Error("it was accepted");
}
