/** How many bits an index may have (docs/protocol/vault.md §7). */
import { InvalidIndexError, LowEntropyFieldError } from "../errors.ts";
import { vaultLimits } from "../limits.ts";

/** The size a table is expected to grow to. */
export interface IndexedTable {
  /** Rows, at least 16. */
  readonly expectedRows: number;
  /** Different values among them; too low an estimate is the safe side. */
  readonly distinctValuesEstimate: number;
}

/** The fewest and most bits that keep coincidences within bounds. */
export interface IndexPlan {
  /** With fewer, a search would find more than √R rows. */
  readonly leastBits: number;
  /** With more, fewer than two different values would share an index value. */
  readonly mostBits: number;
}

const fewestRows = 16;

/**
 * The bits to choose from: few enough that at least two different values share each index value on average, enough that at most
 * √R rows do. Fewer bits hide more, more bits make searches faster.
 * @throws InvalidIndexError on impossible numbers
 * @throws LowEntropyFieldError where the field takes so few values that no number of bits does both
 *
 * @example
 * import { planBlindIndex } from "@coterie/vault";
 *
 * planBlindIndex({ expectedRows: 50_000, distinctValuesEstimate: 50_000 }); // { leastBits: 8, mostBits: 14 }
 */
export function planBlindIndex({ expectedRows, distinctValuesEstimate }: IndexedTable): IndexPlan {
  const isPossible =
    Number.isSafeInteger(expectedRows) &&
    Number.isSafeInteger(distinctValuesEstimate) &&
    expectedRows >= fewestRows &&
    distinctValuesEstimate >= 1 &&
    distinctValuesEstimate <= expectedRows;
  if (!isPossible) throw new InvalidIndexError("rows are at least 16, and different values at most as many");
  const leastBits = Math.ceil(Math.log2(expectedRows) / 2);
  const mostBits = Math.min(vaultLimits.indexBits, Math.floor(Math.log2(distinctValuesEstimate / 2)));
  if (mostBits < leastBits) throw new LowEntropyFieldError("the field takes too few different values for an index");
  return { leastBits, mostBits };
}
