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
import type { Primitives } from "@coterie/primitives";
import type { Room } from "./room.ts";
import type { RoomLog } from "./room-log.ts";
import type { RoomParts } from "./room-parts.ts";
import { findStored } from "./stored-blocks.ts";
import type { RoomStore } from "./room-store.ts";

type Served = Pick<RoomParts, "log" | "storage" | "archive">;

/** The parts of a room that sync reaches. */
export interface SyncHostDeps {
  readonly primitives: Pick<Primitives, "sha256" | "verify">;
  readonly room: Pick<Room, "receive" | "confirmOwnHead">;
  /** Those of now: others take their place where a writer is given up. */
  readonly parts: () => Served;
  readonly ownWriter: SyncHost["ownWriter"];
  readonly giveUpWriter: Required<SyncHost>["giveUpWriter"];
  readonly onAlarm: (alarm: SyncAlarm) => void;
}

/** The port of a room to a `Syncer`. */
export function createSyncHost({ primitives, room, parts, ownWriter, giveUpWriter, onAlarm }: SyncHostDeps): SyncHost {
  return {
    receive: async (envelopes): Promise<ReceiveResult> => {
      const { missing, refused, forks } = await room.receive(envelopes);
      const forged = refused.flatMap((refusal) => (refusal.reason === "bad-signature" ? [refusal.hash] : []));
      const pairs = await Promise.all(forks.map((fork) => readFork(parts().storage, fork.blocks)));
      const hasForgotten = refused.some(({ reason }) => reason === "crowded-out");
      return { missing, forged, forks: pairs.flatMap((pair) => pair ?? []), hasForgotten };
    },
    missing: () => Promise.resolve(parts().log.waiting.missing),
    copiesWanted: async () => {
      const { log, storage } = parts();
      return await log.forkReports.findUnsigned({ primitives, storage });
    },
    store: createRoomReader(parts),
    base: () => {
      const { log } = parts();
      return Promise.resolve(log.baseHeads().map((block) => headAt(log, block)));
    },
    knows: async (hash) => {
      const { log, archive } = parts();
      return log.dag.find(hash) !== undefined || (log.beganWithCheckpoint && (await archive.find(hash)) !== undefined);
    },
    ownWriter,
    giveUpWriter,
    headsCompared: async () => void (await room.confirmOwnHead(undefined)),
    load: async () => await parts().storage.load("sync"),
    save: async (state) => await parts().storage.saveAlone("sync", state),
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
function createRoomReader(parts: () => Served): BlockReader {
  return {
    since: async ({ cursor, limit }) => {
      const { storage } = parts();
      const end = storage.length;
      const from = Math.max(cursor, storage.first);
      if (from >= end) return { envelopes: [], next: Math.min(from, end), end };
      const wanted = Math.min(Math.max(1, limit), oplogLimits.pageBlocks, end - from);
      return { ...(await storage.read(from, wanted)), end };
    },
    find: async ({ hashes }) => {
      const asked = hashes.slice(0, oplogLimits.hashesPerFind);
      return await Promise.all(asked.map(async (hash) => await findStored(parts(), hash)));
    },
    range: async (range) => await readRange(parts(), range),
    heads: async ({ after, limit }) => {
      const { storage } = parts();
      const all = await headsOf(parts());
      const rest = after === undefined ? all : all.filter((head) => compareHeads(head, after) > 0);
      const wanted = Math.min(Math.max(1, limit), oplogLimits.pageHeads);
      return { heads: rest.slice(0, wanted), hasMore: rest.length > wanted, end: storage.length };
    },
  };
}

async function readRange(
  { log, storage }: Served,
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

/** The last blocks of all branches of all writers, in their order, and where they begin here. */
async function headsOf({ log, storage }: Served): Promise<readonly WriterHead[]> {
  const isWhole = await storage.isWhole();
  const heads: WriterHead[] = [];
  for (let number = 0; number < log.dag.writers; number++)
    for (const tip of log.headsOf(number)) {
      const from = isWhole ? 0 : firstSeqOf({ log, storage }, tip);
      heads.push(from === 0 ? headAt(log, tip) : { ...headAt(log, tip), from });
    }
  return heads.sort(compareHeads);
}

/** From which seq on the chain up to a block is stored here. */
function firstSeqOf({ log: { dag }, storage }: Pick<Served, "log" | "storage">, tip: BlockIndex): number {
  let seq = dag.seq(tip);
  const isStored = (block: BlockIndex | undefined): boolean =>
    block !== undefined && storage.findPosition(block) !== undefined;
  while (seq > 0 && isStored(dag.firstOf(dag.writer(tip), seq - 1))) seq -= 1;
  return seq;
}

function headAt({ dag }: RoomLog, block: BlockIndex): WriterHead {
  return { writer: dag.writerKey(dag.writer(block)), seq: dag.seq(block), hash: dag.hash(block) };
}
