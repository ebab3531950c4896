/**
 * What blocks have seen of the indexers of an era: a row has the greatest round of each indexer's blocks, -1 for none. A block whose
 * row equals that of a parent shares it, so that rows are made by vertices and merges alone.
 */
import { Int32List } from "./int32-list.ts";

/** The row of whoever has seen no block of any indexer. */
export const emptyRow = 0;

/** Rows by dense numbers; none ever changes. */
export class SeenRows {
  readonly #width: number;
  readonly #values: Int32List = new Int32List();

  constructor(width: number) {
    this.#width = width;
    this.#values.extend(width, -1);
  }

  /** The greatest round of the indexer that the row has seen, or -1. */
  at(row: number, slot: number): number {
    return this.#values.at(row * this.#width + slot);
  }

  /** The row that has seen what either has. */
  join(a: number, b: number): number {
    if (a === b) return a;
    const width = this.#width;
    const values = this.#values;
    let aMisses = false;
    let bMisses = false;
    for (let slot = 0; slot < width; slot++) {
      const difference = values.at(a * width + slot) - values.at(b * width + slot);
      if (difference < 0) aMisses = true;
      else if (difference > 0) bMisses = true;
    }
    if (!aMisses) return a;
    if (!bMisses) return b;
    const joined = this.#copy(a);
    for (let slot = 0; slot < width; slot++) {
      const other = values.at(b * width + slot);
      if (other > values.at(joined * width + slot)) values.set(joined * width + slot, other);
    }
    return joined;
  }

  /** The row with a greater round of one indexer. */
  raise(row: number, slot: number, round: number): number {
    const raised = this.#copy(row);
    this.#values.set(raised * this.#width + slot, round);
    return raised;
  }

  /** The round of an indexer's block whose past has seen this (§4.2, 1). */
  nextRound(row: number, quorum: number): number {
    let greatest = -1;
    let indexers = 0;
    const from = row * this.#width;
    for (let at = from; at < from + this.#width; at++) {
      const round = this.#values.at(at);
      if (round > greatest) {
        greatest = round;
        indexers = 1;
      } else if (round === greatest) indexers++;
    }
    if (greatest < 0) return 0;
    return indexers >= quorum ? greatest + 1 : greatest;
  }

  #copy(row: number): number {
    const from = this.#values.length;
    this.#values.extend(from + this.#width, 0);
    for (let slot = 0; slot < this.#width; slot++) this.#values.set(from + slot, this.at(row, slot));
    return from / this.#width;
  }
}
