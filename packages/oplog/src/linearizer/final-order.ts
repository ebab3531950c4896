/** The final order: segments that are appended and never change (docs/protocol/rooms.md §4.2, 5). */
import type { Bytes } from "@coterie/bytes";
import type { Primitives } from "@coterie/primitives";
import { UnknownPositionError } from "../errors.ts";
import { Int32List } from "./int32-list.ts";
import type { OrderedDag } from "./ordered-dag.ts";

/** Where the order continues. */
export interface OrderStart {
  readonly position: number;
  /** 32 bytes: over all blocks below `position`. */
  readonly orderHash: Bytes;
}

/** Blocks by position, and which ones are final. */
export class FinalOrder {
  readonly #dag: OrderedDag;
  readonly #sha256: Primitives["sha256"];
  readonly #start: number;
  readonly #order: Int32List = new Int32List();
  /** One bit per block. */
  readonly #finalBits: Int32List = new Int32List();
  readonly #linked: Bytes = new Uint8Array(64);
  #orderHash: Bytes;

  constructor(dag: OrderedDag, sha256: Primitives["sha256"], start: OrderStart) {
    this.#dag = dag;
    this.#sha256 = sha256;
    this.#start = start.position;
    this.#orderHash = start.orderHash;
  }

  /** How many blocks are final, with those before the start. */
  get position(): number {
    return this.#start + this.#order.length;
  }

  /** H over the order hash before and the hash of the last final block (§8.2). */
  get orderHash(): Bytes {
    return this.#orderHash;
  }

  /** The block at a position that was reached since the start. */
  at(position: number): number {
    const index = position - this.#start;
    if (!Number.isInteger(index) || index < 0 || index >= this.#order.length) throw new UnknownPositionError();
    return this.#order.at(index);
  }

  isFinal(block: number): boolean {
    return (this.#finalBits.at(block >>> 5) & (1 << (block & 31))) !== 0;
  }

  /** Marks a block as final that has no position here: it became so before the start. */
  markFinal(block: number): void {
    const at = block >>> 5;
    if (at >= this.#finalBits.length) this.#finalBits.extend(at + 1, 0);
    this.#finalBits.set(at, this.#finalBits.at(at) | (1 << (block & 31)));
  }

  /** Marks as final what is in the past of a block, and itself; the blocks that were not, in no order. */
  markPast(block: number): number[] {
    const found = this.isFinal(block) ? [] : [block];
    this.markFinal(block);
    for (let next = 0; next < found.length; next++) {
      for (const parent of this.#dag.parents(found[next] ?? 0)) {
        if (this.isFinal(parent)) continue;
        this.markFinal(parent);
        found.push(parent);
      }
    }
    return found;
  }

  /** Appends the past of a leader and itself. Returns the segment. */
  append(leader: number): Int32Array<ArrayBuffer> {
    const blocks = Int32Array.from(this.markPast(leader));
    if (blocks.length > 1) {
      // First by index, which is nearly the order already: sorting runs is cheap.
      blocks.sort().sort((a, b) => this.#dag.compare(a, b));
    }
    for (const block of blocks) {
      this.#order.push(block);
      this.#linked.set(this.#orderHash);
      this.#linked.set(this.#dag.hash(block), 32);
      this.#orderHash = this.#sha256(this.#linked);
    }
    return blocks;
  }
}
