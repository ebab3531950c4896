/** The erasure code, by the definition: polynomials through the symbols, evaluated by Lagrange, in a field without tables. */
import type { Raw } from "./crypto.ts";

/** Product in the field of 2^16 elements: shift and add. */
export function multiply(left: number, right: number): number {
  let [product, shifted] = [0, left];
  for (let bit = 0; bit < 16; bit++) {
    if ((right >> bit) & 1) product ^= shifted;
    shifted <<= 1;
    if (shifted & 0x10000) shifted ^= 0x1100b;
  }
  return product;
}

/** a^(2^16 - 2). */
function invert(a: number): number {
  let [result, square] = [1, a];
  for (let exponent = 0xfffe; exponent > 0; exponent >>= 1) {
    if (exponent & 1) result = multiply(result, square);
    square = multiply(square, square);
  }
  return result;
}

/** The chunk at `place` of the polynomials through known chunks. */
function chunkAt(known: ReadonlyMap<number, Uint8Array>, place: number): Raw {
  const there = known.get(place);
  if (there !== undefined) return Uint8Array.from(there);
  const chunk = new Uint8Array(32);
  for (const [at, bytes] of known) {
    let [numerator, denominator] = [1, 1];
    for (const other of known.keys()) {
      if (other === at) continue;
      numerator = multiply(numerator, place ^ other);
      denominator = multiply(denominator, at ^ other);
    }
    const factor = multiply(numerator, invert(denominator));
    for (let i = 0; i < 32; i += 2) {
      const symbol = multiply(factor, (bytes[i] ?? 0) * 256 + (bytes[i + 1] ?? 0));
      chunk[i] = (chunk[i] ?? 0) ^ (symbol >> 8);
      chunk[i + 1] = (chunk[i + 1] ?? 0) ^ (symbol & 255);
    }
  }
  return chunk;
}

/** Chunk number `place` of a message. */
export function encodeChunk(message: Uint8Array, place: number): Raw {
  const known = new Map<number, Uint8Array>();
  for (let at = 0; at < message.length; at += 32) known.set(at / 32, message.subarray(at, at + 32));
  return chunkAt(known, place);
}

/** The message of any `count` of its chunks. */
export function decodeChunks(known: ReadonlyMap<number, Uint8Array>, count: number): Raw {
  const message = new Uint8Array(count * 32);
  const enough = new Map([...known].slice(0, count));
  for (let place = 0; place < count; place++) message.set(chunkAt(enough, place), place * 32);
  return message;
}
