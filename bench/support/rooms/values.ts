/** The values that both sides write: 98 bytes of JSON, as in conformance/interop/rooms-rivals/measure/figures.mjs. */
import { type Bytes, encodeUtf8 } from "@coterie/bytes";

const valueLengthBytes = 98;

/** The value with this number. */
export function valueOf(number: number): Bytes {
  const bare = JSON.stringify({ number, text: "" }).length;
  return encodeUtf8(JSON.stringify({ number, text: "x".repeat(valueLengthBytes - bare) }));
}

/** Blocks of `perBlock` values each, `count` values in all. */
export function* blocksOf(
  count: number,
  { perBlock = 1, from = 0 }: { readonly perBlock?: number; readonly from?: number } = {},
): Generator<readonly Bytes[]> {
  for (let at = 0; at < count; at += perBlock)
    yield Array.from({ length: Math.min(perBlock, count - at) }, (_, i) => valueOf(from + at + i));
}

/** `items` in lists of at most `size`. */
export function* inGroups<Item>(items: Iterable<Item>, size: number): Generator<Item[]> {
  let group: Item[] = [];
  for (const item of items) {
    if (group.push(item) < size) continue;
    yield group;
    group = [];
  }
  if (group.length > 0) yield group;
}
