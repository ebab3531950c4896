/**
 * Contexts as a device keeps them for itself (docs/protocol/rooms.md §9): in the order in which blocks became final, each with the place of its block
 * in the storage, in pages that are searched by hash.
 */
import { type Bytes, concatBytes, equalBytes } from "@coterie/bytes";
import { ByteReader, ByteWriter, varintLength } from "@coterie/oplog";
import { type BlockContext, decodeContext, encodeContext, type RawContext, readRawContext } from "./context.ts";
import type { ControlNumbers } from "./control-numbers.ts";

/** A context, and where the block is; undefined where only the context is here. */
export interface KeptContext {
  readonly context: BlockContext;
  readonly position: number | undefined;
}

/** A page that has reached this length gets no more contexts. */
export const contextPageBytes = 524_288;

/** An offset within a page is less: what is kept of a context in the index is the beginning of its hash, then the offset. */
const offsetFactor = 2 ** 20;

/** `varint (0, or 1 + position) || context`. */
export function encodeKeptContext(numbers: ControlNumbers, { context, position }: KeptContext): Bytes {
  const place = position === undefined ? 0 : position + 1;
  return concatBytes(new ByteWriter(varintLength(place)).varint(place).finish(), encodeContext(numbers, context));
}

/** The contexts of a page, in their order, and where each begins. Throws MalformedBlockError. */
export function* readPage(page: Uint8Array): Generator<RawContext & { readonly offset: number }> {
  const reader = new ByteReader(page);
  while (reader.remaining > 0) {
    const { offset } = reader;
    reader.varint();
    yield { offset, ...readRawContext(page, reader) };
  }
}

/** What finds contexts in a page: 8 bytes for each. */
export function indexPage(page: Uint8Array): Float64Array {
  const entries: number[] = [];
  for (const { offset, hash } of readPage(page)) entries.push(prefixOf(hash) * offsetFactor + offset);
  return Float64Array.from(entries).sort();
}

/** Where contexts may be whose hash begins as this one does. */
export function* findInIndex(index: Float64Array, hash: Uint8Array): Generator<number> {
  const least = prefixOf(hash) * offsetFactor;
  let [low, high] = [0, index.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((index[middle] ?? 0) < least) low = middle + 1;
    else high = middle;
  }
  for (let at = low; (index[at] ?? Number.POSITIVE_INFINITY) < least + offsetFactor; at++)
    yield (index[at] ?? 0) - least;
}

/** The context at an offset, if it is the one of this hash. */
export function readPageAt(
  numbers: ControlNumbers,
  { page, offset, hash }: { readonly page: Uint8Array; readonly offset: number; readonly hash: Uint8Array },
): KeptContext | undefined {
  const reader = new ByteReader(page, offset);
  const place = reader.varint();
  const isIt = equalBytes(page.subarray(reader.offset, reader.offset + 32), hash);
  return isIt ? { context: decodeContext(numbers, reader), position: place === 0 ? undefined : place - 1 } : undefined;
}

function prefixOf(hash: Uint8Array): number {
  return new DataView(hash.buffer, hash.byteOffset, hash.byteLength).getUint32(0);
}
