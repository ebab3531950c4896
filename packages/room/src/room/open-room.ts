/** Beginning, opening and joining rooms. */
import type { Bytes } from "@coterie/bytes";
import type { Keyring } from "../epochs/keyring.ts";
import { NoRoomError, NotEmptyError } from "../errors.ts";
import {
  createGenesis,
  decodeGenesis,
  deriveLogId,
  encodeGenesis,
  type Genesis,
  type RoomMode,
} from "../membership/genesis.ts";
import { encodeOwnWriter, generateOwnWriter, type OwnWriter } from "./own-writer.ts";
import { encodeCheckpointState } from "../checkpoint/checkpoint-state.ts";
import { encodeKeptCheckpoint } from "./checkpoint-keeper.ts";
import { encodeSnapshotBase, type SnapshotBase } from "../checkpoint/snapshot-base.ts";
import { floorNames } from "./floor.ts";
import { gather, gatherWith, loadRoom } from "./load-room.ts";
import { emptyOwnRecord } from "./own-record.ts";
import type { CheckpointStart } from "./restore-start.ts";
import { Room } from "./room.ts";
import type { RoomDeps } from "./room-parts.ts";
import { RoomStore, type StateName } from "./room-store.ts";
import { encodeSealedBlocks } from "./sealed-blocks.ts";
import type { GetChunk } from "./snapshots.ts";

/** What a founder decides. */
export interface NewRoomInput {
  /** How many indexers make a quorum, for the life of the room. */
  readonly mode: RoomMode;
  /** Final blocks from one checkpoint to the next. */
  readonly checkpointInterval: number;
}

/**
 * A new room, whose founder, only admin and only indexer is this device's member. Its first epoch is begun at once, so that outsiders can seal
 * to it.
 * @throws NotEmptyError where the storage holds a room already
 */
export async function createRoom(deps: RoomDeps, { mode, checkpointInterval }: NewRoomInput): Promise<Room> {
  const { primitives, random, identity } = deps;
  const [sealing] = deps.sealingKeys();
  if (sealing === undefined) throw new NoRoomError();
  const writer = generateOwnWriter(primitives, random);
  const genesis = createGenesis(deps, {
    identity: identity.publicKey,
    sealingKey: sealing.publicKey,
    writer: writer.keyPair.publicKey,
    mode,
    checkpointInterval,
  });
  const room = await begin(deps, { genesis, writer });
  await room.rotateNow();
  return room;
}

/**
 * A room that others founded. Nothing of it is here yet: give it the blocks of a relay or of a peer. It becomes readable with the block that
 * seals an entry to this member.
 * @throws MalformedRoomError where `genesis` is none; NotEmptyError
 */
export async function joinRoom(deps: RoomDeps, { genesis }: { readonly genesis: Bytes }): Promise<Room> {
  return await begin(deps, { genesis: decodeGenesis(deps.primitives, genesis), writer: undefined });
}

/**
 * The room in this device's storage, as it was left, also after a crash. From its newest checkpoint it is there at once; from the genesis every
 * block is taken in again: for new views, and where a block links to what is below the checkpoint.
 * @throws NoRoomError where there is none; HistoryDroppedError where a view is new, or the genesis asked for, and old blocks were dropped; DeviceStateDamagedError, UnreadableKeyringError; StoreDamagedError where blocks are damaged
 */
export async function openRoom(
  deps: RoomDeps,
  input: { readonly logId: Bytes; readonly from: "checkpoint" | "genesis" },
): Promise<Room> {
  const room = new Room(await loadRoom(deps, input));
  await room.resume();
  return room;
}

/** A room in an empty storage that goes on from a verified checkpoint. For `joinFromSnapshot`. */
export async function beginFromCheckpoint(
  deps: RoomDeps,
  {
    genesis,
    start,
    views,
    keyring,
    base,
    sealed,
    getChunk,
  }: {
    readonly genesis: Genesis;
    readonly start: CheckpointStart;
    readonly views: ReadonlyMap<string, Bytes>;
    readonly keyring: Keyring;
    readonly base: SnapshotBase;
    readonly sealed: readonly Bytes[];
    readonly getChunk: GetChunk;
  },
): Promise<Room> {
  const storage = await emptyStorage(deps, genesis);
  const pieces = new Map<StateName, Bytes | undefined>([
    ["genesis", encodeGenesis(genesis)],
    ["snapshot", encodeSnapshotBase(base)],
    ["sealed", encodeSealedBlocks(sealed)],
  ]);
  const parts = await gatherWith(deps, { genesis, storage, keyring, start, base, getChunk });
  const { position } = start.state;
  const state = encodeCheckpointState(start.state);
  pieces.set("checkpoint", encodeKeptCheckpoint({ ...start, state, position, open: [], next: 0, unread: [] }));
  for (const name of parts.views.names) {
    parts.views.restore(name, { content: views.get(name), length: position });
    pieces.set(`view/${name}`, views.get(name) ?? parts.views.encode(name).content);
  }
  for (const [from, to] of floorNames(parts.views.names)) pieces.set(to, pieces.get(from));
  await storage.save(pieces, parts.exportKeyring());
  return new Room({ parts, writer: undefined, record: emptyOwnRecord, firstNeeded: 0 });
}

async function emptyStorage(deps: RoomDeps, genesis: Genesis): Promise<RoomStore> {
  if (deps.store.length() > 0) throw new NotEmptyError();
  const storage = new RoomStore(deps, { logId: deriveLogId(deps.primitives, genesis) });
  if ((await storage.load("genesis")) !== undefined) throw new NotEmptyError();
  return storage;
}

async function begin(
  deps: RoomDeps,
  { genesis, writer }: { readonly genesis: Genesis; readonly writer: OwnWriter | undefined },
): Promise<Room> {
  const storage = await emptyStorage(deps, genesis);
  const parts = await gather(deps, { genesis, storage, keyring: undefined });
  const pieces = new Map<"genesis" | "writer", Bytes>([["genesis", encodeGenesis(genesis)]]);
  if (writer !== undefined) pieces.set("writer", encodeOwnWriter(writer));
  await storage.save(pieces, parts.exportKeyring());
  pieces.get("writer")?.fill(0);
  return new Room({ parts, writer, record: emptyOwnRecord, firstNeeded: 0 });
}
