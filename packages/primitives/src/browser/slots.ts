/**
 * Memory for calls into WebAssembly: arguments are laid into slots, and when a call ends, however it ends, its slots are
 * wiped, and with them the part of the stack of C that it may have used. Unlike the heap of JavaScript, this memory can
 * be wiped for certain; a test compares the whole memory after calls with different secrets.
 */
import type { Bytes } from "@coterie/bytes";
import type { LibsodiumModule } from "libsodium-sumo";

/** The slots of one call. Pointers are valid until the call ends. */
export interface CallSlots {
  /** A pointer to a copy of `bytes`. */
  readonly put: (bytes: Uint8Array) => number;
  /** A pointer to `lengthBytes` of room for an output. */
  readonly reserve: (lengthBytes: number) => number;
  /** A copy of what a call wrote. */
  readonly take: (pointer: number, lengthBytes: number) => Bytes;
}

/** Runs `body` with slots and wipes them afterwards. */
export type WithSlots = <Result>(body: (slots: CallSlots) => Result) => Result;

/** Kept for the life of the instance; calls that need more get memory of their own. */
const reusedLengthBytes = 64 * 1024;
/** What the deepest call (ML-KEM) puts on the stack of C is 18 KiB; the stack has 64 KiB. */
const wipedStackBytes = 24 * 1024;
// The strictest alignment that C asks for.
const alignmentBytes = 16;

interface Region {
  readonly pointer: number;
  readonly lengthBytes: number;
}

/** Slots in the memory of `sodium`, from which nothing was allocated before. */
export function createSlots(sodium: LibsodiumModule): WithSlots {
  const reused = allocate(sodium, reusedLengthBytes);
  // The stack grows down from where the heap begins: right below the first allocation and its header of 8 bytes.
  const stackTop = alignedDown(reused.pointer - 8);
  let usedBytes = 0;

  return (body) => {
    const startBytes = usedBytes;
    const extra: Region[] = [];
    const reserve = (lengthBytes: number): number => {
      const roundedBytes = alignedDown(lengthBytes + alignmentBytes - 1);
      if (usedBytes + roundedBytes <= reused.lengthBytes) {
        const pointer = reused.pointer + usedBytes;
        usedBytes += roundedBytes;
        return pointer;
      }
      const region = allocate(sodium, roundedBytes);
      extra.push(region);
      return region.pointer;
    };
    const put = (bytes: Uint8Array): number => {
      const pointer = reserve(bytes.length);
      sodium.HEAPU8.set(bytes, pointer);
      return pointer;
    };
    const take = (pointer: number, lengthBytes: number): Bytes => sodium.HEAPU8.slice(pointer, pointer + lengthBytes);
    try {
      return body({ put, reserve, take });
    } finally {
      sodium.HEAPU8.fill(0, reused.pointer + startBytes, reused.pointer + usedBytes);
      usedBytes = startBytes;
      for (const region of extra) release(sodium, region);
      sodium.HEAPU8.fill(0, stackTop - wipedStackBytes, stackTop);
    }
  };
}

/** Wipes the free memory that a call took for itself and gave back: the next allocation of that size lands on it. */
export function wipeFreed(sodium: LibsodiumModule, lengthBytes: number): void {
  release(sodium, allocate(sodium, lengthBytes));
}

function alignedDown(value: number): number {
  return value - (value % alignmentBytes);
}

function allocate(sodium: LibsodiumModule, lengthBytes: number): Region {
  const pointer = sodium._malloc(lengthBytes);
  if (pointer === 0) throw new RangeError("WebAssembly has no memory left");
  return { pointer, lengthBytes };
}

function release(sodium: LibsodiumModule, { pointer, lengthBytes }: Region): void {
  sodium.HEAPU8.fill(0, pointer, pointer + lengthBytes);
  sodium._free(pointer);
}
