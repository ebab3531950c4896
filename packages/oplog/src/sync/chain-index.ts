/**
 * Where blocks are: by hash, and by writer and seq, with the branches of writers that signed two blocks with one seq. Positions are those of a
 * log store or of a relay's order of arrival; the blocks themselves lie elsewhere. About 60 bytes for each block.
 */
import { type Bytes, encodeHex, isAllZero } from "@coterie/bytes";
import { NumberColumn } from "../dag/column.ts";
import { KeyTable } from "../dag/key-table.ts";
import { compareBytes } from "../format/compare-bytes.ts";
import type { BlockHeader } from "../format/header.ts";
import type { WriterHead } from "./relay.ts";

/** What the index keeps of a block. */
export interface IndexedBlock {
  readonly header: Pick<BlockHeader, "writer" | "seq" | "previous">;
  readonly hash: Bytes;
}

/** How a block stands to what is there. */
export type ChainPlace =
  /** It is there. */
  | "known"
  /** It follows the head of its writer's first chain. */
  | "next"
  /** Its previous one is there, but another block follows that already, or it is another first block. */
  | "branch"
  /** Its previous one is not there. */
  | "gap";

interface Chain {
  /** Its place among the writers, by their first block. */
  readonly number: number;
  readonly writer: Bytes;
  /** The chain that was first: positions by seq, from `from` on. */
  readonly trunk: number[];
  readonly from: number;
  /** All others, ascending by (seq, position): branches, and what came before the first block when that was already here. */
  readonly branches: number[];
  /** Last blocks of branches. */
  readonly branchTips: Set<number>;
}

/** An index that grows in the order of positions, without holes. */
export class ChainIndex {
  readonly #firstPosition: number;
  readonly #hashes = new KeyTable();
  readonly #chains = new Map<string, Chain>();
  readonly #seqs = new NumberColumn();
  /** The number of the chain of each block. */
  readonly #chainNumbers = new NumberColumn();
  /** All heads in order, until the next block comes. */
  #heads: readonly WriterHead[] | undefined;

  /** `firstPosition`: that of the first block that will be added; above 0 where those before were dropped. */
  constructor(firstPosition: number = 0) {
    this.#firstPosition = firstPosition;
  }

  /** The position that the next block gets. */
  get end(): number {
    return this.#firstPosition + this.#hashes.size;
  }

  /** How many writers have blocks here. */
  get writers(): number {
    return this.#chains.size;
  }

  /** The position of a block, or undefined. */
  find(hash: Uint8Array): number | undefined {
    const found = this.#hashes.find(hash);
    return found === undefined ? undefined : found + this.#firstPosition;
  }

  /** How `block` stands to what is there. */
  placeOf({ header, hash }: IndexedBlock): ChainPlace {
    if (this.find(hash) !== undefined) return "known";
    const chain = this.#chains.get(encodeHex(header.writer));
    if (chain === undefined) return header.seq === 0 ? "next" : "gap";
    if (header.seq === 0) return "branch";
    const previous = this.find(header.previous);
    if (previous === undefined || !this.#isOf(chain, { position: previous, seq: header.seq - 1 })) return "gap";
    return previous === chain.trunk.at(-1) ? "next" : "branch";
  }

  /** Whether a block whose previous one is not there comes before everything that is there of its writer. */
  isBeginning({ header: { writer, seq } }: IndexedBlock): boolean {
    const chain = this.#chains.get(encodeHex(writer));
    return chain === undefined || seq < this.#firstSeq(chain);
  }

  /**
   * Adds a block that is not there. The first one of a writer may have any seq, and those before it may come later or never; all after it
   * have their previous one here.
   */
  add({ header: { writer, seq, previous }, hash }: IndexedBlock): number {
    const key = encodeHex(writer);
    const position = this.#hashes.add(hash) + this.#firstPosition;
    this.#heads = undefined;
    this.#seqs.push(seq);
    const chain = this.#chains.get(key);
    this.#chainNumbers.push(chain?.number ?? this.#chains.size);
    const before = isAllZero(previous) ? undefined : this.find(previous);
    if (chain === undefined)
      this.#chains.set(key, {
        number: this.#chains.size,
        writer: writer.slice(),
        from: seq,
        trunk: [position],
        branches: [],
        branchTips: new Set(),
      });
    else if (before !== undefined && before === chain.trunk.at(-1)) chain.trunk.push(position);
    else this.#addToBranch(chain, { position, before });
    return position;
  }

  /** The last block of the writer's first chain. */
  head(writer: Uint8Array): WriterHead | undefined {
    const chain = this.#chains.get(encodeHex(writer));
    const position = chain?.trunk.at(-1);
    return chain === undefined || position === undefined ? undefined : this.#headAt(chain, position);
  }

  /** How many branches a writer has beside the first chain, and whether `previous` is the end of one. */
  branchesOf({ writer, previous }: Pick<BlockHeader, "writer" | "previous">): { count: number; isTip: boolean } {
    const tips = this.#chains.get(encodeHex(writer))?.branchTips;
    const before = this.find(previous);
    return { count: tips?.size ?? 0, isTip: before !== undefined && tips?.has(before) === true };
  }

  /** All heads, those of branches too, ascending by (writer, hash). */
  heads(): readonly WriterHead[] {
    this.#heads ??= [...this.#chains.values()]
      .flatMap((chain) =>
        [...chain.trunk.slice(-1), ...chain.branchTips].map((position) => this.#headAt(chain, position)),
      )
      .sort(compareHeads);
    return this.#heads;
  }

  /** Positions of a writer's blocks from a seq on, with their seq, ascending by (seq, position); at most `limit`. */
  range({ writer, from, limit }: { readonly writer: Uint8Array; readonly from: number; readonly limit: number }): {
    readonly position: number;
    readonly seq: number;
  }[] {
    const chain = this.#chains.get(encodeHex(writer));
    if (chain === undefined) return [];
    const start = Math.max(0, from - chain.from);
    const trunk = chain.trunk.slice(start, start + limit);
    const branches = chain.branches.filter((position) => this.#seqAt(position) >= from).slice(0, limit);
    return [...trunk, ...branches]
      .map((position) => ({ position, seq: this.#seqAt(position) }))
      .sort((a, b) => a.seq - b.seq || a.position - b.position)
      .slice(0, limit);
  }

  #addToBranch(
    chain: Chain,
    { position, before }: { readonly position: number; readonly before: number | undefined },
  ): void {
    const seq = this.#seqAt(position);
    if (before !== undefined) chain.branchTips.delete(before);
    if (seq >= chain.from) chain.branchTips.add(position);
    let at = chain.branches.length;
    while (at > 0 && this.#seqAt(chain.branches[at - 1] ?? 0) > seq) at -= 1;
    chain.branches.splice(at, 0, position);
  }

  #isOf(chain: Chain, { position, seq }: { readonly position: number; readonly seq: number }): boolean {
    return this.#seqAt(position) === seq && this.#chainNumbers.at(position - this.#firstPosition) === chain.number;
  }

  #headAt(chain: Chain, position: number): WriterHead {
    const hash = this.#hashes.keyAt(position - this.#firstPosition);
    const head = { writer: chain.writer, seq: this.#seqAt(position), hash };
    const from = this.#firstSeq(chain);
    return from === 0 ? head : { ...head, from };
  }

  #firstSeq({ from, branches: [first] }: Chain): number {
    return first === undefined ? from : Math.min(from, this.#seqAt(first));
  }

  #seqAt(position: number): number {
    return this.#seqs.at(position - this.#firstPosition);
  }
}

/** Ascending by (writer, hash). */
export function compareHeads(a: Pick<WriterHead, "writer" | "hash">, b: Pick<WriterHead, "writer" | "hash">): number {
  return compareBytes(a.writer, b.writer) || compareBytes(a.hash, b.hash);
}
