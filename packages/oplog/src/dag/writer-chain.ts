/** Which blocks of one writer have which seq. */
import { NumberColumn } from "./column.ts";

/** Blocks by seq: a column while they come one after another, and lists for forks and for what came before the first one. */
export class WriterChain {
  /** Seq of the block that was added first. */
  #base: number | undefined;
  readonly #first: NumberColumn = new NumberColumn();
  #others: Map<number, number[]> | undefined;

  /** Adds a block; `add` sees indices in ascending order. */
  add(seq: number, index: number): void {
    this.#base ??= seq;
    if (seq === this.#base + this.#first.length) {
      this.#first.push(index);
      return;
    }
    this.#others ??= new Map();
    const others = this.#others.get(seq);
    if (others === undefined) this.#others.set(seq, [index]);
    else others.push(index);
  }

  /** The block with this seq that was added first. */
  first(seq: number): number | undefined {
    const inColumn = this.#inColumn(seq);
    const other = this.#others?.get(seq)?.[0];
    if (inColumn === undefined || other === undefined) return inColumn ?? other;
    return Math.min(inColumn, other);
  }

  /** All blocks with this seq, ascending. */
  all(seq: number): number[] {
    const inColumn = this.#inColumn(seq);
    const all = [...(this.#others?.get(seq) ?? [])];
    if (inColumn !== undefined) all.push(inColumn);
    return all.sort((a, b) => a - b);
  }

  get memoryBytes(): number {
    return this.#first.memoryBytes;
  }

  #inColumn(seq: number): number | undefined {
    const position = seq - (this.#base ?? 0);
    return position >= 0 && position < this.#first.length ? this.#first.at(position) : undefined;
  }
}
