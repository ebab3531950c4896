/** What a device keeps of each relay between processes (docs/protocol/rooms.md §10.5). */
import { type Bytes, CoterieError, decodeUtf8, encodeUtf8 } from "@coterie/bytes";
import { MalformedBlockError, SyncStateError } from "../../errors.ts";
import { ByteReader } from "../../format/byte-reader.ts";
import { ByteWriter } from "../../format/byte-writer.ts";
import type { WriterHead } from "../relay.ts";
import { TipTable } from "./tip-table.ts";

/** What is remembered of one relay. */
export interface RelayMemory {
  /** Its blocks before this place were received. */
  cursor: number;
  /** The blocks of the own store before this place are there as well. */
  pushCursor: number;
  /** The heads that it showed last, and what it acknowledged since. */
  readonly tips: TipTable;
  /** Heads that it showed once, and shows no more. */
  withdrawn: readonly WriterHead[];
}

/** What is kept. */
export interface SyncState {
  readonly relays: Map<string, RelayMemory>;
  /** Own keys that wrote more than this device knows: nothing of them is sent any more. */
  readonly stoppedWriters: readonly Bytes[];
}

/** Nothing seen yet. */
export function emptyMemory(): RelayMemory {
  return { cursor: 0, pushCursor: 0, tips: new TipTable(), withdrawn: [] };
}

const version = 1;

/** The state as it is kept. */
export function encodeSyncState({ relays, stoppedWriters }: SyncState): Bytes {
  const writer = new ByteWriter(1_024).byte(version).varint(stoppedWriters.length);
  for (const key of stoppedWriters) writer.bytes(key);
  writer.varint(relays.size);
  for (const [id, { cursor, pushCursor, tips, withdrawn }] of relays) {
    writer.sizedBytes(encodeUtf8(id)).varint(cursor).varint(pushCursor);
    for (const heads of [tips.all(), withdrawn]) {
      writer.varint(heads.length);
      for (const head of heads) writer.bytes(head.writer).varint(head.seq).bytes(head.hash);
    }
  }
  return writer.finish();
}

/**
 * The state from where it was kept.
 * @throws SyncStateError where it is damaged: a device that cannot read what it remembers does not go on as if it had seen nothing
 */
export function decodeSyncState(bytes: Uint8Array): SyncState {
  try {
    const reader = new ByteReader(bytes);
    if (reader.byte() !== version) throw new SyncStateError();
    const stoppedWriters = readTimes(reader, () => reader.bytes(32).slice());
    const relays = new Map(readTimes(reader, () => readRelay(reader)));
    reader.end();
    return { relays, stoppedWriters };
  } catch (error) {
    if (error instanceof MalformedBlockError) throw new SyncStateError();
    if (error instanceof CoterieError && error.code.startsWith("bytes/")) throw new SyncStateError();
    throw error;
  }
}

function readRelay(reader: ByteReader): readonly [string, RelayMemory] {
  const id = decodeUtf8(reader.sizedBytes());
  const memory = { ...emptyMemory(), cursor: reader.varint(), pushCursor: reader.varint() };
  memory.tips.reset(readTimes(reader, () => readHead(reader)));
  return [id, { ...memory, withdrawn: readTimes(reader, () => readHead(reader)) }];
}

function readHead(reader: ByteReader): WriterHead {
  return { writer: reader.bytes(32).slice(), seq: reader.varint(), hash: reader.bytes(32).slice() };
}

function readTimes<Entry>(reader: ByteReader, read: () => Entry): Entry[] {
  const entries: Entry[] = [];
  for (let count = reader.varint(); count > 0; count--) entries.push(read());
  return entries;
}
