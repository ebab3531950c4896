/**
 * The segments of the local store: files `000001.jsonl`, `000002.jsonl`, … of about 64 MiB. Each starts with a mark that
 * repeats the last one of the segment before, so that the newest segment alone tells where the store ends.
 */
import { open, readdir, rename, truncate } from "node:fs/promises";
import { join } from "node:path";
import { StoreDamagedError } from "../terminal/errors.ts";
import { sizeOf } from "../premises/private-files.ts";
import { findLastMark, type StoreMark } from "./store-mark.ts";

/** A place in the store: a segment's number, from 1, and an offset in its file. */
export interface StorePlace {
  readonly segment: number;
  readonly offset: number;
}

/** Where the store ends and what its last mark says. */
export interface StoreEnd {
  readonly mark: StoreMark;
  readonly place: StorePlace;
}

/** The mark of a store that holds nothing. */
export const emptyMark: StoreMark = { cursor: "", contacts: 0, conflicts: 0, customFields: [], formSchemas: [] };

/** The file of a segment. */
export function segmentPath(folder: string, segment: number): string {
  return join(folder, `${String(segment).padStart(6, "0")}.jsonl`);
}

/** The numbers of all segments, in order. Throws StoreDamagedError where one is missing in between. */
export async function listSegments(folder: string): Promise<number[]> {
  const names = await readdir(folder).catch(() => []);
  const segments = names
    .flatMap((name) => (/^\d{6}\.jsonl$/.test(name) ? [Number(name.slice(0, 6))] : []))
    .sort(byNumber);
  if (segments.some((segment, index) => segment !== index + 1)) {
    throw new StoreDamagedError(`a file is missing among the segments in ${folder}`);
  }
  return segments;
}

/** Where the store ends, read only: what is behind is not committed. */
export async function findStoreEnd(folder: string): Promise<StoreEnd> {
  const segments = await listSegments(folder);
  for (const segment of segments.toReversed()) {
    const found = await findSegmentEnd(folder, segment);
    if (found !== undefined) return { mark: found.mark, place: { segment, offset: found.endOffset } };
  }
  return { mark: emptyMark, place: { segment: 1, offset: 0 } };
}

/** Cuts off what is behind the last mark. What looks like damage, not like a torn write, is kept aside under another name. */
export async function repairStore(folder: string): Promise<StoreEnd> {
  const end = await findStoreEnd(folder);
  for (const segment of await listSegments(folder)) {
    const path = segmentPath(folder, segment);
    const size = (await sizeOf(path)) ?? 0;
    if (segment < end.place.segment) continue;
    if (segment > end.place.segment) {
      await rename(path, `${path}.torn`);
      continue;
    }
    if (size === end.place.offset) continue;
    const found = await findSegmentEnd(folder, segment);
    if (found?.sawDamage === true) await copyTail(path, { offset: end.place.offset, size });
    await truncate(path, end.place.offset);
  }
  return end;
}

async function findSegmentEnd(folder: string, segment: number): ReturnType<typeof findLastMark> {
  const path = segmentPath(folder, segment);
  const file = await open(path, "r");
  try {
    return await findLastMark(file, (await file.stat()).size);
  } finally {
    await file.close();
  }
}

async function copyTail(
  path: string,
  { offset, size }: { readonly offset: number; readonly size: number },
): Promise<void> {
  const source = await open(path, "r");
  try {
    const tail = Buffer.alloc(size - offset);
    await source.read(tail, 0, tail.length, offset);
    const aside = await open(`${path}.damaged-${offset}`, "w", 0o600);
    try {
      await aside.writeFile(tail);
    } finally {
      await aside.close();
    }
  } finally {
    await source.close();
  }
}

function byNumber(left: number, right: number): number {
  return left - right;
}
