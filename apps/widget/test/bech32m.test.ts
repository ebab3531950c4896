import { bech32m as library } from "@scure/base";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { bech32m } from "../src/bech32m.ts";

const bytes = fc.uint8Array({ minLength: 1, maxLength: 64 });
const prefix = fc.constantFrom("corg", "ckey", "cpub", "cact");

describe("the widget's bech32m", () => {
  it("encodes and decodes like the library", () => {
    fc.assert(
      fc.property(prefix, bytes, (name, content) => {
        const text = bech32m.encode(name, bech32m.toWords(content), false);
        expect(text).toBe(library.encode(name, library.toWords(content), false));
        const decoded = bech32m.decodeUnsafe(text, false);
        expect(decoded).toEqual(library.decodeUnsafe(text, false));
        expect(bech32m.fromWordsUnsafe(decoded?.words ?? [])).toEqual(content);
      }),
      { numRuns: 2000 },
    );
  });

  it("refuses what the library refuses: any changed, missing or added character", () => {
    const alphabet = "qpzry9x8gf2tvdw0s3jn54khce6mua7l1bioABC! ";
    fc.assert(
      fc.property(prefix, bytes, fc.nat(), fc.nat(), fc.constantFrom(0, 1), (name, content, at, pick, cut) => {
        const text = bech32m.encode(name, bech32m.toWords(content), false);
        const place = at % text.length;
        const changed = text.slice(0, place) + (alphabet[pick % alphabet.length] ?? "") + text.slice(place + cut);
        expect(bech32m.decodeUnsafe(changed, false)).toEqual(library.decodeUnsafe(changed, false));
      }),
      { numRuns: 5000 },
    );
  });

  it("refuses words that are not whole bytes, like the library", () => {
    fc.assert(
      fc.property(fc.array(fc.nat(31), { maxLength: 30 }), (words) => {
        expect(bech32m.fromWordsUnsafe(words)).toEqual(library.fromWordsUnsafe(words));
      }),
      { numRuns: 3000 },
    );
  });

  it.each([
    "",
    "1",
    "a1",
    "A1LQFN3A",
    "a1lqfn3a",
    "A1lqfn3a",
    "an84characterslonghumanreadablepartthatcontainsthetheexcludedcharactersbioandnumber11d6pts4",
    "split1checkupstagehandshakeupstreamerranterredcaperredlc445v",
    "?1v759aa",
    "xm1ncq",
    "1qyrz8wqd2c9m",
    "M1VUXWEZ",
  ])("agrees on %s", (text) => {
    expect(bech32m.decodeUnsafe(text, false)).toEqual(library.decodeUnsafe(text, false));
  });
});
