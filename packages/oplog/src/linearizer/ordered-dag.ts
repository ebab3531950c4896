/** What the linearizer reads of a causal graph: docs/protocol/rooms.md §2.2, §4. */
import type { Bytes } from "@coterie/bytes";

/**
 * Blocks by dense indices, in order of admission: the parents of a block have smaller indices than it, and nothing about a block
 * changes any more. Both branches of a fork are in it.
 */
export interface OrderedDag {
  readonly size: number;
  /** Dense number of the block's writer. */
  readonly writer: (block: number) => number;
  readonly seq: (block: number) => number;
  readonly lamport: (block: number) => number;
  /** The previous block and the links, as far as they are known; distinct. */
  readonly parents: (block: number) => readonly number[];
  /** Negative where `a` comes before `b` by (lamport, hash): §4.1. */
  readonly compare: (a: number, b: number) => number;
  /** 32 bytes. */
  readonly hash: (block: number) => Bytes;
}
