/** Reading the committed part of the store: in large pieces of whole lines, for the threads that open. */
import { type FileHandle, open } from "node:fs/promises";
import { StoreDamagedError } from "../terminal/errors.ts";
import { createIndexRecord, type IndexedContact } from "./contact-index.ts";
import { erasedRecord, isErasedLine } from "./erased-line.ts";
import { isMarkLine } from "./store-mark.ts";
import { findStoreEnd, segmentPath, type StorePlace } from "./store-segments.ts";
import { sizeOf } from "../premises/private-files.ts";

const lineFeed = 0x0a;

/** Whole lines of one segment. */
export interface StorePiece {
  readonly lengthBytes: number;
  /** The place behind the piece: where reading goes on. */
  readonly next: StorePlace;
}

/** Reads pieces one after the other into memory that the caller provides. */
export class StoreReader {
  readonly #folder: string;
  readonly #end: StorePlace;
  #place: StorePlace;
  #file: FileHandle | undefined;
  #fileSize = 0;

  constructor(folder: string, { start, end }: { readonly start: StorePlace; readonly end: StorePlace }) {
    this.#folder = folder;
    this.#place = start;
    this.#end = end;
  }

  /**
   * Fills `target` from its start with as many whole lines as fit.
   * @returns undefined at the end
   * @throws StoreDamagedError on a line longer than `target`
   */
  async readPiece(target: Uint8Array): Promise<StorePiece | undefined> {
    for (;;) {
      const file = this.#file ?? (await this.#openSegment());
      const restBytes = this.#segmentEnd() - this.#place.offset;
      if (restBytes > 0) return this.#readLines(file, target.subarray(0, Math.min(target.length, restBytes)));
      if (this.#place.segment >= this.#end.segment) return undefined;
      await this.close();
      this.#place = { segment: this.#place.segment + 1, offset: 0 };
    }
  }

  /** Closes the file that is being read. */
  async close(): Promise<void> {
    await this.#file?.close();
    this.#file = undefined;
  }

  async #readLines(file: FileHandle, target: Uint8Array): Promise<StorePiece> {
    const { segment, offset } = this.#place;
    let filled = 0;
    while (filled < target.length) {
      const { bytesRead } = await file.read(target, filled, target.length - filled, offset + filled);
      if (bytesRead === 0) break;
      filled += bytesRead;
    }
    const lengthBytes = target.lastIndexOf(lineFeed, filled - 1) + 1;
    if (filled === 0 || lengthBytes === 0)
      throw new StoreDamagedError(`${segmentPath(this.#folder, segment)} is damaged`);
    this.#place = { segment, offset: offset + lengthBytes };
    return { lengthBytes, next: this.#place };
  }

  #segmentEnd(): number {
    return this.#place.segment === this.#end.segment ? this.#end.offset : this.#fileSize;
  }

  async #openSegment(): Promise<FileHandle> {
    const path = segmentPath(this.#folder, this.#place.segment);
    this.#fileSize = (await sizeOf(path)) ?? 0;
    this.#file = await open(path, "r");
    return this.#file;
  }
}

/**
 * Calls `visit` for each contact's line in a piece, with its first byte and the byte of its line feed. What is left of erased contacts
 * is passed over.
 */
export function forEachContactLine(
  bytes: Uint8Array,
  lengthBytes: number,
  visit: (startOffset: number, endOffset: number) => void,
): void {
  forEachLine(bytes, lengthBytes, (start, end) => {
    if (!isErasedLine(bytes, start)) visit(start, end);
  });
}

function forEachLine(
  bytes: Uint8Array,
  lengthBytes: number,
  visit: (startOffset: number, endOffset: number) => void,
): void {
  for (let start = 0; start < lengthBytes; ) {
    const end = bytes.indexOf(lineFeed, start);
    if (end < 0 || end >= lengthBytes) return;
    if (end > start && !isMarkLine(bytes, start)) visit(start, end);
    start = end + 1;
  }
}

/** The index record of every contact in the store, erased ones included, in order. */
export async function* readIndexRecords(folder: string): AsyncGenerator<Buffer> {
  const { place } = await findStoreEnd(folder);
  const reader = new StoreReader(folder, { start: { segment: 1, offset: 0 }, end: place });
  const buffer = Buffer.alloc(4 * 1024 * 1024);
  try {
    for (let piece = await reader.readPiece(buffer); piece !== undefined; piece = await reader.readPiece(buffer)) {
      const found: Buffer[] = [];
      forEachLine(buffer, piece.lengthBytes, (start, end) => {
        const line = buffer.toString("utf8", start, end);
        const erased = isErasedLine(buffer, start) ? erasedRecord(line) : undefined;
        found.push(erased ?? createIndexRecord(parseIndexed(line)));
      });
      yield* found;
    }
  } finally {
    await reader.close();
  }
}

/** What the index needs of a contact's line. A damaged line keeps its place in the index under a name of its own. */
export function parseIndexed(line: string): IndexedContact {
  const bytesOf = (text: unknown): Buffer => Buffer.from(typeof text === "string" ? text : "", "base64url");
  const json = parseObject(line);
  return {
    actionId: typeof json["action"] === "string" ? json["action"] : line,
    organisationId: typeof json["organisation"] === "string" ? json["organisation"] : "",
    payload: bytesOf(json["payload"]),
    nonce: bytesOf(json["nonce"]),
    headerSignature: bytesOf(json["signature"]),
  };
}

function parseObject(line: string): Readonly<Record<string, unknown>> {
  try {
    const json: unknown = JSON.parse(line);
    return typeof json === "object" && json !== null ? { ...json } : {};
  } catch {
    return {};
  }
}
