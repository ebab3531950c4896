/** One file of frames: read and checked as a whole once, then by place, and appended to. */
import type { Ciphertext } from "@coterie/bytes";
import { StoreFailedError } from "../errors.ts";
import type { Disk, DiskFile } from "./disk.ts";
import type { FrameFileName } from "./file-names.ts";
import { decodeFrame, encodeFrames, type FrameStart, frameHeaderBytes, frameLength, scanFrames } from "./frame.ts";
import { FrameTable } from "./frame-table.ts";
import { readReadable, readReadableFile } from "./read-readable.ts";

/** What a page still has room for. Its first block always fits. */
export interface PageRoom {
  readonly blocks: number;
  readonly bytes: number;
  readonly isEmpty: boolean;
}

/** Numbers from `number` up to, not including, `count`. */
export interface Numbers {
  readonly number: number;
  readonly count: number;
}

interface Loaded {
  /** Undefined where the file is gone. */
  readonly file: DiskFile | undefined;
  readonly table: FrameTable;
}

/** A file of frames by name; it is opened by `load`, and closed by `release` until the next one. */
export class FrameFile {
  readonly name: FrameFileName;
  readonly #disk: Disk;
  #loaded: Loaded | undefined;
  #sizeBytes = 0;
  #isBroken = false;

  constructor(disk: Disk, name: FrameFileName) {
    this.#disk = disk;
    this.name = name;
  }

  /** Makes the file, empty and with a durable name. */
  async create(): Promise<FrameFile> {
    await this.release();
    const file = await this.#disk.create(this.name.name);
    try {
      await this.#disk.syncFolder();
    } catch (error) {
      await file.close();
      throw error;
    }
    this.#loaded = { file, table: new FrameTable() };
    this.#sizeBytes = 0;
    this.#isBroken = false;
    return this;
  }

  /** Opens the file, and looks for the frames in it. */
  async load(): Promise<FrameTable> {
    this.#loaded ??= await this.#read();
    return this.#loaded.table;
  }

  /** Where frames are; empty unless loaded. */
  has(number: number): boolean {
    return this.#loaded?.table.has(number) ?? false;
  }

  get sizeBytes(): number {
    return this.#sizeBytes;
  }

  /** Whether what a failed write left could not be taken away: nothing may be appended behind it. */
  get isBroken(): boolean {
    return this.#isBroken;
  }

  /** Whole blocks that stand behind each other in the file, from `number` on; none where that one is not there or does not fit. */
  async read({ number, count }: Numbers, room: PageRoom): Promise<Ciphertext<"block">[]> {
    const table = await this.load();
    const lengthBytes = runLength(table, { number, count }, room);
    const file = this.#loaded?.file;
    if (lengthBytes === 0 || file === undefined) return [];
    const bytes = await readReadable(file, { at: table.offset(number), lengthBytes });
    const blocks: Ciphertext<"block">[] = [];
    for (let next = number, at = 0; at < lengthBytes; next++) {
      const block = decodeFrame(bytes, { at, seed: this.name.seed, number: next });
      if (block === undefined) {
        table.remove(next);
        break;
      }
      blocks.push(block);
      at += frameLength(block);
    }
    return blocks;
  }

  /** Adds blocks, durably; where that fails, the file is as it was, or {@link isBroken}. */
  async append({ number, durable }: Omit<FrameStart, "seed">, blocks: readonly Uint8Array[]): Promise<void> {
    const table = await this.load();
    const file = this.#loaded?.file;
    if (file === undefined || this.#isBroken) throw new StoreFailedError("the file cannot be written to");
    const bytes = encodeFrames({ seed: this.name.seed, number, durable }, blocks);
    try {
      await file.write(this.#sizeBytes, bytes);
      await file.sync();
    } catch (error) {
      await this.truncate(this.#sizeBytes).catch(() => {
        this.#isBroken = true;
      });
      throw error;
    }
    for (const [i, block] of blocks.entries()) {
      table.add({ number: number + i, offset: this.#sizeBytes, lengthBytes: block.length, durable });
      this.#sizeBytes += frameLength(block);
    }
  }

  /** Cuts the file off, durably. */
  async truncate(lengthBytes: number): Promise<void> {
    (await this.load()).cut(lengthBytes);
    await this.#loaded?.file?.truncate(lengthBytes);
    await this.#loaded?.file?.sync();
    this.#sizeBytes = lengthBytes;
  }

  /**
   * Writes a part of the file again, durably. A page that once failed to reach the disk looks to later calls of `sync` as if it had: after a
   * crash nothing that was not known to be durable is trusted because it can be read.
   */
  async rewrite({ from, to }: { readonly from: number; readonly to: number }): Promise<void> {
    await this.load();
    const file = this.#loaded?.file;
    if (file === undefined) return;
    await file.write(from, await file.read(from, to - from));
    await file.sync();
  }

  /** Reads everything again, and notes which frames below `count` are whole now. */
  async check(count: number): Promise<void> {
    const table = await this.load();
    const file = this.#loaded?.file;
    if (file === undefined) return;
    const found = scanFrames(await readReadableFile(file), this.name);
    for (let number = 0; number < count; number++) {
      if (!found.has(number)) table.remove(number);
      else if (!table.has(number)) table.add(found.place(number));
    }
  }

  /** Closes the file and forgets what was found in it. */
  async release(): Promise<void> {
    const file = this.#loaded?.file;
    this.#loaded = undefined;
    await file?.close();
  }

  async #read(): Promise<Loaded> {
    const file = await this.#disk.open(this.name.name);
    if (file === undefined) return { file, table: new FrameTable() };
    try {
      const bytes = await readReadableFile(file);
      this.#sizeBytes = bytes.length;
      return { file, table: scanFrames(bytes, this.name) };
    } catch (error) {
      await file.close();
      throw error;
    }
  }
}

/** The bytes of the frames from `number` on that stand behind each other and fit. */
function runLength(table: FrameTable, { number, count }: Numbers, room: PageRoom): number {
  let lengthBytes = 0;
  let blockBytes = 0;
  for (let next = number; next < count && next - number < room.blocks && table.has(next); next++) {
    if (table.offset(next) !== table.offset(number) + lengthBytes) break;
    blockBytes += table.length(next);
    const isFirst = room.isEmpty && next === number;
    if (!isFirst && blockBytes > room.bytes) break;
    lengthBytes += frameHeaderBytes + table.length(next);
  }
  return lengthBytes;
}
