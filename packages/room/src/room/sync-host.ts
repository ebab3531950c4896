/** A room as the sync of @coterie/oplog wants it (docs/protocol/rooms.md §10.4): what comes goes in, what is here is served. */
import type { Bytes } from "@coterie/bytes";
import {
  type BlockIndex,
  type BlockReader,
  compareHeads,
  type ForkedBlocks,
  oplogLimits,
  type ReceiveResult,
  type SyncAlarm,
  type SyncHost,
  type WriterHead,
} from "@coterie/oplog";
import type { Room } from "./room.ts";
import type { RoomLog } from "./room-log.ts";
import type { RoomStore } from "./room-store.ts";

/** The parts of a room that sync reaches. */
export interface SyncHostDeps {
  readonly room: Pick<Room, "receive" | "writer" | "log">;
  readonly storage: RoomStore;
  readonly onAlarm: (alarm: SyncAlarm) => void;
}

/** The port of a room to a `Syncer`. */
export function createSyncHost({ room, storage, onAlarm }: SyncHostDeps): SyncHost {
  return {
    receive: async (envelopes): Promise<ReceiveResult> => {
      const { missing, refused, forks } = await room.receive(envelopes);
      const forged = refused.flatMap((refusal) => (refusal.reason === "bad-signature" ? [refusal.hash] : []));
      const pairs = await Promise.all(forks.map((fork) => readFork(storage, fork.blocks)));
      return { missing, forged, forks: pairs.flatMap((pair) => pair ?? []) };
    },
    missing: () => Promise.resolve(room.log.waiting.missing),
    store: createRoomReader({ log: room.log, storage }),
    base: () => Promise.resolve(room.log.baseHeads().map((block) => headAt(room.log, block))),
    ownWriter: () => room.writer,
    load: async () => await storage.load("sync"),
    save: async (state) => await storage.saveAlone("sync", state),
    onAlarm,
  };
}

async function readFork(
  storage: RoomStore,
  [one, other]: readonly [BlockIndex, BlockIndex],
): Promise<ForkedBlocks | undefined> {
  const [first, second] = [await storage.readBlock(one), await storage.readBlock(other)];
  return first === undefined || second === undefined ? undefined : { first, second };
}

/** What a device can serve: everything that it stores, found by the graph. Of what it only has contexts it knows the heads. */
function createRoomReader({ log, storage }: { readonly log: RoomLog; readonly storage: RoomStore }): BlockReader {
  return {
    since: async ({ cursor, limit }) => {
      const end = storage.length;
      const from = Math.max(cursor, storage.first);
      if (from >= end) return { envelopes: [], next: Math.min(from, end), end };
      const wanted = Math.min(Math.max(1, limit), oplogLimits.pageBlocks, end - from);
      const envelopes = await storage.read(from, wanted);
      return { envelopes, next: from + envelopes.length, end };
    },
    find: async ({ hashes }) =>
      await Promise.all(
        hashes.slice(0, oplogLimits.hashesPerFind).map(async (hash) => {
          const block = log.dag.find(hash);
          return block === undefined ? undefined : await storage.readBlock(block);
        }),
      ),
    range: async ({ writer, from, limit }) => await readRange({ log, storage }, { writer, from, limit }),
    heads: ({ after, limit }) => {
      const all = headsOf(log);
      const rest = after === undefined ? all : all.filter((head) => compareHeads(head, after) > 0);
      const wanted = Math.min(Math.max(1, limit), oplogLimits.pageHeads);
      return Promise.resolve({ heads: rest.slice(0, wanted), hasMore: rest.length > wanted, end: storage.length });
    },
  };
}

async function readRange(
  { log, storage }: { readonly log: RoomLog; readonly storage: RoomStore },
  { writer, from, limit }: { readonly writer: Bytes; readonly from: number; readonly limit: number },
): Promise<readonly Bytes[]> {
  const number = log.dag.writerIndex(writer);
  const blocks: Bytes[] = [];
  if (number === undefined) return blocks;
  let lengthBytes = 0;
  for (let seq = from; blocks.length < Math.min(limit, oplogLimits.pageBlocks); seq++) {
    const branches = log.dag.blocksOf(number, seq);
    if (branches.length === 0) break;
    for (const branch of branches) {
      const block = await storage.readBlock(branch);
      if (block === undefined) return blocks;
      lengthBytes += block.length;
      if (blocks.length > 0 && lengthBytes > oplogLimits.pageBytes) return blocks;
      blocks.push(block);
    }
  }
  return blocks;
}

/** The last blocks of all branches of all writers, in their order. */
function headsOf(log: RoomLog): readonly WriterHead[] {
  const { dag } = log;
  const heads: WriterHead[] = [];
  for (let number = 0; number < dag.writers; number++)
    for (const tip of log.headsOf(number)) heads.push(headAt(log, tip));
  return heads.sort(compareHeads);
}

function headAt({ dag }: RoomLog, block: BlockIndex): WriterHead {
  return { writer: dag.writerKey(dag.writer(block)), seq: dag.seq(block), hash: dag.hash(block) };
}
