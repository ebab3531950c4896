/** Measures a column: how much of it an index would give away to someone who knows the distribution (docs/protocol/vault.md §7). */
import { InvalidIndexError } from "../errors.ts";
import { normaliseForIndex } from "./normalise.ts";

/** The table and the index that the sample is judged for. */
export interface EntropyQuestion {
  readonly expectedRows: number;
  readonly bits: number;
}

/** What a sample shows. Shares are parts of all rows, 0 to 1. */
export interface EntropyAssessment {
  readonly kind: "indexable" | "too-predictable";
  readonly sampleValues: number;
  readonly distinctValues: number;
  /** Share of the most frequent value: what guessing it everywhere gets right without any index. */
  readonly modeShare: number;
  /** Share of rows whose value is so frequent that its index value stands out among the others. */
  readonly exposedShare: number;
}

/** An index may expose at most one row in twenty. */
const mostExposedShare = 0.05;

/**
 * Judges a sample of rows, drawn at random. A value stands out when it brings more rows to its index value than twice the
 * spread that index values have by chance (the square root of their mean); the rows of all such values together are what a
 * frequency attack recovers. Errs towards refusing.
 * @throws InvalidIndexError on an empty sample
 */
export function assessEntropy(sample: readonly string[], { expectedRows, bits }: EntropyQuestion): EntropyAssessment {
  if (sample.length === 0) throw new InvalidIndexError("a sample holds at least one value");
  const countByValue = new Map<string, number>();
  for (const value of sample) {
    const normal = normaliseForIndex(value);
    countByValue.set(normal, (countByValue.get(normal) ?? 0) + 1);
  }
  const rowsPerSample = Math.max(1, expectedRows / sample.length);
  const standsOutAbove = 2 * Math.sqrt(Math.max(1, expectedRows / 2 ** bits));
  let mode = 0;
  let exposed = 0;
  for (const count of countByValue.values()) {
    mode = Math.max(mode, count);
    // Seen once says nothing about how often it occurs: in a small sample every value is seen once at least.
    const expectedCount = count === 1 ? 1 : count * rowsPerSample;
    if (expectedCount > standsOutAbove) exposed += count;
  }
  const exposedShare = exposed / sample.length;
  return {
    kind: exposedShare <= mostExposedShare ? "indexable" : "too-predictable",
    sampleValues: sample.length,
    distinctValues: countByValue.size,
    modeShare: mode / sample.length,
    exposedShare,
  };
}
