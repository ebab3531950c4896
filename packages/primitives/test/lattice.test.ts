import { describe, expect, it } from "vitest";
import { compressedCoder, zeroPolynomial } from "../src/lattice/polynomials.ts";

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
