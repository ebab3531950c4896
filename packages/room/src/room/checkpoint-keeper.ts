/**
 * What a device keeps of its newest checkpoint, so that it opens a long room at once: the state, its views at that moment, and where the
 * blocks lie that were not final then (docs/protocol/rooms.md §8.2, §9).
 */
import { type Bytes, FieldReader, FieldWriter, MalformedBytesError } from "@coterie/bytes";
import type { BlockIndex } from "@coterie/oplog";
import type { Primitives } from "@coterie/primitives";
import { decodeCheckpointState } from "../checkpoint/checkpoint-state.ts";
import { decodeEraChain, encodeEraChain } from "../checkpoint/era-chain.ts";
import type { OwnCheckpoint } from "../checkpoint/checkpoint-book.ts";
import { MalformedRoomError } from "../errors.ts";
import { roomLimits } from "../limits.ts";
import type { CheckpointStart } from "./restore-start.ts";
import type { ContextArchive } from "./context-archive.ts";
import type { RoomLog } from "./room-log.ts";
import type { RoomParts } from "./room-parts.ts";
import type { RoomStore, StateName } from "./room-store.ts";
import type { RoomViews } from "./room-views.ts";
import { hashViews } from "./snapshots.ts";

/** What is kept with a checkpoint beside its state. */
export interface KeptCheckpoint {
  readonly start: CheckpointStart;
  /** How many blocks are final at it: what the views cover. */
  readonly position: number;
  /** Positions in the storage of the blocks that were not final, ascending; the others follow from `next` on. */
  readonly open: readonly number[];
  readonly next: number;
  /** Epochs of which the views lack contents that this device could not read then. */
  readonly unread: readonly Bytes[];
}

/** Keeps the newest checkpoint of one room. */
export class CheckpointKeeper {
  readonly #log: RoomLog;
  readonly #storage: RoomStore;
  readonly #views: RoomViews;
  readonly #archive: ContextArchive;
  readonly #primitives: Pick<Primitives, "sha256">;
  #keptEra = -1;
  #firstNeeded: number;
  #viewsHash: { readonly era: number; readonly hash: Bytes } | undefined;

  constructor(
    { log, storage, views, archive }: Pick<RoomParts, "log" | "storage" | "views" | "archive">,
    { primitives, firstNeeded }: { readonly primitives: Pick<Primitives, "sha256">; readonly firstNeeded: number },
  ) {
    this.#log = log;
    this.#storage = storage;
    this.#views = views;
    this.#archive = archive;
    this.#primitives = primitives;
    this.#firstNeeded = firstNeeded;
    this.#keptEra = log.order.era;
  }

  /** The era whose checkpoint is kept. */
  get keptEra(): number {
    return this.#keptEra;
  }

  /** The first position in the storage that opening from the kept checkpoint needs. */
  get firstNeeded(): number {
    return this.#firstNeeded;
  }

  /** What this device says about its views at a checkpoint: 32 bytes, zeros where it has not looked. */
  viewsHashOf({ era }: OwnCheckpoint): Bytes {
    return this.#viewsHash?.era === era ? this.#viewsHash.hash : new Uint8Array(32);
  }

  /** The pieces of state to save, where an era ended since the last time. All blocks are stored already. */
  async takeChanges(): Promise<ReadonlyMap<StateName, Bytes>> {
    const newest = this.#log.checkpoints.newest;
    if (newest?.state === undefined || newest.era === this.#keptEra) return new Map();
    const views = await this.#encodeViews(newest.position);
    if (views === undefined) return new Map();
    this.#keptEra = newest.era;
    const contexts = await this.#archive.changesUpTo(newest.position);
    const changes = new Map<StateName, Bytes>([...contexts, ["checkpoint", this.#encode(newest, newest.state)]]);
    for (const [name, content] of views) changes.set(`view/${name}`, content);
    this.#viewsHash = { era: newest.era, hash: hashViews(this.#primitives, views) };
    return changes;
  }

  /** Undefined where a host's `apply` throws: the room goes on without this checkpoint, and whoever asks for the view is told. */
  async #encodeViews(position: number): Promise<ReadonlyMap<string, Bytes> | undefined> {
    try {
      return await this.#views.encodeAt(position);
    } catch {
      return undefined;
    }
  }

  #encode({ position, indexers, voters, era }: OwnCheckpoint, state: Bytes): Bytes {
    const open = this.#openPositions(position);
    this.#firstNeeded = Math.min(open[0] ?? this.#storage.length, this.#storage.length);
    const chain = this.#log.checkpoints.chainBefore(era);
    const unread = this.#views.unread.list();
    return encodeKeptCheckpoint({ state, position, indexers, voters, chain, open, next: this.#storage.length, unread });
  }

  /** Blocks that were not final at `position`: those that became so since, and the tail. */
  #openPositions(position: number): readonly number[] {
    const { order } = this.#log;
    const blocks: BlockIndex[] = [...order.tail()];
    for (let at = position; at < order.position; at++) blocks.push(order.at(at));
    return blocks.map((block) => this.#storage.positionOf(block)).sort((a, b) => a - b);
  }
}

/** The bytes of a checkpoint to keep; `state` is encoded. */
export function encodeKeptCheckpoint({
  state,
  position,
  indexers,
  voters,
  chain,
  open,
  next,
  unread,
}: Pick<KeptCheckpoint, "position" | "open" | "next" | "unread"> &
  Pick<CheckpointStart, "indexers" | "voters" | "chain"> & { readonly state: Bytes }): Bytes {
  const writer = new FieldWriter().bytes(state, roomLimits.stateBytes).number(position).number(indexers.length);
  for (const indexer of indexers) writer.bytes(indexer);
  writer.number(voters.length);
  for (const voter of voters) writer.bytes(voter);
  writer.bytes(encodeEraChain(chain), roomLimits.stateBytes).number(next).number(open.length);
  for (const at of open) writer.number(at);
  writer.number(unread.length);
  for (const epochId of unread) writer.bytes(epochId);
  return writer.finish();
}

/** What {@link CheckpointKeeper} saved. Throws MalformedRoomError. */
export function decodeKeptCheckpoint(
  primitives: Pick<Primitives, "sha256">,
  { logId, bytes }: { readonly logId: Bytes; readonly bytes: Bytes },
): KeptCheckpoint {
  try {
    const reader = new FieldReader(bytes);
    const state = decodeCheckpointState(reader.bytes(roomLimits.stateBytes));
    const position = reader.number();
    const indexers = Array.from({ length: counted(reader, roomLimits.indexers) }, () => reader.bytes(32));
    const voters = Array.from({ length: counted(reader, roomLimits.indexers) }, () => reader.bytes(32));
    const chain = decodeEraChain(primitives, { logId, bytes: reader.bytes(roomLimits.stateBytes) });
    const next = reader.number();
    const open = Array.from({ length: counted(reader, bytes.length / 12) }, () => reader.number());
    const unread = Array.from({ length: counted(reader, bytes.length / 20) }, () => reader.bytes(16));
    reader.end();
    return { start: { state, indexers, voters, chain }, position, open, next, unread };
  } catch (error) {
    if (error instanceof MalformedBytesError) throw new MalformedRoomError("the bytes are no kept checkpoint");
    throw error;
  }
}

function counted(reader: FieldReader, limit: number): number {
  const count = reader.number();
  if (count > limit) throw new MalformedRoomError("more than a kept checkpoint holds");
  return count;
}
