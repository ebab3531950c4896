/**
 * How far the log is durable, noted aside (docs/protocol/rooms.md §9.3). It tells the last blocks, damaged later, from blocks that were never
 * acknowledged. It is written after each group of blocks without waiting, so that it costs no durability of its own: after a power cut it may
 * be old, never ahead. Two slots in sectors of their own are written in turns, and both on closing.
 */
import { StoreFailedError, StoreFullError } from "../errors.ts";
import { updateCrc32c } from "./crc32c.ts";
import type { Disk, DiskFile } from "./disk.ts";
import { markFileName } from "./file-names.ts";
import { readReadableFile } from "./read-readable.ts";

/** A sector: a checksum (4 bytes), the length (8 bytes, both little-endian), zeros. */
const slotBytes = 512;
/** What the checksums begin with, "mark": zeros are no slot. */
const seed = 0x6d_61_72_6b;

/** The mark of one store. */
export interface DurableMark {
  /** The greatest length noted, 0 without any. */
  readonly length: number;
  /** Slots that could not be read beside one that could. */
  readonly repaired: number;
  /** Both slots say the same: the store was closed after its last block, or nothing happened since it was opened. */
  readonly isSettled: boolean;
  /** Notes a length soon. Failures are of no consequence: the frames themselves say nearly as much. */
  readonly note: (length: number) => void;
  /** Writes both slots durably, where the disk lets it. */
  readonly settle: (length: number) => Promise<void>;
}

/** Reads the mark of a folder. */
export async function openDurableMark(disk: Disk): Promise<DurableMark> {
  let file = await disk.open(markFileName);
  const bytes = file === undefined ? new Uint8Array() : await readReadableFile(file);
  const slots = [decodeSlot(bytes.subarray(0, slotBytes)), decodeSlot(bytes.subarray(slotBytes))];
  const valid = slots.filter((slot) => slot !== undefined);
  const ensureFile = async (): Promise<DiskFile> => (file ??= await disk.create(markFileName));
  const write = async (slot: number, length: number): Promise<void> =>
    await (await ensureFile()).write(slot * slotBytes, encodeSlot(length));
  // The slot that says less is written first: were that torn, the other one still stands.
  const notes = createNotes({ write, firstSlot: (slots[0] ?? -1) <= (slots[1] ?? -1) ? 0 : 1 });
  return {
    length: Math.max(0, ...valid),
    repaired: valid.length === 1 ? 1 : 0,
    isSettled: valid.length === 2 && slots[0] === slots[1],
    note: notes.note,
    settle: async (length) => {
      await notes.idle();
      try {
        for (const slot of [0, 1]) await write(slot, length);
        await (await ensureFile()).sync();
      } catch (error) {
        if (!(error instanceof StoreFullError || error instanceof StoreFailedError)) throw error;
      }
    },
  };
}

interface NotesInput {
  readonly write: (slot: number, length: number) => Promise<void>;
  readonly firstSlot: number;
}

/** One write at a time, of the newest length; lengths that came meanwhile are left out. */
function createNotes({ write, firstSlot }: NotesInput): {
  readonly note: (length: number) => void;
  readonly idle: () => Promise<void>;
} {
  let wanted: number | undefined;
  let slot = firstSlot;
  let running: Promise<void> | undefined;
  const run = async (): Promise<void> => {
    while (wanted !== undefined) {
      const length = wanted;
      wanted = undefined;
      await write(slot, length).catch(() => undefined);
      slot = 1 - slot;
    }
    running = undefined;
  };
  return {
    note: (length) => {
      wanted = length;
      running ??= run();
    },
    idle: async () => await running,
  };
}

function encodeSlot(length: number): Uint8Array {
  const bytes = new Uint8Array(slotBytes);
  const view = new DataView(bytes.buffer);
  view.setBigUint64(4, BigInt(length), true);
  view.setUint32(0, checksum(bytes), true);
  return bytes;
}

function decodeSlot(bytes: Uint8Array): number | undefined {
  if (bytes.length !== slotBytes) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, slotBytes);
  const length = Number(view.getBigUint64(4, true));
  return view.getUint32(0, true) === checksum(bytes) && Number.isSafeInteger(length) ? length : undefined;
}

function checksum(slot: Uint8Array): number {
  return updateCrc32c(seed, { bytes: slot, from: 4, to: slotBytes });
}
