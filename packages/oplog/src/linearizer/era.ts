/**
 * One era (docs/protocol/rooms.md §4.2): which blocks count in it, their rounds and vertices. Judges each block once, in the order of
 * admission; what it says of a block depends on the past of that block alone, so it never changes. A block **sees** its past and itself.
 */
import { Int32List } from "./int32-list.ts";
import type { OrderedDag } from "./ordered-dag.ts";
import { emptyRow, SeenRows } from "./seen-rows.ts";
import { findVertices } from "./search.ts";

/** Where an era begins. */
export interface EraInput {
  /** Its anchor, or -1 for the genesis, which is in the past of every block. */
  readonly anchor: number;
  /** Writers, distinct, in the order in which they lead. */
  readonly indexers: readonly number[];
  readonly quorum: number;
}

/** No block. */
export const none = -1;

/** A block of the indexer in this slot, and the rounds for which it is a vertex: from `from` to `to`. */
export interface Vertex {
  readonly block: number;
  readonly slot: number;
  readonly from: number;
  readonly to: number;
}

const noVertices: readonly number[] = [];

/** The blocks of an era after its anchor. */
export class Era {
  readonly anchor: number;
  readonly indexers: readonly number[];
  readonly quorum: number;
  readonly #dag: OrderedDag;
  readonly #slots: ReadonlyMap<number, number>;
  readonly #rows: SeenRows;
  /** Of each block from the anchor on: what it and its past have seen, or -1 where its past lacks the anchor. */
  readonly #rowOf: Int32List = new Int32List();
  /** The first vertex found for each round and of each indexer, at `round * indexers + slot`. */
  readonly #vertices: Int32List = new Int32List();
  /** Further vertices of one indexer for one round: it forked. */
  readonly #twins: Map<number, number[]> = new Map<number, number[]>();
  /** What was found of those, by place and by who sees them. */
  readonly #found: Map<number, Map<number, readonly number[]>> = new Map<number, Map<number, readonly number[]>>();
  /** The last counted block of each indexer. */
  readonly #last: number[];
  readonly #forked: boolean[];
  /** What every indexer's next block will have seen. */
  #top: number;

  constructor(dag: OrderedDag, { anchor, indexers, quorum }: EraInput) {
    this.#dag = dag;
    this.anchor = anchor;
    this.indexers = indexers;
    this.quorum = quorum;
    this.#slots = new Map(indexers.map((writer, slot) => [writer, slot]));
    this.#rows = new SeenRows(indexers.length);
    this.#rowOf.push(emptyRow);
    this.#last = indexers.map(() => none);
    this.#forked = indexers.map(() => false);
    this.#top = emptyRow;
  }

  /** Takes the next block. A vertex, if it is one (§4.2, 1 and 2). */
  judge(block: number): Vertex | undefined {
    const parents = this.#dag.parents(block);
    const row = this.#joinRows(parents);
    const slot = row === none ? undefined : this.#slots.get(this.#dag.writer(block));
    if (slot === undefined) {
      this.#rowOf.push(row);
      return undefined;
    }
    const last = this.#last[slot] ?? none;
    if (last !== none && !parents.includes(last)) this.#forked[slot] = true;
    this.#last[slot] = block;
    const round = this.#rows.nextRound(row, this.quorum);
    const before = this.#rows.at(row, slot);
    if (before >= round) {
      this.#rowOf.push(row);
      return undefined;
    }
    this.#rowOf.push(this.#rows.raise(row, slot, round));
    for (let reached = before + 1; reached <= round; reached++) this.#addVertex(slot, reached, block);
    this.#top = this.#rows.join([this.#top, this.rowOf(block)]);
    return { block, slot, from: before + 1, to: round };
  }

  /** Of a judged block: the number of what it and its past have seen, or -1 where the anchor is not in its past. */
  rowOf(block: number): number {
    return block < this.anchor ? none : this.#rowOf.at(block - this.anchor);
  }

  /** The greatest round of the indexer's blocks that a block sees; -1 for none. */
  seenRound(block: number, slot: number): number {
    const row = this.rowOf(block);
    return row === none ? none : this.#rows.at(row, slot);
  }

  /**
   * The vertices of an indexer for a round that a block sees. Those of an indexer without a fork need no search: whoever sees any of its
   * blocks from that round on sees the first one.
   */
  verticesSeenBy(block: number, slot: number, round: number): readonly number[] {
    if (this.seenRound(block, slot) < round) return noVertices;
    if (this.#forked[slot] === true) return this.#search(block, slot, round);
    const vertex = this.#vertexAt(round * this.indexers.length + slot);
    return vertex === none ? noVertices : [vertex];
  }

  /** Whether the writer's next block, over all that was judged, has a greater round than its last one. */
  isNextRoundGreater(writer: number): boolean {
    const slot = this.#slots.get(writer);
    if (slot === undefined) return false;
    return this.#rows.nextRound(this.#top, this.quorum) > this.#rows.at(this.#top, slot);
  }

  #joinRows(parents: readonly number[]): number {
    if (this.anchor === none && parents.length === 0) return emptyRow;
    const [first] = parents;
    if (parents.length === 1 && first !== undefined) return this.rowOf(first);
    const rows: number[] = [];
    for (const parent of parents) {
      const row = this.rowOf(parent);
      if (row !== none) rows.push(row);
    }
    return rows.length === 0 ? none : this.#rows.join(rows);
  }

  #addVertex(slot: number, round: number, block: number): void {
    const at = round * this.indexers.length + slot;
    if (at >= this.#vertices.length) this.#vertices.extend(at + 1, none);
    if (this.#vertices.at(at) === none) this.#vertices.set(at, block);
    else {
      const twins = this.#twins.get(at) ?? [];
      twins.push(block);
      this.#twins.set(at, twins);
    }
  }

  #vertexAt(at: number): number {
    return at < this.#vertices.length ? this.#vertices.at(at) : none;
  }

  /** Looks for the vertices of a liar, once for each block that is asked about. */
  #search(block: number, slot: number, round: number): readonly number[] {
    const at = round * this.indexers.length + slot;
    const found = this.#found.get(at) ?? new Map<number, readonly number[]>();
    this.#found.set(at, found);
    const before = found.get(block);
    if (before !== undefined) return before;
    const first = this.#vertexAt(at);
    const vertices = first === none ? noVertices : [first, ...(this.#twins.get(at) ?? [])];
    const seen = findVertices(this.#dag, this, { block, slot, round, vertices });
    found.set(block, seen);
    return seen;
  }
}
