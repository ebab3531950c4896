/** Reachability in the graph, for the few questions that need it. */
import type { BlockIndex, Dag } from "@coterie/oplog";

/** Blocks of which the past is remembered. */
const remembered = 32;

interface KnownPast {
  /** A bit for each block: those found so far. */
  readonly bits: Uint8Array;
  /** The parents of all found ones from here on were found. */
  from: BlockIndex;
}

/**
 * Which blocks are in the past of a few others. Each past is walked once, from its end, as far down as was asked for: a removal is asked about
 * every block of the removed that it does not name, and who was removed may go on writing for ever.
 */
export class Pasts {
  readonly #dag: Dag;
  /** The one asked for last at the end. */
  readonly #byBlock = new Map<BlockIndex, KnownPast>();

  constructor(dag: Dag) {
    this.#dag = dag;
  }

  /** Whether `earlier` is in the past of `later`, or is it. */
  has({ earlier, later }: { readonly earlier: BlockIndex; readonly later: BlockIndex }): boolean {
    if (earlier > later) return false;
    const past = this.#pastOf(later);
    // Parents have smaller indices.
    for (; past.from > earlier; past.from--)
      if (hasBit(past.bits, past.from)) for (const parent of this.#dag.parents(past.from)) setBit(past.bits, parent);
    return hasBit(past.bits, earlier);
  }

  #pastOf(later: BlockIndex): KnownPast {
    const past = this.#byBlock.get(later) ?? { bits: new Uint8Array((later >>> 3) + 1), from: later };
    setBit(past.bits, later);
    this.#byBlock.delete(later);
    this.#byBlock.set(later, past);
    const [oldest] = this.#byBlock.keys();
    if (this.#byBlock.size > remembered && oldest !== undefined) this.#byBlock.delete(oldest);
    return past;
  }
}

function hasBit(bits: Uint8Array, block: BlockIndex): boolean {
  return ((bits[block >>> 3] ?? 0) & (1 << (block & 7))) !== 0;
}

function setBit(bits: Uint8Array, block: BlockIndex): void {
  bits[block >>> 3] = (bits[block >>> 3] ?? 0) | (1 << (block & 7));
}
