/** The named check H3 of the security bar: 100,000 rows, an attacker who knows the exact distribution. */
import { SecretKey } from "@coterie/bytes";
import { describe, expect, it } from "vitest";
import { assessEntropy, type BlindIndexInput, createBlindIndex, planBlindIndex } from "../src/index.ts";
import { codeOf, primitives, randomNumber, seededRandom } from "./fixtures.ts";

const rows = 100_000;
const rootKey = SecretKey.own("blind-index", primitives.sha256(new TextEncoder().encode("fake root key")));

/** Column after column, drawn by Zipf's law: the value of rank k occurs in proportion to 1/k^exponent. */
function zipfColumn(name: string, distinct: number, exponent: number): readonly string[] {
  const draw = seededRandom(name);
  const cumulative: number[] = [];
  let sum = 0;
  for (let k = 1; k <= distinct; k++) cumulative.push((sum += k ** -exponent));
  return Array.from({ length: rows }, () => {
    const at = (randomNumber(draw, 2 ** 40) / 2 ** 40) * sum;
    let low = 0;
    for (let high = distinct - 1; low < high; ) {
      const middle = (low + high) >> 1;
      if ((cumulative[middle] ?? 0) > at) high = middle;
      else low = middle + 1;
    }
    return `${name}${low}`;
  });
}

/** Addresses as petitions have them: nearly all once, some people twice or three times, a shared office address ten times. */
function emailColumn(): readonly string[] {
  const draw = seededRandom("emails");
  const emails: string[] = [];
  for (let i = 0; emails.length < rows; i++) {
    const chance = randomNumber(draw, 1000);
    const times = chance < 900 ? 1 : chance < 980 ? 2 : chance < 999 ? 3 : 10;
    for (let j = 0; j < times && emails.length < rows; j++) emails.push(`person${i}@example.org`);
  }
  return emails;
}

const columns = {
  firstNames: zipfColumn("name", 5000, 1),
  cities: zipfColumn("city", 2000, 1.05),
  sharedEmails: zipfColumn("mail", 60_000, 0.9),
  emails: emailColumn(),
};

function input(column: readonly string[], change: Partial<BlindIndexInput> = {}): BlindIndexInput {
  return {
    rootKey,
    tenant: new TextEncoder().encode("north"),
    table: "people",
    column: "indexed",
    keyVersion: 1,
    bits: 12,
    expectedRows: rows,
    distinctValuesEstimate: new Set(column).size,
    fieldKind: "email",
    sample: column,
    ...change,
  };
}

/**
 * The attack: sort index values by how often they occur, sort values by how often they are known to occur, and match the
 * lists. Gives the share of rows whose value it names.
 */
function frequencyAttack(column: readonly string[], indexValues: readonly string[]): number {
  const guesses = ranked(column);
  const guessByIndexValue = new Map(ranked(indexValues).map((value, rank) => [value, guesses[rank]]));
  return share(column.filter((value, row) => guessByIndexValue.get(indexValues[row] ?? "") === value));
}

function ranked(values: readonly string[]): readonly string[] {
  return [...counts(values)].toSorted(([, left], [, right]) => right - left).map(([value]) => value);
}

function counts(values: readonly string[]): ReadonlyMap<string, number> {
  const countByValue = new Map<string, number>();
  for (const value of values) countByValue.set(value, (countByValue.get(value) ?? 0) + 1);
  return countByValue;
}

function share(hits: readonly string[]): number {
  return hits.length / rows;
}

function modeShare(column: readonly string[]): number {
  return Math.max(...counts(column).values()) / rows;
}

/** The index value of each row, computed once for each value. */
function indexColumn(column: readonly string[], indexOf: (value: string) => Uint8Array): readonly string[] {
  const indexByValue = new Map<string, string>();
  for (const value of new Set(column)) indexByValue.set(value, Buffer.from(indexOf(value)).toString("hex"));
  return column.map((value) => indexByValue.get(value) ?? "");
}

describe("H3: frequency attack", () => {
  it("recovers names and cities from an index that does not truncate: the attack is real", () => {
    for (const column of [columns.firstNames, columns.cities]) {
      const untruncated = indexColumn(column, (value) =>
        primitives.hmacSha256(new Uint8Array(32), new TextEncoder().encode(value)),
      );
      expect(frequencyAttack(column, untruncated)).toBeGreaterThan(modeShare(column) + 0.3);
    }
  });

  it("meets no index on names and cities: refused by kind", () => {
    expect(codeOf(() => createBlindIndex({ primitives }, input(columns.firstNames, { fieldKind: "first-name" })))).toBe(
      "vault/low-entropy-field",
    );
    expect(codeOf(() => createBlindIndex({ primitives }, input(columns.cities, { fieldKind: "city" })))).toBe(
      "vault/low-entropy-field",
    );
  });

  it("meets no index on columns as uneven as these, whatever they are called: refused by measure", () => {
    for (const column of [columns.firstNames, columns.cities, columns.sharedEmails]) {
      for (const bits of [9, 10, 11, 12, 13, 14]) {
        for (const sample of [column, column.slice(0, 1000), column.slice(5000, 15_000)]) {
          expect(codeOf(() => createBlindIndex({ primitives }, input(column, { bits, sample })))).not.toBe("nothing");
        }
      }
    }
  });

  it("gains at most 5 points over guessing the mode where an index is allowed, with 2 to √R coincidences", () => {
    const column = columns.emails;
    const { leastBits, mostBits } = planBlindIndex({
      expectedRows: rows,
      distinctValuesEstimate: new Set(column).size,
    });
    expect([leastBits, mostBits]).toEqual([9, 15]);
    for (const bits of [leastBits, mostBits]) {
      const index = createBlindIndex({ primitives }, input(column, { bits }));
      const indexValues = indexColumn(column, index.indexOf);
      expect(frequencyAttack(column, indexValues)).toBeLessThanOrEqual(modeShare(column) + 0.05);
      const rowsOfOne = [...counts(indexValues).values()];
      const mean = rows / rowsOfOne.length;
      expect(mean).toBeGreaterThanOrEqual(2);
      expect(mean).toBeLessThanOrEqual(Math.sqrt(rows));
    }
  });

  it("is bounded by what the measure reports as exposed", () => {
    for (const column of Object.values(columns)) {
      const { exposedShare } = assessEntropy(column, { expectedRows: rows, bits: 12 });
      const index = createBlindIndex({ primitives }, input(columns.emails, { sample: "no-rows-yet" }));
      const recovered = frequencyAttack(column, indexColumn(column, index.indexOf));
      expect(recovered).toBeLessThanOrEqual(exposedShare + 0.01);
    }
  });
});
