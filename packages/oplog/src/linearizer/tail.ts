/** The blocks that are not final, in the tentative order (docs/protocol/rooms.md §4.1). */
import type { OrderedDag } from "./ordered-dag.ts";

/** Sorts when asked, and forgets final blocks as it goes. */
export class Tail {
  readonly #dag: OrderedDag;
  readonly #isFinal: (block: number) => boolean;
  #sorted: number[] = [];
  #fresh: number[] = [];
  /** Whether a block became final since the last time that those were dropped. */
  #isStale = false;
  /** What was handed out last, while it holds. */
  #handed: readonly number[] | undefined;

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

  /** Says that some became final. */
  settle(): void {
    this.#isStale = true;
  }

  /** Drops what became final. */
  prune(): void {
    if (!this.#isStale) return;
    this.#isStale = false;
    this.#handed = undefined;
    this.#sorted = this.#sorted.filter((block) => !this.#isFinal(block));
    this.#fresh = this.#fresh.filter((block) => !this.#isFinal(block));
  }

  /** All of them, sorted by (lamport, hash). What is handed out never changes. */
  blocks(): readonly number[] {
    this.prune();
    if (this.#fresh.length > 0) {
      this.#mergeFresh();
      this.#handed = undefined;
    }
    this.#handed ??= this.#sorted.slice();
    return this.#handed;
  }

  /** In place, from the end on: what is new mostly belongs there. */
  #mergeFresh(): void {
    const sorted = this.#sorted;
    const fresh = this.#fresh.sort((a, b) => this.#dag.compare(a, b));
    let from = sorted.length - 1;
    for (const block of fresh) sorted.push(block);
    let to = sorted.length - 1;
    for (let block = fresh.pop(); block !== undefined; block = fresh.pop()) {
      for (; from >= 0; from--) {
        const other = sorted[from] ?? 0;
        if (this.#dag.compare(other, block) < 0) break;
        sorted[to--] = other;
      }
      sorted[to--] = block;
    }
  }
}
