/** Vectors as the suites read them, in Node from the folder and in browsers through vitest. */
import { type Bytes, decodeHex } from "@coterie/bytes";

/** Reads one file: JSON decoded, everything else as text. */
export type ReadVector = <Shape>(path: string) => Promise<Shape>;

/** The bytes of hexadecimal text; vectors use both cases. */
export function hex(text: string): Bytes {
  return decodeHex(text.toLowerCase());
}

/** The bytes of the blocks ",0x01,0x02…" in the order in which libsodium's tests print them. */
export function printedBytes(text: string): Bytes {
  return Uint8Array.from(text.match(/0x[0-9a-f]{2}/g) ?? [], Number);
}

/** `lengthBytes` bytes that count up from `start`. */
export function counting(start: number, lengthBytes: number): Bytes {
  return Uint8Array.from({ length: lengthBytes }, (_, i) => start + i);
}
