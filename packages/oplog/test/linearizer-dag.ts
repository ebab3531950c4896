/** Blocks as plain objects, and the smallest graph of them that a linearizer can work on. */
import type { OrderedDag } from "../src/linearizer/ordered-dag.ts";

/** A block of a test: parents are other blocks, the previous one first. */
export interface TestBlock {
  /** Unique, for messages: "alice3". */
  readonly name: string;
  readonly writer: number;
  readonly seq: number;
  readonly parents: readonly TestBlock[];
  readonly lamport: number;
  readonly hash: Uint8Array<ArrayBuffer>;
  /** Holds content or operations, so that it has to become final. */
  readonly isValue: boolean;
  /** An operation: the indexers from then on. */
  readonly indexers?: readonly number[] | undefined;
}

/** Numbers that look random and depend on the seed alone (mulberry32). */
export class Dice {
  #state: number;
  constructor(seed: number) {
    this.#state = (seed * 0x9e3779b1) | 0;
  }
  /** Below 1. */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), this.#state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }
  /** A whole number below `bound`. */
  below(bound: number): number {
    return Math.floor(this.next() * bound);
  }
  chance(probability: number): boolean {
    return this.next() < probability;
  }
  pick<T>(from: readonly T[]): T {
    for (const picked of from.slice(this.below(from.length))) return picked;
    throw new Error("nothing to pick from");
  }
  shuffle<T>(items: readonly T[]): T[] {
    return items
      .map((item) => ({ item, key: this.next() }))
      .sort((a, b) => a.key - b.key)
      .map(({ item }) => item);
  }
  bytes(length: number): Uint8Array<ArrayBuffer> {
    return Uint8Array.from({ length }, () => this.below(256));
  }
}

/** By (lamport, hash): §4.1. */
export function compareBlocks(a: TestBlock, b: TestBlock): number {
  if (a.lamport !== b.lamport) return a.lamport - b.lamport;
  for (let at = 0; at < 32; at++) if (a.hash[at] !== b.hash[at]) return (a.hash[at] ?? 0) - (b.hash[at] ?? 0);
  return 0;
}

/** Blocks in order of arrival. */
export class TestDag implements OrderedDag {
  readonly blocks: TestBlock[] = [];
  readonly #indices = new Map<TestBlock, number>();
  readonly #parents: number[][] = [];
  /** Where true, blocks may link to ones that are unknown here: they were compacted away. */
  readonly #isCompacted: boolean;

  constructor(isCompacted = false) {
    this.#isCompacted = isCompacted;
  }
  get size(): number {
    return this.blocks.length;
  }
  add(block: TestBlock): number {
    const parents = block.parents.map((parent) => this.#indices.get(parent));
    const known = parents.filter((parent) => parent !== undefined);
    if (known.length < parents.length && !this.#isCompacted) throw new Error("a parent is missing");
    this.#parents.push(known);
    this.#indices.set(block, this.blocks.length);
    return this.blocks.push(block) - 1;
  }
  has(block: TestBlock): boolean {
    return this.#indices.has(block);
  }
  index(block: TestBlock): number {
    return this.#indices.get(block) ?? -1;
  }
  block(index: number): TestBlock {
    const block = this.blocks[index];
    if (block === undefined) throw new Error("no such block");
    return block;
  }
  writer(index: number): number {
    return this.block(index).writer;
  }
  seq(index: number): number {
    return this.block(index).seq;
  }
  lamport(index: number): number {
    return this.block(index).lamport;
  }
  parents(index: number): readonly number[] {
    return this.#parents[index] ?? [];
  }
  compare(a: number, b: number): number {
    return compareBlocks(this.block(a), this.block(b));
  }
  hash(index: number): Uint8Array<ArrayBuffer> {
    return this.block(index).hash;
  }
}
