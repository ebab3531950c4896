/** Beginning, opening and joining rooms. */
import { type Bytes, type Ciphertext, equalBytes } from "@coterie/bytes";
import { Keyring } from "../epochs/keyring.ts";
import { NoRoomError, NotEmptyError } from "../errors.ts";
import {
  createGenesis,
  decodeGenesis,
  deriveLogId,
  encodeGenesis,
  type Genesis,
  type RoomMode,
} from "../membership/genesis.ts";
import { decodeOwnWriter, encodeOwnWriter, generateOwnWriter, type OwnWriter } from "./own-writer.ts";
import { Room } from "./room.ts";
import { RoomLog } from "./room-log.ts";
import type { RoomDeps, RoomParts } from "./room-parts.ts";
import { RoomStore } from "./room-store.ts";
import { RoomViews } from "./room-views.ts";

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
 * The room in this device's storage, as it was left, also after a crash.
 * @throws NoRoomError where there is none; DeviceStateDamagedError, UnreadableKeyringError; StoreDamagedError where blocks are damaged
 */
export async function openRoom(deps: RoomDeps, { logId }: { readonly logId: Bytes }): Promise<Room> {
  const storage = new RoomStore(deps, { logId });
  const stored = await storage.load("genesis");
  if (stored === undefined) throw new NoRoomError();
  const genesis = decodeGenesis(deps.primitives, stored);
  if (!equalBytes(deriveLogId(deps.primitives, genesis), logId)) throw new NoRoomError();
  const encoded = await storage.load("writer");
  const keyring = await storage.loadKeyring();
  const parts = gather(deps, { genesis, storage, keyring });
  for await (const page of storage.pages()) parts.log.receive(page);
  const writer = encoded && decodeOwnWriter(deps.primitives, encoded);
  encoded?.fill(0);
  return new Room(parts, writer);
}

async function begin(
  deps: RoomDeps,
  { genesis, writer }: { readonly genesis: Genesis; readonly writer: OwnWriter | undefined },
): Promise<Room> {
  if (deps.store.length() > 0) throw new NotEmptyError();
  const storage = new RoomStore(deps, { logId: deriveLogId(deps.primitives, genesis) });
  if ((await storage.load("genesis")) !== undefined) throw new NotEmptyError();
  const parts = gather(deps, { genesis, storage, keyring: undefined });
  const pieces = new Map<"genesis" | "writer", Bytes>([["genesis", encodeGenesis(genesis)]]);
  if (writer !== undefined) pieces.set("writer", encodeOwnWriter(writer));
  await storage.save(pieces, parts.exportKeyring());
  pieces.get("writer")?.fill(0);
  return new Room(parts, writer);
}

function gather(
  deps: RoomDeps,
  {
    genesis,
    storage,
    keyring: stored,
  }: { readonly genesis: Genesis; readonly storage: RoomStore; readonly keyring: Ciphertext<"keyring"> | undefined },
): RoomParts {
  const { primitives, random, deviceKey } = deps;
  const logId = deriveLogId(primitives, genesis);
  const keyring =
    stored === undefined
      ? new Keyring({ primitives }, { logId })
      : Keyring.import({ primitives }, { logId, deviceKey, stored });
  const log = new RoomLog({ ...deps, keyring, identity: deps.identity.publicKey }, genesis);
  const views = new RoomViews({ log, store: storage }, deps.views);
  return { deps, log, keyring, storage, views, exportKeyring: () => keyring.export({ random }, deviceKey) };
}
