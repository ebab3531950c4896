/**
 * The blocks that a peer knows with everything before them, as a graph: who wrote what after what (docs/protocol/rooms.md §2, §4.1). Dense
 * numbers and typed arrays, about 90 bytes a block: a room of years is held whole.
 */
import type { Bytes } from "@coterie/bytes";
import { BlockNotAddableError } from "../errors.ts";
import { NumberColumn } from "./column.ts";
import { KeyTable } from "./key-table.ts";
import { WriterChain } from "./writer-chain.ts";

/** A block's number: dense, in order of admission, so that parents have smaller ones. It differs between peers. */
export type BlockIndex = number;

/** What the graph keeps of a block. */
export interface NewBlock {
  /** 32 bytes. */
  readonly hash: Uint8Array;
  /** Ed25519 public key, 32 bytes. */
  readonly writer: Uint8Array;
  readonly seq: number;
  readonly lamport: number;
  /** How many commits its author knew (§2.2); 0 where it is left out. */
  readonly commits?: number;
  /** The writer's previous block first, if there is one, then the links. */
  readonly parents: readonly BlockIndex[];
}

/** A growing graph of blocks. Nothing is ever taken out. */
export class Dag {
  readonly #hashes = new KeyTable();
  readonly #writerKeys = new KeyTable();
  readonly #chains: WriterChain[] = [];
  readonly #writers = new NumberColumn();
  readonly #seqs = new NumberColumn();
  readonly #lamports = new NumberColumn();
  readonly #commits = new NumberColumn();
  /** Where in `#parents` those of a block end; they begin where those of the block before end. */
  readonly #parentsEnd = new NumberColumn();
  readonly #parents = new NumberColumn();
  /** Index + 1 of the block that followed first in the writer's chain, 0 where none did. */
  readonly #successors = new NumberColumn();
  readonly #heads = new Set<BlockIndex>();
  readonly #tips: BlockIndex[][] = [];

  /** How many blocks there are. */
  get size(): number {
    return this.#hashes.size;
  }

  /** How many writers have a number: those with blocks, and those of {@link numberWriter}. */
  get writers(): number {
    return this.#writerKeys.size;
  }

  /** How much memory the arrays hold; the set of heads and lists of forks come on top. */
  get memoryBytes(): number {
    const facts = [this.#writers, this.#seqs, this.#lamports, this.#commits];
    const edges = [this.#parentsEnd, this.#parents, this.#successors, ...this.#chains];
    return [this.#hashes, this.#writerKeys, ...facts, ...edges].reduce((sum, { memoryBytes }) => sum + memoryBytes, 0);
  }

  /**
   * Adds a block whose parents are there. What is said of it is believed: `Intake` checks it.
   * @throws BlockNotAddableError where it was added before, a parent is missing, or a key has another length
   */
  add({ hash, writer, seq, lamport, commits = 0, parents }: NewBlock): BlockIndex {
    const index = this.#hashes.size;
    if (hash.length !== 32 || writer.length !== 32) throw new BlockNotAddableError("hash and writer have 32 bytes");
    for (const parent of parents)
      if (!(parent >= 0 && parent < index)) throw new BlockNotAddableError("a parent is not there");
    if (this.#hashes.add(hash) !== index) throw new BlockNotAddableError("the block is there already");
    const writerIndex = this.numberWriter(writer);
    this.#writers.push(writerIndex);
    this.#seqs.push(seq);
    this.#lamports.push(lamport);
    this.#commits.push(commits);
    for (const parent of parents) {
      this.#parents.push(parent);
      this.#heads.delete(parent);
    }
    this.#parentsEnd.push(this.#parents.length);
    this.#heads.add(index);
    this.#successors.push(0);
    this.#follow(index, parents[0]);
    this.#noteTip(index, parents[0]);
    this.#chains[writerIndex]?.add(seq, index);
    return index;
  }

  /** The block with this hash. */
  find(hash: Uint8Array): BlockIndex | undefined {
    return this.#hashes.find(hash);
  }

  /** The hash of a block, copied. */
  hash(index: BlockIndex): Bytes {
    return this.#hashes.keyAt(index);
  }

  /** The dense number of a block's writer. */
  writer(index: BlockIndex): number {
    return this.#writers.at(index);
  }

  /** The public key of the writer with this number, copied. */
  writerKey(writer: number): Bytes {
    return this.#writerKeys.keyAt(writer);
  }

  /** The number of a writer, given to it now where it has no block yet: an indexer may be named before it writes. */
  numberWriter(key: Uint8Array): number {
    if (key.length !== 32) throw new BlockNotAddableError("a writer has 32 bytes");
    const number = this.#writerKeys.add(key);
    if (number === this.#chains.length) this.#chains.push(new WriterChain());
    return number;
  }

  /** The number of a writer by public key; undefined where it has none. */
  writerIndex(key: Uint8Array): number | undefined {
    return this.#writerKeys.find(key);
  }

  seq(index: BlockIndex): number {
    return this.#seqs.at(index);
  }

  lamport(index: BlockIndex): number {
    return this.#lamports.at(index);
  }

  /** How many commits the author of a block knew. */
  commits(index: BlockIndex): number {
    return this.#commits.at(index);
  }

  /** The parents of a block: its writer's previous one first. */
  parents(index: BlockIndex): readonly BlockIndex[] {
    const parents: BlockIndex[] = [];
    for (let at = this.#parentsStart(index); at < this.#parentsEnd.at(index); at++) parents.push(this.#parents.at(at));
    return parents;
  }

  /** How many parents a block has; with {@link parentAt} for loops that make no array. */
  parentCount(index: BlockIndex): number {
    return this.#parentsEnd.at(index) - this.#parentsStart(index);
  }

  /** One of the parents, by a position below {@link parentCount}. */
  parentAt(index: BlockIndex, position: number): BlockIndex {
    return this.#parents.at(this.#parentsStart(index) + position);
  }

  /** The order of two blocks by (lamport, hash), §4.1: below 0 where the first one comes first. */
  compare(left: BlockIndex, right: BlockIndex): number {
    return this.#lamports.at(left) - this.#lamports.at(right) || this.#hashes.compare(left, right);
  }

  /** The blocks that no block follows, ascending. */
  heads(): BlockIndex[] {
    return [...this.#heads].sort((a, b) => a - b);
  }

  /** The blocks of a writer with this seq, ascending: more than one are a fork (§3.3). */
  blocksOf(writer: number, seq: number): BlockIndex[] {
    return this.#chains[writer]?.all(seq) ?? [];
  }

  /** The last blocks of all branches of a writer's chain, ascending: one, unless it forked. */
  tipsOf(writer: number): readonly BlockIndex[] {
    return this.#tips[writer] ?? [];
  }

  /** The one of {@link blocksOf} that was added first. */
  firstOf(writer: number, seq: number): BlockIndex | undefined {
    return this.#chains[writer]?.first(seq);
  }

  /**
   * The block that was added first among those that follow this one in its writer's chain. Another one that does is a fork, and this is where
   * it begins.
   */
  successorOf(index: BlockIndex): BlockIndex | undefined {
    const successor = this.#successors.at(index);
    return successor === 0 ? undefined : successor - 1;
  }

  #noteTip(index: BlockIndex, previous: BlockIndex | undefined): void {
    const tips = (this.#tips[this.writer(index)] ??= []);
    const at = previous === undefined ? -1 : tips.indexOf(previous);
    if (at >= 0) tips.splice(at, 1);
    tips.push(index);
  }

  #follow(index: BlockIndex, previous: BlockIndex | undefined): void {
    if (previous === undefined || this.#successors.at(previous) !== 0) return;
    const isPrevious =
      this.writer(previous) === this.writer(index) && this.#seqs.at(previous) + 1 === this.#seqs.at(index);
    if (isPrevious) this.#successors.set(previous, index + 1);
  }

  #parentsStart(index: BlockIndex): number {
    return index === 0 ? 0 : this.#parentsEnd.at(index - 1);
  }
}
