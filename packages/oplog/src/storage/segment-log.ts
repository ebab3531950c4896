/** The blocks of a log in segments: what is appended goes to the newest one, until it is long enough. */
import type { Ciphertext } from "@coterie/bytes";
import { StoreDamagedError } from "../errors.ts";
import { oplogLimits } from "../limits.ts";
import { createFrameFileName, type FrameFileName } from "./file-names.ts";
import type { FrameFile } from "./frame-file.ts";
import type { PositionRange } from "./log-store.ts";
import type { RecoveredTail } from "./recover-tail.ts";
import { Segment, type SegmentDeps } from "./segment.ts";
import type { SegmentList } from "./segment-list.ts";

/** A log whose newest segment is in order. */
export interface SegmentLogStart {
  readonly segments: SegmentList;
  readonly tail: RecoveredTail;
  /** The position that the log begins with. */
  readonly first: number;
  readonly segmentBytes: number;
}

/** The blocks of an open store. `append` one at a time, and beside it one of the other calls at a time. */
export class SegmentLog {
  readonly #deps: SegmentDeps;
  readonly #segments: SegmentList;
  readonly #segmentBytes: number;
  #first: number;
  #length: number;
  #isSealed: boolean;
  /** The file that comes next, the same after a failed attempt to make it. */
  #nextName: FrameFileName | undefined;

  constructor(deps: SegmentDeps, { segments, tail, first, segmentBytes }: SegmentLogStart) {
    this.#deps = deps;
    this.#segments = segments;
    this.#segmentBytes = segmentBytes;
    this.#first = first;
    this.#length = tail.length;
    this.#isSealed = tail.isSealed;
  }

  get first(): number {
    return this.#first;
  }

  get length(): number {
    return this.#length;
  }

  /** Durable when it resolves. */
  async append(blocks: readonly Ciphertext<"block">[]): Promise<number> {
    const file = await this.#openTail();
    const position = this.#length;
    const number = position - this.#segments.newest.first;
    await file.append({ number, durable: number }, blocks);
    this.#length += blocks.length;
    return position;
  }

  /** As `LogStore.read`; the position was checked. */
  async read(from: number, limit: number): Promise<Ciphertext<"block">[]> {
    const length = this.#length;
    const page: Ciphertext<"block">[] = [];
    let bytes: number = oplogLimits.storePageBytes;
    for (let next = from; next < length && page.length < limit; ) {
      const segment = this.#segments.find(next);
      await this.#segments.warm(segment);
      const count = this.#segments.endOf(segment, length) - segment.first;
      const room = { blocks: limit - page.length, bytes, isEmpty: page.length === 0 };
      const blocks = await segment.read({ number: next - segment.first, count }, room);
      if (blocks.length === 0 && page.length === 0) throw new StoreDamagedError(await segment.findGaps(count));
      for (const block of blocks) {
        page.push(block);
        bytes -= block.length;
      }
      next += blocks.length;
      if (next < segment.first + count) break;
    }
    return page;
  }

  /** Puts a block back. */
  async heal(position: number, block: Ciphertext<"block">): Promise<void> {
    const segment = this.#segments.find(position);
    await this.#segments.warm(segment);
    await segment.heal(position - segment.first, block);
  }

  /** Where `drop(before)` lets the log begin: whole segments go. */
  firstAfterDrop(before: number): number {
    return Math.max(this.#first, this.#segments.find(before).first);
  }

  /** Removes the segments below `first`, which a saved state says. */
  async removeBelow(first: number): Promise<void> {
    this.#first = first;
    for (const segment of this.#segments.takeBelow(first)) await segment.remove();
  }

  /** Reads and checks the segment of a position; where the next one begins, and what is damaged in it. */
  async check(position: number): Promise<{ readonly next: number; readonly damaged: readonly PositionRange[] }> {
    const length = this.#length;
    const segment = this.#segments.find(position);
    await this.#segments.warm(segment);
    const next = this.#segments.endOf(segment, length);
    return { next, damaged: await segment.check(next - segment.first) };
  }

  /** The file that takes the next blocks. */
  async #openTail(): Promise<FrameFile> {
    const tail = this.#segments.newest;
    const isUsable = !this.#isSealed && tail.blocks?.isBroken === false;
    if (isUsable && tail.blocks !== undefined && tail.blocks.sizeBytes < this.#segmentBytes) return tail.blocks;
    // A file without a block that cannot be used: it is begun again, since two of one position would contradict each other.
    if (tail.blocks !== undefined && tail.first === this.#length) return await tail.blocks.create();
    this.#nextName ??= createFrameFileName(this.#deps.random, { first: this.#length, kind: "blocks" });
    const segment = new Segment(this.#deps, { first: this.#length, blocks: this.#nextName });
    const file = await segment.createBlocks();
    this.#segments.push(segment);
    this.#isSealed = false;
    this.#nextName = undefined;
    await this.#segments.warm(tail);
    return file;
  }
}
