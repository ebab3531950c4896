/** Beginning, opening and joining rooms. */
import { type Bytes, type Ciphertext, equalBytes } from "@coterie/bytes";
import { Keyring } from "../epochs/keyring.ts";
import { HistoryDroppedError, NoRoomError, NotEmptyError } from "../errors.ts";
import {
  createGenesis,
  decodeGenesis,
  deriveLogId,
  encodeGenesis,
  type Genesis,
  type RoomMode,
} from "../membership/genesis.ts";
import { decodeOwnWriter, encodeOwnWriter, generateOwnWriter, type OwnWriter } from "./own-writer.ts";
import { encodeCheckpointState } from "../checkpoint/checkpoint-state.ts";
import { decodeKeptCheckpoint, encodeKeptCheckpoint, type KeptCheckpoint } from "./checkpoint-keeper.ts";
import type { ContextSource } from "./context-source.ts";
import type { CheckpointStart } from "./restore-start.ts";
import { Room } from "./room.ts";
import { RoomLog } from "./room-log.ts";
import type { RoomDeps, RoomParts } from "./room-parts.ts";
import { RoomStore, type StateName } from "./room-store.ts";
import { RoomViews } from "./room-views.ts";
import { hasReadable } from "./unread-epochs.ts";

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
  { logId, from }: { readonly logId: Bytes; readonly from: "checkpoint" | "genesis" },
): Promise<Room> {
  const storage = new RoomStore(deps, { logId });
  const stored = await storage.load("genesis");
  if (stored === undefined) throw new NoRoomError();
  const genesis = decodeGenesis(deps.primitives, stored);
  if (!equalBytes(deriveLogId(deps.primitives, genesis), logId)) throw new NoRoomError();
  const encoded = await storage.load("writer");
  const keyring = await storage.loadKeyring();
  const kept = from === "checkpoint" ? await loadCheckpoint(deps, storage) : undefined;
  if (kept === undefined && !storage.isWhole) throw new HistoryDroppedError();
  const parts = gather(deps, { genesis, storage, keyring, start: kept?.start });
  // Somebody handed on what the kept views lack.
  if (kept !== undefined && storage.isWhole && hasReadable(parts.keyring, kept.unread)) {
    parts.keyring.destroy();
    encoded?.fill(0);
    return await openRoom(deps, { logId, from: "genesis" });
  }
  await restoreViews(parts, kept);
  for (const position of kept?.open ?? []) {
    const block = await storage.readAt(position);
    if (block !== undefined) placeAdmitted(parts, { at: position, blocks: [block] });
  }
  for await (const page of storage.pages(kept?.next ?? 0)) placeAdmitted(parts, page);
  const writer = encoded && decodeOwnWriter(deps.primitives, encoded);
  encoded?.fill(0);
  return new Room(parts, writer);
}

/** The newest checkpoint, where all views were kept with it: one that is new is made from the beginning. */
async function loadCheckpoint(deps: RoomDeps, storage: RoomStore): Promise<KeptCheckpoint | undefined> {
  const bytes = await storage.load("checkpoint");
  if (bytes === undefined) return undefined;
  for (const name of Object.keys(deps.views)) if ((await storage.load(`view/${name}`)) === undefined) return undefined;
  return decodeKeptCheckpoint(deps.primitives, { logId: storage.logId, bytes });
}

async function restoreViews({ views, storage }: RoomParts, kept: KeptCheckpoint | undefined): Promise<void> {
  if (kept === undefined) return;
  for (const name of views.names)
    views.restore(name, { content: await storage.load(`view/${name}`), length: kept.position });
  for (const epochId of kept.unread) views.unread.add(epochId);
}

/** Takes stored blocks in again. They come in the order of their admission, but one may have been kept for another. */
function placeAdmitted(
  { log, storage }: RoomParts,
  { at, blocks }: { readonly at: number; readonly blocks: readonly Ciphertext<"block">[] },
): void {
  const positions = new Map<Uint8Array, number>(blocks.map((block, i) => [block, at + i]));
  for (const { index, envelope } of log.receiveStored(blocks).admitted) {
    const position = positions.get(envelope.bytes);
    if (position !== undefined) storage.place(index, position);
  }
}

/** A room in an empty storage that goes on from a verified checkpoint. For `joinFromSnapshot`. */
export async function beginFromCheckpoint(
  deps: RoomDeps,
  {
    genesis,
    start,
    views,
    keyring,
    contexts,
  }: {
    readonly genesis: Genesis;
    readonly start: CheckpointStart;
    readonly views: ReadonlyMap<string, Bytes>;
    readonly keyring: Keyring;
    readonly contexts: ContextSource;
  },
): Promise<Room> {
  const storage = await emptyStorage(deps, genesis);
  const parts = { ...gatherWith(deps, { genesis, storage, keyring, start }), contexts };
  const { position } = start.state;
  const pieces = new Map<StateName, Bytes>([["genesis", encodeGenesis(genesis)]]);
  const state = encodeCheckpointState(start.state);
  pieces.set("checkpoint", encodeKeptCheckpoint({ ...start, state, position, open: [], next: 0, unread: [] }));
  for (const name of parts.views.names) {
    parts.views.restore(name, { content: views.get(name), length: position });
    pieces.set(`view/${name}`, views.get(name) ?? parts.views.encode(name).content);
  }
  await storage.save(pieces, parts.exportKeyring());
  return new Room(parts, undefined);
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
  const parts = gather(deps, { genesis, storage, keyring: undefined });
  const pieces = new Map<"genesis" | "writer", Bytes>([["genesis", encodeGenesis(genesis)]]);
  if (writer !== undefined) pieces.set("writer", encodeOwnWriter(writer));
  await storage.save(pieces, parts.exportKeyring());
  pieces.get("writer")?.fill(0);
  return new Room(parts, writer);
}

function gather(
  deps: RoomDeps,
  { keyring: stored, ...rest }: Omit<GatheredFrom, "keyring"> & { readonly keyring: Ciphertext<"keyring"> | undefined },
): RoomParts {
  const { primitives, deviceKey } = deps;
  const { logId } = rest.storage;
  const keyring =
    stored === undefined
      ? new Keyring({ primitives }, { logId })
      : Keyring.import({ primitives }, { logId, deviceKey, stored });
  return gatherWith(deps, { ...rest, keyring });
}

interface GatheredFrom {
  readonly genesis: Genesis;
  readonly storage: RoomStore;
  readonly keyring: Keyring;
  readonly start?: CheckpointStart | undefined;
}

function gatherWith(deps: RoomDeps, { genesis, storage, keyring, start }: GatheredFrom): RoomParts {
  const { random, deviceKey } = deps;
  const log = new RoomLog({ ...deps, keyring, identity: deps.identity.publicKey }, genesis, start);
  const views = new RoomViews({ log, store: storage, keyring }, deps.views);
  const exportKeyring = (): Ciphertext<"keyring"> => keyring.export({ random }, deviceKey);
  return { deps, log, keyring, storage, views, exportKeyring, contexts: undefined };
}
