/**
 * What blocks have seen of the indexers of an era: a row has the greatest round of each indexer's blocks, -1 for none. A block whose
 * row equals that of a parent shares it, so that rows are made by vertices and merges alone.
 */

/** The row of whoever has seen no block of any indexer. */
export const emptyRow = 0;

/** Rows by dense numbers; none ever changes. */
export class SeenRows {
  readonly #width: number;
  readonly #joined: Int32Array<ArrayBuffer>;
  #values: Int32Array<ArrayBuffer>;
  #rows = 0;

  constructor(width: number) {
    this.#width = width;
    this.#joined = new Int32Array(width);
    this.#values = new Int32Array(16 * width);
    this.#joined.fill(-1);
    this.#pushJoined();
  }

  /** The greatest round of the indexer that the row has seen, or -1. */
  at(row: number, slot: number): number {
    return this.#values[row * this.#width + slot] ?? -1;
  }

  /** The row that has seen what any of these has: one of them, if it has seen the most. */
  join(rows: readonly number[]): number {
    const first = rows[0] ?? emptyRow;
    if (rows.every((row) => row === first)) return first;
    const width = this.#width;
    this.#load(first);
    for (const row of rows) {
      if (row === first) continue;
      for (let slot = 0, at = row * width; slot < width; slot++, at++) {
        const round = this.#values[at] ?? -1;
        if (round > (this.#joined[slot] ?? -1)) this.#joined[slot] = round;
      }
    }
    return rows.find((row) => this.#equalsJoined(row)) ?? this.#pushJoined();
  }

  /** The row with a greater round of one indexer. */
  raise(row: number, slot: number, round: number): number {
    this.#load(row);
    this.#joined[slot] = round;
    return this.#pushJoined();
  }

  /** The round of an indexer's block whose past has seen this (§4.2, 1). */
  nextRound(row: number, quorum: number): number {
    let greatest = -1;
    let indexers = 0;
    for (let slot = 0; slot < this.#width; slot++) {
      const round = this.at(row, slot);
      if (round > greatest) {
        greatest = round;
        indexers = 1;
      } else if (round === greatest) indexers++;
    }
    if (greatest < 0) return 0;
    return indexers >= quorum ? greatest + 1 : greatest;
  }

  #load(row: number): void {
    for (let slot = 0; slot < this.#width; slot++) this.#joined[slot] = this.at(row, slot);
  }

  #equalsJoined(row: number): boolean {
    for (let slot = 0; slot < this.#width; slot++) if (this.at(row, slot) !== this.#joined[slot]) return false;
    return true;
  }

  #pushJoined(): number {
    const at = this.#rows * this.#width;
    if (at + this.#width > this.#values.length) {
      const grown = new Int32Array(Math.ceil(1.5 * this.#rows) * this.#width);
      grown.set(this.#values);
      this.#values = grown;
    }
    this.#values.set(this.#joined, at);
    return this.#rows++;
  }
}
