/** A relay's log as it pretends it to be: some of its blocks left out, or only the first ones. */
import { type Bytes, equalBytes } from "@coterie/bytes";
import type { Primitives } from "@coterie/primitives";
import { type Envelope, tryDecodeEnvelope } from "../../format/envelope.ts";
import { oplogLimits } from "../../limits.ts";
import { createBlockReader } from "../block-reader.ts";
import { ChainIndex } from "../chain-index.ts";
import type { BlockReader } from "../relay.ts";

/** Which blocks are shown: all are given, in their order. */
export type LogView = (blocks: readonly Envelope[]) => readonly Envelope[];

/** The log as it was when it had `count` blocks: a shortened log, old heads. */
export function firstBlocks(count: number): LogView {
  return (blocks) => blocks.slice(0, count);
}

/** The log without a writer. */
export function withoutWriter(writer: Uint8Array): LogView {
  return (blocks) => blocks.filter(({ header }) => !equalBytes(header.writer, writer));
}

/** The log without some blocks: what is withheld, or one side of a fork. */
export function withoutBlocks(hashes: readonly Uint8Array[]): LogView {
  return (blocks) => blocks.filter(({ hash }) => !hashes.some((hidden) => equalBytes(hidden, hash)));
}

/** Reads `reader`'s log through `view`. */
export async function readThrough(
  { sha256 }: Pick<Primitives, "sha256">,
  { reader, view }: { readonly reader: BlockReader; readonly view: LogView },
): Promise<BlockReader> {
  const shown = view((await readAll(reader)).flatMap((bytes) => tryDecodeEnvelope({ sha256 }, bytes) ?? []));
  const index = new ChainIndex();
  for (const block of shown) index.add(block);
  const envelopes = shown.map(({ bytes }) => bytes);
  const source = {
    first: () => 0,
    length: () => envelopes.length,
    read: async (from: number, limit: number) => envelopes.slice(from, from + limit),
  };
  return createBlockReader({ source, index });
}

async function readAll(reader: BlockReader): Promise<readonly Bytes[]> {
  const blocks: Bytes[] = [];
  for (let cursor = 0; ; ) {
    const { envelopes, next, end } = await reader.since({ cursor, limit: oplogLimits.pageBlocks });
    blocks.push(...envelopes);
    if (next >= end || next <= cursor) return blocks;
    cursor = next;
  }
}
