/** What finality hands out and what it restarts from: docs/protocol/rooms.md §4.2. */
import type { Bytes } from "@coterie/bytes";

/** Where an era begins: all that finality needs of what was before. */
export interface EraStart {
  readonly era: number;
  /** The block whose commit ended the era before, by its index in this Dag (save its hash); -1 for the genesis. */
  readonly anchor: number;
  /** Writers by their dense numbers, in the order in which they lead. */
  readonly indexers: readonly number[];
  /** How many blocks are final. */
  readonly position: number;
  /** 32 bytes: over all final blocks (§8.2). */
  readonly orderHash: Bytes;
  /** Commits so far. */
  readonly commits: number;
}

/** What a commit made final. */
export interface Commit {
  /** The era in which it committed. */
  readonly era: number;
  /** The number of this commit, from 1. */
  readonly commit: number;
  readonly leader: number;
  /** In the order of §4.1; the leader is the last one. */
  readonly blocks: Int32Array<ArrayBuffer>;
  /** Position of the first block. */
  readonly position: number;
  /** 32 bytes: after the last block. Peers that differ in it after the same commit have conflicting orders. */
  readonly orderHash: Bytes;
}

/** A commit, after the host evaluated it. */
export interface Segment extends Commit {
  readonly endsEra: boolean;
}

/** Evaluates a commit (§5) and returns the indexers from now on: at least one, distinct, by their dense numbers. Must not throw. */
export type OnCommit = (commit: Commit) => readonly number[];
