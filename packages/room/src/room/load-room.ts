/** Reading a room from its storage: the log, the keys and the views, as they were left. */
import type { Bytes, Ciphertext } from "@coterie/bytes";
import { equalBytes } from "@coterie/bytes";
import { Keyring } from "../epochs/keyring.ts";
import { HistoryDroppedError, NoRoomError } from "../errors.ts";
import { decodeGenesis, deriveLogId, type Genesis } from "../membership/genesis.ts";
import { decodeKeptCheckpoint, type KeptCheckpoint } from "./checkpoint-keeper.ts";
import { decodeOwnRecord, emptyOwnRecord, type OwnRecord } from "./own-record.ts";
import { decodeOwnWriter, type OwnWriter } from "./own-writer.ts";
import type { CheckpointStart } from "./restore-start.ts";
import { RoomLog } from "./room-log.ts";
import type { RoomDeps, RoomParts } from "./room-parts.ts";
import { type PlacedBytes, RoomStore } from "./room-store.ts";
import { RoomViews } from "./room-views.ts";
import { hasReadable } from "./unread-epochs.ts";

/** A room's parts, and who writes in it here. */
export interface LoadedRoom {
  readonly parts: RoomParts;
  readonly writer: OwnWriter | undefined;
  readonly record: OwnRecord;
}

/** Which room, and from where on. */
export interface LoadInput {
  readonly logId: Bytes;
  readonly from: "checkpoint" | "genesis";
}

/** What a room is put together from. */
export interface GatheredFrom {
  readonly genesis: Genesis;
  readonly storage: RoomStore;
  readonly keyring: Keyring;
  readonly start?: CheckpointStart | undefined;
}

/** See `openRoom`, whose errors these are. */
export async function loadRoom(deps: RoomDeps, { logId, from }: LoadInput): Promise<LoadedRoom> {
  const storage = new RoomStore(deps, { logId });
  const stored = await storage.load("genesis");
  if (stored === undefined) throw new NoRoomError();
  const genesis = decodeGenesis(deps.primitives, stored);
  if (!equalBytes(deriveLogId(deps.primitives, genesis), logId)) throw new NoRoomError();
  const own = await storage.load("own");
  const record = own === undefined ? emptyOwnRecord : decodeOwnRecord(own);
  storage.takeBack(record.takenBack);
  const kept = from === "checkpoint" ? await loadCheckpoint(deps, storage) : undefined;
  if (kept === undefined && !storage.isWhole) throw new HistoryDroppedError();
  const parts = gather(deps, { genesis, storage, keyring: await storage.loadKeyring(), start: kept?.start });
  // Somebody handed on what the kept views lack.
  if (kept !== undefined && storage.isWhole && hasReadable(parts.keyring, kept.unread)) {
    parts.keyring.destroy();
    return await loadRoom(deps, { logId, from: "genesis" });
  }
  await restoreViews(parts, kept);
  for (const position of kept?.open ?? []) placeAdmitted(parts, await storage.readPlaced(position, 1));
  for await (const page of storage.pages(kept?.next ?? 0)) placeAdmitted(parts, page);
  const encoded = await storage.load("writer");
  const writer = encoded && decodeOwnWriter(deps.primitives, encoded);
  encoded?.fill(0);
  return { parts, writer, record };
}

/** The newest checkpoint, where all views were kept with it: one that is new is made from the beginning. */
export async function loadCheckpoint(deps: RoomDeps, storage: RoomStore): Promise<KeptCheckpoint | undefined> {
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
function placeAdmitted({ log, storage }: RoomParts, blocks: readonly PlacedBytes[]): void {
  const positions = new Map<Uint8Array, number>(blocks.map(({ bytes, position }) => [bytes, position]));
  for (const { index, envelope } of log.receiveStored(blocks.map(({ bytes }) => bytes)).admitted) {
    const position = positions.get(envelope.bytes);
    if (position !== undefined) storage.place(index, position);
  }
}

/** Puts a room together; the keyring as it was stored, or a new one. */
export function gather(
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

/** Puts a room together. */
export function gatherWith(deps: RoomDeps, { genesis, storage, keyring, start }: GatheredFrom): RoomParts {
  const { random, deviceKey } = deps;
  const log = new RoomLog({ ...deps, keyring, identity: deps.identity.publicKey }, genesis, start);
  const views = new RoomViews({ log, store: storage, keyring }, deps.views);
  const exportKeyring = (): Ciphertext<"keyring"> => keyring.export({ random }, deviceKey);
  return { deps, log, keyring, storage, views, exportKeyring, contexts: undefined };
}
