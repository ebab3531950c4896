/**
 * Memory for many small arrays. An array of more than 64 bytes has memory outside of the heap of JavaScript: to allocate, track and free that
 * takes longer than to encrypt what is in it.
 */
import type { Bytes } from "./byte-kinds.ts";

/** Gives zeros. What it gave once it never gives again. */
export type BytePool = (lengthBytes: number) => Bytes;

/** Few enough to let go of soon: what is kept of them keeps all of them. */
const slabBytes = 8_192;
const largestBytes = 1_024;

/**
 * A {@link BytePool} that cuts small arrays from larger memory, as `Buffer.allocUnsafe` of Node does: for what is dropped soon. The `buffer`
 * of an array from it holds its neighbours as well, so secrets have a pool of their own. Longer arrays get memory of their own.
 */
export function createPool(): BytePool {
  let slab: Bytes = new Uint8Array(0);
  let used = 0;
  return (lengthBytes) => {
    if (lengthBytes > largestBytes) return new Uint8Array(lengthBytes);
    if (used + lengthBytes > slab.length) {
      slab = new Uint8Array(slabBytes);
      used = 0;
    }
    const taken = slab.subarray(used, used + lengthBytes);
    used += lengthBytes;
    return taken;
  };
}
