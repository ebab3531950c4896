/**
 * Messages that are sent as chunks of 32 bytes, any enough of which give the message back (docs/protocol/sessions.md §7.2). A
 * chunk is 16 symbols; each of the 16 columns is a polynomial whose values at 0, 1, 2 … are its symbols in the chunks. The first
 * chunks are the message itself.
 */
import { type Bytes, copyBytes } from "@coterie/bytes";
import { divide, multiply } from "./field.ts";

/** A chunk and its number. */
export interface Chunk {
  readonly index: number;
  /** 32 bytes. */
  readonly bytes: Bytes;
}

/** Chunks of one message that arrived, each number once, and how many are enough. */
export interface Collected {
  readonly needed: number;
  readonly chunks: readonly Chunk[];
}

/** Length of a chunk. */
export const chunkLengthBytes = 32;

/** The chunk number `index` of a message of a multiple of 32 bytes. */
export function encodeChunk(message: Uint8Array, index: number): Bytes {
  const count = message.length / chunkLengthBytes;
  if (index < count) return copyBytes(message.subarray(index * chunkLengthBytes, (index + 1) * chunkLengthBytes));
  const places = Array.from({ length: count }, (_, place) => place);
  const chunks = places.map((place) => message.subarray(place * chunkLengthBytes, (place + 1) * chunkLengthBytes));
  return evaluate({ places, chunks, weights: barycentricWeights(places) }, index);
}

/** Nothing collected yet of a message of `lengthBytes`, a multiple of 32. */
export function emptyCollection(lengthBytes: number): Collected {
  return { needed: lengthBytes / chunkLengthBytes, chunks: [] };
}

/** One chunk more; the same where its number is there already or nothing is missing. */
export function collectChunk(collected: Collected, chunk: Chunk): Collected {
  if (isComplete(collected) || collected.chunks.some(({ index }) => index === chunk.index)) return collected;
  return { needed: collected.needed, chunks: [...collected.chunks, chunk] };
}

/** Whether the message can be put together. */
export function isComplete({ needed, chunks }: Collected): boolean {
  return chunks.length >= needed;
}

/** The message of a complete collection. Whether it is the one that was sent, the MAC inside decides. */
export function assembleMessage({ needed, chunks }: Collected): Bytes {
  const message = new Uint8Array(needed * chunkLengthBytes);
  const used = chunks.slice(0, needed);
  const places = used.map(({ index }) => index);
  const points: Points = { places, chunks: used.map(({ bytes }) => bytes), weights: barycentricWeights(places) };
  for (let place = 0; place < needed; place++) {
    const known = used.find(({ index }) => index === place);
    message.set(known?.bytes ?? evaluate(points, place), place * chunkLengthBytes);
  }
  return message;
}

interface Points {
  readonly places: readonly number[];
  readonly chunks: readonly Uint8Array[];
  readonly weights: readonly number[];
}

/** 1 / product of the distances to all other places; subtraction is exclusive or. */
function barycentricWeights(places: readonly number[]): readonly number[] {
  return places.map((place) => {
    let product = 1;
    for (const other of places) if (other !== place) product = multiply(product, place ^ other);
    return divide(1, product);
  });
}

/** Lagrange's interpolation at a place that is none of the points. */
function evaluate({ places, chunks, weights }: Points, at: number): Bytes {
  let distances = 1;
  for (const place of places) distances = multiply(distances, at ^ place);
  const result = new Uint8Array(chunkLengthBytes);
  chunks.forEach((chunk, i) => {
    const factor = divide(multiply(distances, weights[i] ?? 0), at ^ (places[i] ?? 0));
    for (let offset = 0; offset < chunkLengthBytes; offset += 2) {
      const symbol = multiply(factor, ((chunk[offset] ?? 0) << 8) | (chunk[offset + 1] ?? 0));
      result[offset] = (result[offset] ?? 0) ^ (symbol >>> 8);
      result[offset + 1] = (result[offset + 1] ?? 0) ^ (symbol & 0xff);
    }
  });
  return result;
}
