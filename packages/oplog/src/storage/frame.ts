/**
 * Frames: blocks as they stand in a segment (docs/protocol/rooms.md §9.1).
 *
 * | bytes | field, numbers little-endian |
 * |---|---|
 * | 4 | CRC-32C of all that follows, begun with the seed of the file |
 * | 4 | length of the block |
 * | 4 | number in the segment |
 * | 4 | how many blocks of the segment were durable when this one was written |
 * | n | the block |
 *
 * The number finds a frame's place again behind a damaged one whose length is lost. What was durable tells a damaged block from one that was
 * never acknowledged: whatever stands below that number in any frame had reached the disk.
 */
import type { Bytes, Ciphertext } from "@coterie/bytes";
import { oplogLimits } from "../limits.ts";
import { updateCrc32c } from "./crc32c.ts";
import type { FrameFileName } from "./file-names.ts";
import { FrameTable } from "./frame-table.ts";

/** What stands before a block. */
export const frameHeaderBytes = 16;

/** More than any segment has: it ends with the call of `append` that fills it. */
const maxNumber = 0xff_ffff;

/** Where frames begin, and in which file. */
export interface FrameStart {
  readonly seed: number;
  /** Of the first block. */
  readonly number: number;
  readonly durable: number;
}

/** The length of a frame. */
export function frameLength(block: Uint8Array): number {
  return frameHeaderBytes + block.length;
}

/** The frames of `blocks`, one after the other. */
export function encodeFrames({ seed, number, durable }: FrameStart, blocks: readonly Uint8Array[]): Bytes {
  let lengthBytes = 0;
  for (const block of blocks) lengthBytes += frameLength(block);
  const bytes = new Uint8Array(lengthBytes);
  const view = new DataView(bytes.buffer);
  let at = 0;
  for (const [i, block] of blocks.entries()) {
    view.setUint32(at + 4, block.length, true);
    view.setUint32(at + 8, number + i, true);
    view.setUint32(at + 12, durable, true);
    bytes.set(block, at + frameHeaderBytes);
    const to = at + frameLength(block);
    view.setUint32(at, updateCrc32c(seed, { bytes, from: at + 4, to }), true);
    at = to;
  }
  return bytes;
}

/** The block of the frame at `at`, copied, where it is whole and has this number; else undefined. */
export function decodeFrame(
  bytes: Uint8Array,
  { at, seed, number }: { readonly at: number; readonly seed: number; readonly number: number },
): Ciphertext<"block"> | undefined {
  const view = viewOf(bytes);
  if (!isFrame({ bytes, view, seed }, at) || view.getUint32(at + 8, true) !== number) return undefined;
  const from = at + frameHeaderBytes;
  // brand: only `append` and `heal` write frames, and the checksum says that this is what they wrote
  return new Uint8Array(bytes.subarray(from, from + view.getUint32(at + 4, true))) as Ciphertext<"block">;
}

/**
 * Every whole frame of a file; behind a damaged one it looks for the next at every byte. Blocks ascend; of those that were healed, the last of a
 * number counts.
 */
export function scanFrames(bytes: Uint8Array, { seed, kind }: FrameFileName): FrameTable {
  const table = new FrameTable();
  const file = { bytes, view: viewOf(bytes), seed };
  let at = 0;
  while (at + frameHeaderBytes < bytes.length) {
    const number = file.view.getUint32(at + 8, true);
    if ((kind === "blocks" && number < table.count) || number > maxNumber || !isFrame(file, at)) {
      at++;
      continue;
    }
    const lengthBytes = file.view.getUint32(at + 4, true);
    table.add({ number, offset: at, lengthBytes, durable: file.view.getUint32(at + 12, true) });
    at += frameHeaderBytes + lengthBytes;
  }
  return table;
}

interface FrameFile {
  readonly bytes: Uint8Array;
  readonly view: DataView;
  readonly seed: number;
}

/** Whether a whole frame begins at `at`. The cheap conditions come first: a scan asks at every byte of what is damaged. */
function isFrame({ bytes, view, seed }: FrameFile, at: number): boolean {
  if (at + frameHeaderBytes > bytes.length) return false;
  const lengthBytes = view.getUint32(at + 4, true);
  const to = at + frameHeaderBytes + lengthBytes;
  if (lengthBytes === 0 || lengthBytes > oplogLimits.envelopeBytes || to > bytes.length) return false;
  return updateCrc32c(seed, { bytes, from: at + 4, to }) === view.getUint32(at, true);
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
