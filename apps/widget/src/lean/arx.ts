/**
 * The loop around `@noble/ciphers`' Salsa20 core, for XSalsa20 alone: in the place of the library's, which serves eight ciphers
 * (see cipher-utils.ts).
 */

/** Writes one block of 64 bytes for a counter; the library's own. */
type Core = (
  sigma: Uint32Array,
  key: Uint32Array,
  nonce: Uint32Array,
  block: Uint32Array,
  counter: number,
  rounds: number,
) => void;

/** Derives a key from a key and 16 bytes; the library's own. */
type Derive = (sigma: Uint32Array, key: Uint32Array, input: Uint32Array, output: Uint32Array) => void;

/** "expand 32-byte k". */
const sigma = Uint32Array.of(0x61707865, 0x3320646e, 0x79622d32, 0x6b206574);
const blockBytes = 64;

/** Rotates 32 bits to the left. */
export function rotl(word: number, bits: number): number {
  return (word << bits) | (word >>> (32 - bits));
}

/** XOR with the key stream of a key of 32 bytes and a nonce of 24; `output` may be `data`. */
export function createCipher(
  core: Core,
  { extendNonceFn }: { readonly extendNonceFn: Derive },
): (key: Uint8Array, nonce: Uint8Array, data: Uint8Array, output: Uint8Array) => Uint8Array {
  return (key, nonce, data, output) => {
    const words = new Uint32Array(new Uint8Array(key).buffer);
    const place = new Uint32Array(new Uint8Array(nonce).buffer);
    extendNonceFn(sigma, words, place.subarray(0, 4), words);
    // The last 8 bytes of the nonce; the counter's upper half stays zero.
    const tail = Uint32Array.of(place[4] ?? 0, place[5] ?? 0, 0);
    const block = new Uint32Array(blockBytes / 4);
    const stream = new Uint8Array(block.buffer);
    for (let at = 0; at < data.length; at++) {
      if (at % blockBytes === 0) core(sigma, words, tail, block, at / blockBytes, 20);
      output[at] = (data[at] ?? 0) ^ (stream[at % blockBytes] ?? 0);
    }
    words.fill(0);
    stream.fill(0);
    return output;
  };
}
