/** A file that grows and is cut back to its last checkpoint after a crash. Only its owner reads it. */
import { type FileHandle, open, rm } from "node:fs/promises";
import { createPrivateFolder, sizeOf, unusable } from "../premises/private-files.ts";
import { dirname } from "node:path";

/** An output on its way; made when its first byte is written. */
export class OutputFile {
  readonly path: string;
  #file: FileHandle | undefined;
  #size = 0;

  private constructor(path: string) {
    this.path = path;
  }

  /** Goes on behind `committedBytes`, cutting off what is behind them. With 0, what was there is gone. */
  static async continueAt(path: string, committedBytes: number): Promise<OutputFile> {
    const output = new OutputFile(path);
    const size = await sizeOf(path);
    if (size === undefined) return output;
    if (committedBytes === 0) {
      await rm(path, { force: true });
      return output;
    }
    const file = await openOrExplain(path, "r+");
    await file.truncate(committedBytes);
    output.#file = file;
    output.#size = committedBytes;
    return output;
  }

  /** Makes the file where it is not there yet, also when nothing is ever written. */
  async ensure(): Promise<void> {
    this.#file ??= await this.#create();
  }

  get size(): number {
    return this.#size;
  }

  /** Appends bytes. */
  async write(bytes: Uint8Array): Promise<void> {
    if (bytes.length === 0) return;
    this.#file ??= await this.#create();
    for (let written = 0; written < bytes.length; ) {
      const { bytesWritten } = await this.#file.write(bytes, written, bytes.length - written, this.#size);
      written += bytesWritten;
      this.#size += bytesWritten;
    }
  }

  /** Returns when everything written is on the disk. */
  async sync(): Promise<void> {
    await this.#file?.datasync();
  }

  /** Closes the file. */
  async close(): Promise<void> {
    await this.#file?.close();
    this.#file = undefined;
  }

  async #create(): Promise<FileHandle> {
    await createPrivateFolder(dirname(this.path));
    return openOrExplain(this.path, "wx+");
  }
}

async function openOrExplain(path: string, flags: string): Promise<FileHandle> {
  try {
    return await open(path, flags, 0o600);
  } catch (error) {
    throw unusable(path, error);
  }
}
