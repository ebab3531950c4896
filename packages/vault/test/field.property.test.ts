import { type Bytes, encodeUtf8, Plaintext } from "@coterie/bytes";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { FieldPlace } from "../src/index.ts";
import { codeOf, place, random, randomNumber, seededRandom, vaultOf } from "./fixtures.ts";

const vault = vaultOf("a", "b");

const ids = fc.uint8Array({ minLength: 1, maxLength: 40 }).map((bytes) => new Uint8Array(bytes));
const names = fc.stringMatching(/^[a-z_][a-z0-9_]{0,20}$/);
const places: fc.Arbitrary<FieldPlace> = fc.record({ tenant: ids, table: names, column: names, row: ids });
const refused = ["vault/not-authentic", "vault/unknown-key", "vault/malformed-field"];

describe("any field", () => {
  it("opens where it was encrypted", () => {
    fc.assert(
      fc.property(places, fc.uint8Array({ maxLength: 2000 }), (at, content) => {
        const field = vault.encryptField(at, Plaintext.copyOf(content));
        expect(Buffer.from(vault.decryptField(at, field).exposePlainBytes())).toEqual(Buffer.from(content));
      }),
    );
  });

  it("is refused with any bit flipped", () => {
    const field = vault.encryptField(place, Plaintext.fromText("alice@example.org"));
    for (let bit = 0; bit < field.length * 8; bit++) {
      const flipped = new Uint8Array(field);
      flipped[bit >> 3] = (flipped[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      expect(refused).toContain(codeOf(() => vault.decryptField(place, flipped)));
    }
  });

  it("is refused at any other place", () => {
    fc.assert(
      fc.property(places, places, (from, to) => {
        const field = vault.encryptField(from, Plaintext.fromText("bob"));
        const isSame = JSON.stringify(from) === JSON.stringify(to);
        expect(codeOf(() => vault.decryptField(to, field))).toBe(isSame ? "nothing" : "vault/not-authentic");
      }),
    );
  });

  it("is refused where only the borders between the parts of a place move", () => {
    const field = vault.encryptField({ ...place, table: "ab", column: "c" }, Plaintext.fromText("x"));
    expect(codeOf(() => vault.decryptField({ ...place, table: "a", column: "bc" }, field))).toBe("vault/not-authentic");
  });
});

describe("10,000 transplants (A7)", () => {
  it("are all refused: rows, columns, tables, tenants and keys exchanged", () => {
    const draw = seededRandom("transplants");
    const pick = (prefix: string): string => `${prefix}${randomNumber(draw, 8)}`;
    const cells = Array.from({ length: 500 }, () => {
      const at = { tenant: encodeUtf8(pick("t")), table: pick("a"), column: pick("c"), row: encodeUtf8(pick("r")) };
      return { at, field: vault.encryptField(at, Plaintext.fromText("carol")) };
    });
    let accepted = 0;
    for (let i = 0; i < 10_000; ) {
      const from = cells[randomNumber(draw, cells.length)];
      const to = cells[randomNumber(draw, cells.length)];
      if (from === undefined || to === undefined || JSON.stringify(from.at) === JSON.stringify(to.at)) continue;
      i++;
      // Half of them keep everything but one part, the hardest to notice.
      const part = (["tenant", "table", "column", "row"] as const)[i % 4] ?? "row";
      const at = i % 2 === 0 ? to.at : { ...from.at, [part]: to.at[part] };
      if (JSON.stringify(at) === JSON.stringify(from.at)) continue;
      if (codeOf(() => vault.decryptField(at, from.field)) === "nothing") accepted++;
    }
    expect(accepted).toBe(0);
    expect(cells.every(({ at, field }) => vault.decryptField(at, field).exposeText() === "carol")).toBe(true);
  });
});

// 100,000 with COTERIE_FULL=1.
const mutants = process.env["COTERIE_FULL"] === "1" ? 100_000 : 10_000;

describe(`${mutants} mutants (A5)`, () => {
  it("are all refused with an error of this package", () => {
    const draw = seededRandom("mutants");
    const fields = Array.from({ length: 50 }, (_unused, i) =>
      vault.encryptField(place, Plaintext.copyOf(new Uint8Array(randomNumber(random, 900)).fill(i))),
    );
    const outcomes = new Map<string, number>();
    for (let i = 0; i < mutants; i++) {
      const code = codeOf(() => vault.decryptField(place, mutate(draw, fields)));
      outcomes.set(code, (outcomes.get(code) ?? 0) + 1);
    }
    expect([...outcomes.keys()].filter((code) => !refused.includes(code))).toEqual([]);
  });
});

/** Flips, cuts, extends, or joins two fields; never one of the fields themselves. */
function mutate(draw: typeof random, fields: readonly Uint8Array[]): Bytes {
  const one = fields[randomNumber(draw, fields.length)] ?? new Uint8Array(0);
  const other = fields[randomNumber(draw, fields.length)] ?? new Uint8Array(0);
  const at = randomNumber(draw, one.length);
  const mutant = new Uint8Array(one);
  switch (randomNumber(draw, 4)) {
    case 0:
      mutant[at] = (mutant[at] ?? 0) ^ (1 + randomNumber(draw, 255));
      return mutant;
    case 1:
      return mutant.slice(0, at);
    case 2:
      return new Uint8Array([...one, ...new Uint8Array(1 + randomNumber(draw, 40))]);
    default: {
      const joined = new Uint8Array([...one.subarray(0, at), ...other.subarray(at)]);
      return fields.some((field) => Buffer.compare(field, joined) === 0) ? joined.slice(1) : joined;
    }
  }
}
