/** The blocks that are not final, in the tentative order (docs/protocol/rooms.md §4.1). */
import type { OrderedDag } from "./ordered-dag.ts";

/** Sorts when asked, and forgets final blocks as it goes. */
export class Tail {
  readonly #dag: OrderedDag;
  readonly #isFinal: (block: number) => boolean;
  #sorted: number[] = [];
  #fresh: number[] = [];

  constructor(dag: OrderedDag, isFinal: (block: number) => boolean) {
    this.#dag = dag;
    this.#isFinal = isFinal;
  }

  add(block: number): void {
    this.#fresh.push(block);
  }

  /** How many blocks are kept, those included that became final since. */
  get kept(): number {
    return this.#sorted.length + this.#fresh.length;
  }

  /** Drops what became final. */
  prune(): void {
    this.#sorted = this.#sorted.filter((block) => !this.#isFinal(block));
    this.#fresh = this.#fresh.filter((block) => !this.#isFinal(block));
  }

  /** All of them, sorted by (lamport, hash). */
  blocks(): readonly number[] {
    this.prune();
    if (this.#fresh.length === 0) return this.#sorted;
    const byOrder = (a: number, b: number): number => this.#dag.compare(a, b);
    this.#sorted = merge(this.#sorted, this.#fresh.sort(byOrder), byOrder);
    this.#fresh = [];
    return this.#sorted;
  }
}

function merge(a: readonly number[], b: readonly number[], compare: (a: number, b: number) => number): number[] {
  const merged: number[] = [];
  let i = 0;
  for (const block of b) {
    for (let other = a[i]; other !== undefined && compare(other, block) < 0; other = a[i]) {
      merged.push(other);
      i++;
    }
    merged.push(block);
  }
  return merged.concat(a.slice(i));
}
