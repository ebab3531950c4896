/** What a room remembers of each admitted block beside the graph: a few numbers, by the block's index. */
import type { BlockIndex } from "@coterie/oplog";
import type { ControlSet } from "../membership/control-sets.ts";

/** How a block counts. */
export interface BlockStanding {
  /** The control blocks in its past. */
  readonly past: ControlSet;
  /** Those, and the block itself where it is one. */
  readonly pastAndSelf: ControlSet;
  /** The read rule, or its writer's right, is against it: void wherever it sorts. */
  readonly isVoidByItself: boolean;
  /** Whether it holds content, or operations other than votes: then finality is waited for. */
  readonly isValue: boolean;
  /** Whether only its context is known: it was final before the checkpoint that this device began with. */
  readonly isContext?: boolean;
}

const voidByItself = 1;
const value = 2;
const voidFinally = 4;
const isFinal = 8;
const context = 16;

/** Grows with the graph. */
export class BlockTable {
  readonly #past: number[] = [];
  readonly #pastAndSelf: number[] = [];
  #flags: Uint8Array = new Uint8Array(1024);

  get size(): number {
    return this.#past.length;
  }

  /** Takes the next block's standing. */
  add({ past, pastAndSelf, isVoidByItself, isValue, isContext = false }: BlockStanding): void {
    const index = this.#past.length;
    if (index === this.#flags.length) {
      const larger = new Uint8Array(2 * index);
      larger.set(this.#flags);
      this.#flags = larger;
    }
    this.#flags[index] = (isVoidByItself ? voidByItself : 0) | (isValue ? value : 0) | (isContext ? context : 0);
    this.#past.push(past);
    this.#pastAndSelf.push(pastAndSelf);
  }

  past(block: BlockIndex): ControlSet {
    return this.#past[block] ?? 0;
  }

  pastAndSelf(block: BlockIndex): ControlSet {
    return this.#pastAndSelf[block] ?? 0;
  }

  isVoidByItself(block: BlockIndex): boolean {
    return this.#has(block, voidByItself);
  }

  isValue(block: BlockIndex): boolean {
    return this.#has(block, value);
  }

  isContext(block: BlockIndex): boolean {
    return this.#has(block, context);
  }

  /** Notes how a block was judged when it became final. */
  settle(block: BlockIndex, isVoid: boolean): void {
    this.#flags[block] = (this.#flags[block] ?? 0) | isFinal | (isVoid ? voidFinally : 0);
  }

  /** Whether a final block is void; undefined where it is not final. */
  findFinalVoid(block: BlockIndex): boolean | undefined {
    return this.#has(block, isFinal) ? this.#has(block, voidFinally) : undefined;
  }

  #has(block: BlockIndex, flag: number): boolean {
    return ((this.#flags[block] ?? 0) & flag) !== 0;
  }
}
