/** Reading a log by what a {@link ChainIndex} knows of it: the one implementation behind relays and peers that serve their own store. */
import { type Bytes, CoterieError } from "@coterie/bytes";
import { oplogLimits } from "../limits.ts";
import { type ChainIndex, compareHeads } from "./chain-index.ts";
import type { BlockReader, HeadsPage } from "./relay.ts";

/** Where the blocks lie, by the index's positions; a log store is one. */
export interface BlockSource {
  /** The first position that was not dropped. */
  readonly first: () => number;
  /** The position that the next block gets. */
  readonly length: () => number;
  /** At least one block, at most `limit`, from a position below `length`. */
  readonly read: (from: number, limit: number) => Promise<readonly Bytes[]>;
}

/** What a reader reads: every block of the source that is to be served is in the index. */
export interface ReadLog {
  readonly source: BlockSource;
  readonly index: ChainIndex;
}

/** Serves the blocks of `log`. Numbers beyond the limits are taken as the limits. */
export function createBlockReader(log: ReadLog): BlockReader {
  return {
    since: async ({ cursor, limit }) => {
      const end = log.index.end;
      const from = Math.max(cursor, log.source.first());
      if (from >= end) return { envelopes: [], next: Math.min(from, end), end };
      const wanted = Math.min(clamp(limit, oplogLimits.pageBlocks), end - from);
      const page = fitting(await log.source.read(from, wanted), wanted);
      return { envelopes: page, next: from + page.length, end };
    },
    find: async ({ hashes }) => await findBlocks(log, hashes.slice(0, oplogLimits.hashesPerFind)),
    range: async ({ writer, from, limit }) => {
      const wanted = clamp(limit, oplogLimits.pageBlocks);
      // One more tells whether the page ends inside of a seq.
      const found = log.index.range({ writer, from, limit: wanted + 1 });
      const blocks = await readAll(log, found.slice(0, wanted));
      return wholeSeqs(found, blocks);
    },
    heads: async ({ after, limit }) => headsOf(log.index, { after, limit: clamp(limit, oplogLimits.pageHeads) }),
  };
}

function headsOf(index: ChainIndex, { after, limit }: Parameters<BlockReader["heads"]>[0]): HeadsPage {
  const all = index.heads();
  const rest = after === undefined ? all : all.filter((head) => compareHeads(head, after) > 0);
  return { heads: rest.slice(0, limit), hasMore: rest.length > limit, end: index.end };
}

async function findBlocks({ source, index }: ReadLog, hashes: readonly Bytes[]): Promise<(Bytes | undefined)[]> {
  const found: (Bytes | undefined)[] = [];
  let lengthBytes = 0;
  for (const hash of hashes) {
    const position = index.find(hash);
    const block = position === undefined ? undefined : await readOne(source, position);
    lengthBytes += block?.length ?? 0;
    if (found.some((earlier) => earlier !== undefined) && lengthBytes > oplogLimits.pageBytes) break;
    found.push(block);
  }
  return found;
}

/** Undefined for what was dropped, and for what the device cannot read any more: others may have it. */
async function readOne(source: BlockSource, position: number): Promise<Bytes | undefined> {
  if (position < source.first()) return undefined;
  try {
    return (await source.read(position, 1))[0];
  } catch (error) {
    if (error instanceof CoterieError) return undefined;
    throw error;
  }
}

interface FoundBlock {
  readonly position: number;
  readonly seq: number;
}

/** The blocks at these positions, in order, as many as fit; it stops at one that cannot be read. */
async function readAll({ source }: ReadLog, found: readonly FoundBlock[]): Promise<Bytes[]> {
  const blocks: Bytes[] = [];
  let lengthBytes = 0;
  for (let at = 0; at < found.length; ) {
    const first = found[at]?.position ?? 0;
    let run = 1;
    while (found[at + run]?.position === first + run) run += 1;
    const page = run === 1 ? [await readOne(source, first)] : await readRun(source, { first, run });
    if (page.length === 0) return blocks;
    for (const block of page) {
      lengthBytes += block?.length ?? 0;
      if (block === undefined || (blocks.length > 0 && lengthBytes > oplogLimits.pageBytes)) return blocks;
      blocks.push(block);
      at += 1;
    }
  }
  return blocks;
}

async function readRun(
  source: BlockSource,
  { first, run }: { readonly first: number; readonly run: number },
): Promise<readonly (Bytes | undefined)[]> {
  try {
    if (first >= source.first()) return await source.read(first, run);
  } catch (error) {
    if (!(error instanceof CoterieError)) throw error;
  }
  return [await readOne(source, first)];
}

/** Leaves out the blocks of the last seq where not all of them are there, unless nothing would remain. */
function wholeSeqs(found: readonly FoundBlock[], blocks: readonly Bytes[]): readonly Bytes[] {
  const next = found[blocks.length];
  if (next === undefined) return blocks;
  const cut = found.findIndex(({ seq }) => seq === next.seq);
  return cut > 0 ? blocks.slice(0, cut) : blocks;
}

function fitting(blocks: readonly Bytes[], limit: number): readonly Bytes[] {
  let lengthBytes = 0;
  const tooMany = blocks.findIndex(({ length }, i) => {
    lengthBytes += length;
    return i > 0 && lengthBytes > oplogLimits.pageBytes;
  });
  return blocks.slice(0, Math.min(limit, tooMany < 0 ? blocks.length : tooMany));
}

function clamp(limit: number, most: number): number {
  return Math.max(1, Math.min(limit, most));
}
