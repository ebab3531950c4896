/** Reading a room from its storage: the log, the keys and the views, as they were left. */
import { type Bytes, type Ciphertext, equalBytes } from "@coterie/bytes";
import type { AdmittedBlock } from "@coterie/oplog";
import { Keyring } from "../epochs/keyring.ts";
import { HistoryDroppedError, NoRoomError } from "../errors.ts";
import { decodeGenesis, deriveLogId, type Genesis } from "../membership/genesis.ts";
import type { SnapshotBase } from "../checkpoint/snapshot-base.ts";
import { decodeKeptCheckpoint, type KeptCheckpoint } from "./checkpoint-keeper.ts";
import { decodeOwnRecord, emptyOwnRecord, type OwnRecord } from "./own-record.ts";
import { decodeOwnWriter, type OwnWriter } from "./own-writer.ts";
import { ContextArchive } from "./context-archive.ts";
import { findBelow } from "./find-below.ts";
import type { CheckpointStart } from "./restore-start.ts";
import { RoomLog } from "./room-log.ts";
import type { RoomDeps, RoomParts } from "./room-parts.ts";
import { type PlacedBytes, RoomStore } from "./room-store.ts";
import { RoomViews } from "./room-views.ts";
import type { GetChunk } from "./snapshots.ts";
import { hasReadable } from "./unread-epochs.ts";

/** A room's parts, and who writes in it here. */
export interface LoadedRoom {
  readonly parts: RoomParts;
  readonly writer: OwnWriter | undefined;
  readonly record: OwnRecord;
  /** Writes while nobody has confirmed the writer: of a room that was open before in this run. */
  readonly substitute?: OwnWriter | undefined;
  /** The first position in the storage that opening from the kept checkpoint needs. */
  readonly firstNeeded: number;
}

/** Which room, and from where on. */
export interface LoadInput {
  readonly logId: Bytes;
  /** `floor`: from the earliest place that there is. */
  readonly from: "checkpoint" | "genesis" | "floor";
}

/** What a room is put together from. */
export interface GatheredFrom {
  readonly genesis: Genesis;
  readonly storage: RoomStore;
  readonly keyring: Keyring;
  readonly start?: CheckpointStart | undefined;
  /** What of the contexts is kept under which names. */
  readonly place?: CheckpointPlace | undefined;
  /** Of a snapshot that is joined by now, and is not kept yet. */
  readonly base?: SnapshotBase | undefined;
  readonly getChunk?: GetChunk | undefined;
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
  const place = from === "floor" ? floorPlace : newestPlace;
  const kept = from === "genesis" ? undefined : await loadCheckpoint(deps, { storage, place });
  if (kept === undefined && !(await storage.isWhole())) throw new HistoryDroppedError();
  const keyring = await storage.loadKeyring();
  const parts = await gather(deps, { genesis, storage, keyring, start: kept?.start, place });
  // Somebody handed on what the kept views lack.
  if (
    from === "checkpoint" &&
    kept !== undefined &&
    (await storage.isWhole()) &&
    hasReadable(parts.keyring, kept.unread)
  ) {
    parts.keyring.destroy();
    return await loadRoom(deps, { logId, from: "genesis" });
  }
  await restoreViews(parts, { kept, place });
  const placing = new Placing(parts);
  for (const position of kept?.open ?? []) await placing.take(await storage.readPlaced(position, 1));
  for await (const page of storage.pages(kept?.next ?? 0)) await placing.take(page);
  const encoded = await storage.load("writer");
  const writer = encoded && decodeOwnWriter(deps.primitives, encoded);
  encoded?.fill(0);
  const firstNeeded = kept === undefined ? 0 : Math.min(kept.open[0] ?? kept.next, kept.next);
  return { parts, writer, record, firstNeeded };
}

/** Under which names a checkpoint is kept. */
export interface CheckpointPlace {
  readonly checkpoint: "checkpoint" | "floor";
  readonly contexts: "contexts" | "floor-contexts";
  readonly view: "view" | "floor-view";
}

const newestPlace: CheckpointPlace = { checkpoint: "checkpoint", contexts: "contexts", view: "view" };
/** Of the earliest one. */
export const floorPlace: CheckpointPlace = { checkpoint: "floor", contexts: "floor-contexts", view: "floor-view" };

/** A kept checkpoint, where all views were kept with it: one that is new is made from the beginning. */
export async function loadCheckpoint(
  deps: RoomDeps,
  { storage, place = newestPlace }: { readonly storage: RoomStore; readonly place?: CheckpointPlace },
): Promise<KeptCheckpoint | undefined> {
  const bytes = await storage.load(place.checkpoint);
  if (bytes === undefined) return undefined;
  for (const name of Object.keys(deps.views))
    if ((await storage.load(`${place.view}/${name}`)) === undefined) return undefined;
  return decodeKeptCheckpoint(deps.primitives, { logId: storage.logId, bytes });
}

async function restoreViews(
  { views, storage }: RoomParts,
  { kept, place }: { readonly kept: KeptCheckpoint | undefined; readonly place: CheckpointPlace },
): Promise<void> {
  if (kept === undefined) return;
  for (const name of views.names)
    views.restore(name, { content: await storage.load(`${place.view}/${name}`), length: kept.position });
  for (const epochId of kept.unread) views.unread.add(epochId);
}

/** Takes stored blocks in again. They come in the order of their admission, but one may have been kept for another. */
class Placing {
  readonly #parts: RoomParts;
  /** Where those lie that were not admitted yet. */
  readonly #positions = new Map<Uint8Array, number>();

  constructor(parts: RoomParts) {
    this.#parts = parts;
  }

  async take(blocks: readonly PlacedBytes[]): Promise<void> {
    for (const { bytes, position } of blocks) this.#positions.set(bytes, position);
    const { admitted, missing } = this.#parts.log.receiveStored(blocks.map(({ bytes }) => bytes));
    this.#place(admitted);
    this.#place((await findBelow(this.#parts, missing)).admitted);
  }

  #place(admitted: readonly AdmittedBlock[]): void {
    for (const { index, envelope } of admitted) {
      const position = this.#positions.get(envelope.bytes);
      if (position === undefined) continue;
      this.#parts.storage.place(index, position);
      this.#positions.delete(envelope.bytes);
    }
  }
}

/** Puts a room together; the keyring as it was stored, or a new one. */
export async function gather(
  deps: RoomDeps,
  { keyring: stored, ...rest }: Omit<GatheredFrom, "keyring"> & { readonly keyring: Ciphertext<"keyring"> | undefined },
): Promise<RoomParts> {
  const { primitives, deviceKey } = deps;
  const { logId } = rest.storage;
  const keyring =
    stored === undefined
      ? new Keyring({ primitives }, { logId })
      : Keyring.import({ primitives }, { logId, deviceKey, stored });
  return await gatherWith(deps, { ...rest, keyring });
}

/** Puts a room together. */
export async function gatherWith(
  deps: RoomDeps,
  { genesis, storage, keyring, start, base, place = newestPlace, getChunk = deps.getChunk }: GatheredFrom,
): Promise<RoomParts> {
  const { primitives, random, deviceKey } = deps;
  const log = new RoomLog({ ...deps, keyring, identity: deps.identity.publicKey }, genesis, start);
  const views = new RoomViews({ log, store: storage, keyring }, deps.views);
  const exportKeyring = (): Ciphertext<"keyring"> => keyring.export({ random }, deviceKey);
  const archive = await ContextArchive.load(
    { primitives, storage, log, keyring, exportKeyring, getChunk },
    { joinedBy: base, name: place.contexts },
  );
  return { deps, log, keyring, storage, views, exportKeyring, archive };
}
