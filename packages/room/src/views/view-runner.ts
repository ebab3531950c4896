/**
 * Keeps one view at the room's order: applies blocks, and where the order changed behind what was applied, goes back to the last place
 * that still holds and applies anew (docs/protocol/rooms.md §8.1).
 */
import type { Bytes } from "@coterie/bytes";
import type { ReadableView, WritableView } from "./view-state.ts";
import { ViewState } from "./view-state.ts";

/** A room's order at one time: what is final never changes, the tail may. */
export interface RoomOrder {
  readonly finalLength: number;
  /** The number of blocks in order, final and tentative. */
  readonly length: number;
  /** The block at a position. */
  readonly at: (position: number) => number;
  /** Whether a tentative block is void at this time: that may change with the order (§5.4). */
  readonly isVoid: (position: number) => boolean;
}

/** What the runner needs: the blocks' contents, and the host's function. */
export interface ViewRunnerDeps<Block> {
  /** The blocks to apply, in order; fewer than asked for where some hold nothing for views. */
  readonly load: (indices: readonly number[]) => Promise<readonly Block[]>;
  /** Deterministic: the same blocks in the same order give the same view, and nothing else is looked at. */
  readonly apply: (view: WritableView, blocks: readonly Block[]) => void;
}

/** Blocks that were applied together: the smallest thing that is undone. */
interface Step {
  readonly from: number;
  readonly to: number;
  readonly mark: number;
}

const blocksPerStep = 64;

/** One view of a room. */
export class ViewRunner<Block> {
  readonly #deps: ViewRunnerDeps<Block>;
  readonly #state = new ViewState();
  /** What is applied, by position: the block, and whether it counted. The part before `#settled` is final and not kept. */
  #applied: number[] = [];
  #steps: Step[] = [];
  #settled = 0;
  #redone = 0;
  #everApplied = 0;

  constructor(deps: ViewRunnerDeps<Block>) {
    this.#deps = deps;
  }

  /** The content so far. */
  get view(): ReadableView {
    return this.#state;
  }

  /** The number of positions that are applied. */
  get length(): number {
    return this.#settled + this.#applied.length;
  }

  /** Blocks applied in all, over blocks applied at least once: 1 where nothing was ever undone. */
  get redoFactor(): number {
    const once = this.#everApplied - this.#redone;
    return once === 0 ? 1 : this.#everApplied / once;
  }

  /** How many applied positions the order of now would undo. */
  pendingUndo(order: RoomOrder): number {
    return this.length - this.#holdsUntil(order);
  }

  /** Brings the view to the order. Where `apply` throws, the view stands before the step that failed, and the error goes on. */
  async update(order: RoomOrder): Promise<void> {
    this.#undoTo(this.#holdsUntil(order));
    while (this.length < order.length) {
      const from = this.length;
      const to = Math.min(order.length, from + blocksPerStep, from < order.finalLength ? order.finalLength : Infinity);
      await this.#step(order, { from, to });
    }
    this.#settle(order.finalLength);
  }

  /** The content in its one form, and the positions that it covers. */
  encode(): { readonly content: Bytes; readonly length: number } {
    return { content: this.#state.encode(), length: this.length };
  }

  /** Begins from a content that covers the first `length` positions, all final. */
  restore(content: Uint8Array, length: number): void {
    this.#state.decode(content);
    this.#settled = length;
    this.#applied = [];
    this.#steps = [];
  }

  async #step(order: RoomOrder, { from, to }: { readonly from: number; readonly to: number }): Promise<void> {
    const counted: number[] = [];
    const applied: number[] = [];
    for (let position = from; position < to; position++) {
      const index = order.at(position);
      const isVoid = order.isVoid(position);
      if (!isVoid) counted.push(index);
      applied.push(entryOf(index, isVoid));
    }
    const blocks = await this.#deps.load(counted);
    const mark = this.#state.mark();
    try {
      this.#deps.apply(this.#state, blocks);
    } catch (error) {
      this.#state.undoTo(mark);
      throw error;
    }
    this.#steps.push({ from, to, mark });
    this.#everApplied += applied.length;
    this.#applied.push(...applied);
  }

  #holdsUntil(order: RoomOrder): number {
    const end = Math.min(this.length, order.length);
    let position = this.#settled;
    while (position < end && this.#applied[position - this.#settled] === entryAt(order, position)) position++;
    return position;
  }

  #undoTo(position: number): void {
    while (this.length > position) {
      const step = this.#steps.pop();
      if (step === undefined) return;
      this.#state.undoTo(step.mark);
      this.#redone += step.to - step.from;
      this.#applied.length = step.from - this.#settled;
    }
  }

  // What is final stays: its way back is forgotten, whole steps at a time.
  #settle(finalLength: number): void {
    const kept = this.#steps.findIndex(({ to }) => to > finalLength);
    const settledSteps = kept === -1 ? this.#steps.length : kept;
    const last = this.#steps[settledSteps - 1];
    if (last === undefined) return;
    this.#steps = this.#steps.slice(settledSteps);
    this.#applied = this.#applied.slice(last.to - this.#settled);
    this.#settled = last.to;
    this.#state.forgetBefore(this.#steps[0]?.mark ?? this.#state.mark());
  }
}

function entryAt(order: RoomOrder, position: number): number {
  return entryOf(order.at(position), order.isVoid(position));
}

// A block that became void, or is so no longer, is a change of the order like any other.
function entryOf(index: number, isVoid: boolean): number {
  return 2 * index + (isVoid ? 1 : 0);
}
