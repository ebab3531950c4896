import { SecretKey } from "@coterie/bytes";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  assessEntropy,
  type BlindIndex,
  type BlindIndexInput,
  createBlindIndex,
  indexableKinds,
  lowEntropyKinds,
  normaliseForIndex,
  planBlindIndex,
  vaultLimits,
} from "../src/index.ts";
import { codeOf, primitives } from "./fixtures.ts";

const rootKey = SecretKey.own("blind-index", primitives.sha256(new TextEncoder().encode("fake root key")));

const input: BlindIndexInput = {
  rootKey,
  tenant: new TextEncoder().encode("north"),
  table: "people",
  column: "email",
  keyVersion: 1,
  bits: 12,
  expectedRows: 50_000,
  distinctValuesEstimate: 48_000,
  fieldKind: "email",
  sample: "no-rows-yet",
};

function indexWith(change: Partial<BlindIndexInput>): BlindIndex {
  return createBlindIndex({ primitives }, { ...input, ...change });
}

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");
const index = indexWith({});

describe("planBlindIndex", () => {
  it("keeps between two different values and √R rows on one index value", () => {
    expect(planBlindIndex({ expectedRows: 50_000, distinctValuesEstimate: 50_000 })).toEqual({
      leastBits: 8,
      mostBits: 14,
    });
    fc.assert(
      fc.property(fc.integer({ min: 16, max: 1e9 }), fc.double({ min: 0.01, max: 1, noNaN: true }), (rows, part) => {
        const distinct = Math.max(1, Math.floor(rows * part));
        const code = codeOf(() => planBlindIndex({ expectedRows: rows, distinctValuesEstimate: distinct }));
        if (code !== "nothing") {
          expect(code).toBe("vault/low-entropy-field");
          return;
        }
        const { leastBits, mostBits } = planBlindIndex({ expectedRows: rows, distinctValuesEstimate: distinct });
        expect(rows / 2 ** leastBits).toBeLessThanOrEqual(Math.sqrt(rows) + 1e-6);
        expect(distinct / 2 ** mostBits).toBeGreaterThanOrEqual(2 - 1e-9);
        expect(mostBits).toBeGreaterThanOrEqual(leastBits);
      }),
    );
  });

  it("refuses fields with too few values and impossible numbers", () => {
    expect(codeOf(() => planBlindIndex({ expectedRows: 50_000, distinctValuesEstimate: 300 }))).toBe(
      "vault/low-entropy-field",
    );
    for (const [expectedRows, distinctValuesEstimate] of [
      [15, 15],
      [100, 0],
      [100, 101],
      [1.5, 1],
      [Number.NaN, 1],
    ]) {
      const table = { expectedRows: expectedRows ?? 0, distinctValuesEstimate: distinctValuesEstimate ?? 0 };
      expect(codeOf(() => planBlindIndex(table))).toBe("vault/invalid-index");
    }
    expect(planBlindIndex({ expectedRows: 16, distinctValuesEstimate: 16 })).toEqual({ leastBits: 2, mostBits: 3 });
  });
});

describe("createBlindIndex", () => {
  it("gives one index value for all ways of writing a value (H4)", () => {
    const people = Array.from({ length: 500 }, (_unused, i) => `Élodie.Müller${i}@Example.ORG`);
    let found = 0;
    for (const person of people) {
      const variants = [
        person.normalize("NFD"),
        person.toUpperCase(),
        person.toLowerCase(),
        `  ${person}\t`,
        `\u00a0${person.normalize("NFKD")}\n`,
        // Full-width letters, as typed with an East Asian keyboard.
        person.replaceAll(/[a-z0-9]/gi, (letter) => String.fromCodePoint((letter.codePointAt(0) ?? 0) + 0xfee0)),
      ];
      if (variants.every((variant) => hex(index.indexOf(variant)) === hex(index.indexOf(person)))) found++;
    }
    expect(found).toBe(people.length);
  });

  it("gives other values for other fields, tenants, key versions and root keys: 0 equal ones (H4)", () => {
    const others = [
      indexWith({ column: "second_email" }),
      indexWith({ table: "staff" }),
      indexWith({ tenant: new TextEncoder().encode("south") }),
      indexWith({ keyVersion: 2 }),
      indexWith({ rootKey: SecretKey.own("blind-index", new Uint8Array(32).fill(1)) }),
    ];
    const all = [index, ...others];
    let equal = 0;
    let equalWithoutTag = 0;
    for (let i = 0; i < 5000; i++) {
      const values = all.map((one) => hex(one.indexOf(`person${i}@example.org`)));
      equal += all.length - new Set(values).size;
      equalWithoutTag += values.slice(1).filter((value) => value.slice(16) === values[0]?.slice(16)).length;
    }
    expect(equal).toBe(0);
    // Behind the tag, 12 bits coincide by chance and no more: 25,000 / 4096 ≈ 6.
    expect(equalWithoutTag).toBeLessThan(20);
  });

  it("truncates to the bits asked for", () => {
    for (const [bits, bytes] of [
      [8, 1],
      [9, 2],
      [12, 2],
      [14, 2],
    ] as const) {
      const each = indexWith({ bits });
      expect(each.lengthBytes).toBe(8 + bytes);
      const values = Array.from({ length: 2000 }, (_unused, i) => each.indexOf(`p${i}@example.org`));
      expect(values.every((value) => value.length === 8 + bytes && hex(value.subarray(0, 8)) === hex(each.tag))).toBe(
        true,
      );
      const unused = bytes * 8 - bits;
      expect(values.every((value) => ((value.at(-1) ?? 0) & (2 ** unused - 1)) === 0)).toBe(true);
      if (bits === 8) expect(new Set(values.map(hex)).size).toBeGreaterThan(240);
    }
  });

  it("refuses every kind of field that is known to have few or well-known values", () => {
    for (const fieldKind of lowEntropyKinds)
      expect(codeOf(() => indexWith({ fieldKind }))).toBe("vault/low-entropy-field");
    for (const fieldKind of indexableKinds) expect(codeOf(() => indexWith({ fieldKind }))).toBe("nothing");
  });

  it("refuses bits outside of the plan, other versions and other keys", () => {
    for (const bits of [8, 14]) expect(codeOf(() => indexWith({ bits }))).toBe("nothing");
    for (const bits of [7, 15, 8.5, 0, -1]) expect(codeOf(() => indexWith({ bits }))).toBe("vault/invalid-index");
    for (const keyVersion of [0, -1, 1.5]) expect(codeOf(() => indexWith({ keyVersion }))).toBe("vault/invalid-index");
    const short = SecretKey.own("blind-index", new Uint8Array(16));
    expect(codeOf(() => indexWith({ rootKey: short }))).toBe("vault/invalid-index");
    expect(codeOf(() => indexWith({ tenant: new Uint8Array(0) }))).toBe("vault/invalid-place");
    expect(codeOf(() => indexWith({ column: "e mail" }))).toBe("vault/invalid-place");
  });

  it("refuses values that are empty, too long or not Unicode, without repeating them", () => {
    for (const value of ["", "  ", "\u00a0\n"])
      expect(codeOf(() => index.indexOf(value))).toBe("vault/invalid-index-value");
    expect(codeOf(() => index.indexOf("canary\ud800"))).toBe("vault/invalid-index-value");
    const limit = vaultLimits.indexedValueCharacters;
    for (const length of [limit - 1, limit]) expect(codeOf(() => index.indexOf("a".repeat(length)))).toBe("nothing");
    expect(codeOf(() => index.indexOf("a".repeat(limit + 1)))).toBe("vault/too-large");
  });

  it("works no more once destroyed", () => {
    const own = indexWith({});
    own.destroy();
    expect(codeOf(() => own.indexOf("alice@example.org"))).toBe("bytes/secret-destroyed");
  });

  it("asks for a sample of 1000 rows, or of the whole table", () => {
    const emails = Array.from({ length: 1000 }, (_unused, i) => `p${i}@example.org`);
    expect(codeOf(() => indexWith({ sample: emails }))).toBe("nothing");
    expect(codeOf(() => indexWith({ sample: emails.slice(1) }))).toBe("vault/invalid-index");
    const small = { expectedRows: 40, distinctValuesEstimate: 40, bits: 3 };
    expect(codeOf(() => indexWith({ ...small, sample: emails.slice(0, 40) }))).toBe("nothing");
    expect(codeOf(() => indexWith({ ...small, sample: emails.slice(0, 39) }))).toBe("vault/invalid-index");
  });
});

describe("normaliseForIndex", () => {
  it("composes again what lower case took apart", () => {
    // Capital iota with diaeresis and a combining accent: small, the three are one character.
    expect(normaliseForIndex("\u03aa\u0301")).toBe(normaliseForIndex("\u0390"));
    expect(normaliseForIndex(" A \u00a0\t B ")).toBe("a b");
  });

  it("has one result that it does not change again", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 60 }), (text) => {
        if (codeOf(() => normaliseForIndex(text)) !== "nothing") return;
        const once = normaliseForIndex(text);
        expect(normaliseForIndex(once)).toBe(once);
      }),
      { numRuns: 5000 },
    );
  });
});

describe("assessEntropy", () => {
  it("counts what a sample shows", () => {
    const sample = [
      ...Array.from({ length: 90 }, (_unused, i) => `p${i}@example.org`),
      ...Array.from({ length: 10 }, () => "MODE"),
    ];
    expect(assessEntropy(sample, { expectedRows: 100, bits: 4 })).toEqual({
      kind: "too-predictable",
      sampleValues: 100,
      distinctValues: 91,
      modeShare: 0.1,
      exposedShare: 0.1,
    });
    expect(codeOf(() => assessEntropy([], { expectedRows: 100, bits: 4 }))).toBe("vault/invalid-index");
  });
});
