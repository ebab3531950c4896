import { genCrystals } from "@noble/post-quantum/_crystals.js";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { compressedCoder, transform, transformBack, zeroPolynomial } from "../src/lattice/polynomials.ts";

describe("compression", () => {
  it.each([1, 4, 5, 10, 11] as const)("to %i bits rounds as FIPS 203 §4.2.1 does, for every coefficient", (bits) => {
    const coder = compressedCoder(bits);
    for (let start = 0; start < 3329; start += 256) {
      const polynomial = zeroPolynomial().map((_, i) => (start + i) % 3329);
      const expected = polynomial.map((x) => Math.round((x * 2 ** bits) / 3329) % 2 ** bits);
      const decoded = coder.decode(coder.encode(polynomial));
      expect([...decoded]).toEqual([...expected].map((y) => Math.round((y * 3329) / 2 ** bits)));
    }
  });
});

describe("the transform", () => {
  const library = genCrystals<Uint16Array<ArrayBuffer>>({
    newPoly: (length) => new Uint16Array(length),
    N: 256,
    Q: 3329,
    F: 3303,
    ROOT_OF_UNITY: 17,
    brvBits: 7,
    isKyber: true,
  });

  it("is that of the library, forth and back", () => {
    const coefficients = fc.array(fc.integer({ min: 0, max: 3328 }), { minLength: 256, maxLength: 256 });
    fc.assert(
      fc.property(coefficients, (values) => {
        const polynomial = Uint16Array.from(values);
        expect(transform(polynomial.slice())).toEqual(library.NTT.encode(polynomial.slice()));
        expect(transformBack(polynomial.slice())).toEqual(library.NTT.decode(polynomial.slice()));
        expect(transformBack(transform(polynomial.slice()))).toEqual(polynomial);
      }),
    );
  });
});
