/** What `@noble/hashes`' SHA-256 asks of its own utilities, in the widget's few lines (see cipher-utils.ts). */
export { clean } from "./cipher-utils.ts";

/** Rotates 32 bits to the right. */
export function rotr(word: number, bits: number): number {
  return (word << (32 - bits)) | (word >>> bits);
}

/** A hash of a whole message. */
export function createHasher(
  make: () => { readonly digestOf: (message: Uint8Array) => Uint8Array },
): (message: Uint8Array) => Uint8Array {
  return (message) => make().digestOf(message);
}

/** Names are not needed here. */
export const oidNist = (): undefined => undefined;
