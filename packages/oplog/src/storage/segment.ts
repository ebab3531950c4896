/**
 * One segment of a log: a file of blocks that was appended to until it was long enough, and perhaps a second one with blocks that were put back
 * after damage.
 */
import type { Ciphertext } from "@coterie/bytes";
import type { RandomSource } from "@coterie/primitives";
import type { Disk } from "./disk.ts";
import { createFrameFileName, type FrameFileName } from "./file-names.ts";
import { FrameFile, type Numbers, type PageRoom } from "./frame-file.ts";
import { gapsIn } from "./frame-table.ts";
import type { PositionRange } from "./log-store.ts";

/** What a store on a disk does its work with. */
export interface SegmentDeps {
  readonly disk: Disk;
  /** For the names of files. */
  readonly random: RandomSource;
}

/** The files of a segment. */
export interface SegmentNames {
  readonly first: number;
  /** Undefined where it is lost, or was never made. */
  readonly blocks?: FrameFileName | undefined;
  readonly healed?: FrameFileName | undefined;
}

/** A segment. Numbers count from its first position. One call at a time; appending to `blocks` alone may go on beside another. */
export class Segment {
  readonly first: number;
  readonly blocks: FrameFile | undefined;
  readonly #disk: Disk;
  readonly #healed: FrameFile;
  #hasHealed: boolean;

  constructor({ disk, random }: SegmentDeps, { first, blocks, healed }: SegmentNames) {
    this.first = first;
    this.#disk = disk;
    this.blocks = blocks === undefined ? undefined : new FrameFile(disk, blocks);
    this.#healed = new FrameFile(disk, healed ?? createFrameFileName(random, { first, kind: "healed" }));
    this.#hasHealed = healed !== undefined;
  }

  /** Whole blocks from `number` on without a gap, as far as the page has room. */
  async read({ number, count }: Numbers, room: PageRoom): Promise<Ciphertext<"block">[]> {
    const found: Ciphertext<"block">[] = [];
    let { blocks, bytes, isEmpty } = room;
    for (let next = number; next < count && blocks > 0; ) {
      const left = { blocks, bytes, isEmpty };
      let run = (await this.blocks?.read({ number: next, count }, left)) ?? [];
      if (run.length === 0 && this.#hasHealed) run = await this.#healed.read({ number: next, count: next + 1 }, left);
      if (run.length === 0) break;
      for (const block of run) {
        found.push(block);
        bytes -= block.length;
      }
      next += run.length;
      blocks -= run.length;
      isEmpty = false;
    }
    return found;
  }

  /** The positions below number `count` whose blocks cannot be read, as far as is known. */
  async findGaps(count: number): Promise<PositionRange[]> {
    await this.blocks?.load();
    if (this.#hasHealed) await this.#healed.load();
    return gapsIn({ first: this.first, count }, (number) => this.#has(number));
  }

  /** The same, after everything was read and checked again. */
  async check(count: number): Promise<PositionRange[]> {
    await this.blocks?.check(count);
    if (this.#hasHealed) await this.#healed.check(count);
    return await this.findGaps(count);
  }

  /** Puts a block back, durably. */
  async heal(number: number, block: Ciphertext<"block">): Promise<void> {
    if (!this.#hasHealed) await this.#healed.create();
    this.#hasHealed = true;
    await this.#healed.append({ number, durable: 0 }, [block]);
  }

  /** Makes the file of blocks. */
  async createBlocks(): Promise<FrameFile> {
    if (this.blocks === undefined) throw new RangeError("the segment has no name for its blocks");
    return await this.blocks.create();
  }

  /** Closes the files; the next call opens them again. */
  async release(): Promise<void> {
    await this.blocks?.release();
    await this.#healed.release();
  }

  /** Removes the files. */
  async remove(): Promise<void> {
    await this.release();
    if (this.blocks !== undefined) await this.#disk.remove(this.blocks.name.name);
    if (this.#hasHealed) await this.#disk.remove(this.#healed.name.name);
  }

  #has(number: number): boolean {
    return this.blocks?.has(number) === true || (this.#hasHealed && this.#healed.has(number));
  }
}
