/** Buffers as plain arrays: a `Buffer` has another `slice`, prints its content and turns itself into JSON. */
import { type Bytes, copyBytes } from "@coterie/bytes";

/** The bytes of `buffer` without its class; in place where they have memory of their own. */
export function plainBytes(buffer: Buffer): Bytes {
  const { buffer: memory, byteOffset, length } = buffer;
  // Small buffers may live in the pool that Node shares between them.
  if (!(memory instanceof ArrayBuffer) || memory.byteLength !== length) return wipedCopy(buffer);
  return new Uint8Array(memory, byteOffset, length);
}

function wipedCopy(buffer: Buffer): Bytes {
  const copy = copyBytes(buffer);
  buffer.fill(0);
  return copy;
}
