/** HSalsa20 of an agreement: the key of NaCl's crypto_box, for backends whose library does not offer the step alone. */
import { type Bytes, copyBytes } from "@coterie/bytes";
import { hsalsa } from "@noble/ciphers/salsa.js";

/** "expand 32-byte k", Salsa20's constant; byte by byte, so that it holds on machines of either byte order. */
const sigma: Uint32Array<ArrayBuffer> = new Uint32Array(
  Uint8Array.from("expand 32-byte k", (letter) => letter.charCodeAt(0)).buffer,
);

/** The box key of a 32-byte X25519 result, which the caller wipes. */
export function boxKeyOf(agreed: Uint8Array): Bytes {
  const words = new Uint32Array(copyBytes(agreed).buffer);
  const derived = new Uint32Array(8);
  hsalsa(sigma, words, new Uint32Array(4), derived);
  words.fill(0);
  return new Uint8Array(derived.buffer);
}
