/** Joining bytes without memory for each result: for what is hashed or authenticated at once, thousands of times a second. */
import { type Bytes, concatBytes } from "./byte-kinds.ts";

/** Joins byte strings. What it gives holds until the next call. */
export type Joiner = (...parts: readonly Uint8Array[]) => Bytes;

/**
 * A {@link Joiner} over memory of its own that is used again: hand the result to something synchronous, and keep nothing of it. What is longer than
 * `capacityBytes` gets new memory. For public bytes: nothing is wiped.
 */
export function createJoiner(capacityBytes: number): Joiner {
  const memory = new Uint8Array(capacityBytes);
  return (...parts) => {
    let lengthBytes = 0;
    for (const part of parts) {
      if (lengthBytes + part.length > capacityBytes) return concatBytes(...parts);
      memory.set(part, lengthBytes);
      lengthBytes += part.length;
    }
    return memory.subarray(0, lengthBytes);
  };
}
