/**
 * Going on without a writer whose key is somebody else's too, or that an older copy of this device has (docs/protocol/rooms.md §10.4): what it wrote
 * and never sent is taken back, and written again by a new one. One call of the storage decides: before it nothing has happened, after it the
 * rest is done, if need be when the room is opened again.
 */
import type { Bytes } from "@coterie/bytes";
import type { BlockIndex, LostWriter } from "@coterie/oplog";
import { HistoryDroppedError, RoomFailedError } from "../errors.ts";
import type { Operation } from "../membership/operation.ts";
import type { KeptCheckpoint } from "./checkpoint-keeper.ts";
import { fallToFloor } from "./floor.ts";
import { floorPlace, type LoadedRoom, loadCheckpoint, loadRoom } from "./load-room.ts";
import type { OwnRecord } from "./own-record.ts";
import { generateOwnWriter } from "./own-writer.ts";
import type { OwnWriters } from "./own-writers.ts";
import type { RoomLog } from "./room-log.ts";
import type { RoomParts } from "./room-parts.ts";
import type { StateName } from "./room-store.ts";
import type { Draft } from "./room-writing.ts";
import { findUnsent, isSentBelow, type UnsentInput } from "./unsent-blocks.ts";

/** An open room. */
export interface OpenParts {
  readonly parts: RoomParts;
  readonly writers: OwnWriters;
}

/**
 * Gives a writer up for good. Gives the room as it is read again from the storage, to be resumed; undefined where nothing had to be taken back.
 * @throws HistoryDroppedError where what was never sent is below a checkpoint, and the blocks to begin with again were dropped
 */
export async function giveUpWriter(
  { parts, writers }: OpenParts,
  { writer, sent }: LostWriter,
): Promise<LoadedRoom | undefined> {
  const { deps, storage } = parts;
  const { logId } = storage;
  const input: UnsentInput = { lost: writer, own: writers.record.writers, sent };
  if (!isSentBelow(parts.log, input)) {
    const loaded = await loadRoom(deps, { logId, from: "floor" });
    try {
      const unsent = findUnsent(loaded.parts.log, input);
      return await takeBack({ parts: loaded.parts, writers }, unsent);
    } finally {
      destroyParts(loaded.parts);
    }
  }
  return await takeBack({ parts, writers }, findUnsent(parts.log, input));
}

/** The draft of a block that was taken back; undefined where it holds nothing that a person wrote. The content is the caller's to destroy. */
export function draftOf(log: RoomLog, block: Uint8Array): Draft | undefined {
  const { operations: all, content } = log.readOwn(block);
  const operations = all.filter(({ kind }) => isSaid(kind));
  const rotates = operations.length === 0 && content === undefined && all.some(({ kind }) => kind === "rotate");
  return operations.length === 0 && content === undefined && !rotates ? undefined : { operations, content, rotates };
}

/** Lets go of a room that another one takes the place of; its storage stays open. */
export function destroyParts({ log, keyring }: RoomParts): void {
  for (const block of log.contentBlocks()) log.forgetContent(block);
  keyring.destroy();
}

async function takeBack({ parts, writers }: OpenParts, unsent: readonly BlockIndex[]): Promise<LoadedRoom | undefined> {
  const { deps, storage } = parts;
  const positions = unsent.map((block) => storage.positionOf(block));
  const before = writers.record.pending;
  const again = [...(await positionsToWrite(parts, positions)), ...(await leftOf(parts, before))];
  if (positions.length === 0 && again.length === 0) {
    await writers.giveUp();
    return undefined;
  }
  const changes = new Map([...(await withoutCheckpoint(parts, positions)), ...writers.former()]);
  const fresh = generateOwnWriter(deps.primitives, deps.random);
  const takenBack = [...writers.record.takenBack, ...positions].sort((a, b) => a - b);
  const pending = again.length === 0 ? undefined : { writer: fresh.keyPair.publicKey, positions: again };
  await writers.replace(fresh, { changes, record: { ...writers.record, takenBack, pending } });
  const loaded = await loadRoom(deps, { logId: storage.logId, from: "checkpoint" });
  return { ...loaded, writer: loaded.writer && { ...loaded.writer, isConfirmed: true } };
}

/**
 * Of blocks that were to be written again, those that were not. The writer that is to write them has written nothing else; a block of its that only
 * hands out keys made room for the one after it.
 */
export async function leftOf(
  parts: Pick<RoomParts, "log" | "storage">,
  pending: OwnRecord["pending"],
): Promise<readonly number[]> {
  if (pending === undefined) return [];
  const { log, storage } = parts;
  const { dag } = log;
  const head = log.findHead(pending.writer);
  if (head === undefined) return pending.positions;
  let done = 0;
  for (let seq = 0; seq <= dag.seq(head) && done < pending.positions.length; seq++) {
    const block = dag.firstOf(dag.writer(head), seq);
    const written = block === undefined ? undefined : await storage.readBlock(block);
    const position = pending.positions[done] ?? -1;
    // What was dropped since had been written again before.
    const wanted = position < storage.first ? undefined : await storage.readAt(position);
    const isIt = written === undefined || wanted === undefined || isRotation(log, wanted) || isSomething(log, written);
    if (isIt) done += 1;
  }
  return pending.positions.slice(done);
}

/** Whether a block says something beside the keys that it hands out. */
function isSomething(log: RoomLog, block: Uint8Array): boolean {
  const draft = draftOf(log, block);
  draft?.content?.destroy();
  return draft !== undefined && !draft.rotates;
}

function isRotation(log: RoomLog, block: Uint8Array): boolean {
  const draft = draftOf(log, block);
  draft?.content?.destroy();
  return draft?.rotates === true;
}

async function positionsToWrite({ log, storage }: RoomParts, positions: readonly number[]): Promise<readonly number[]> {
  const found: number[] = [];
  for (const position of positions) {
    const block = await storage.readAt(position);
    if (block === undefined) throw new RoomFailedError();
    const draft = draftOf(log, block);
    draft?.content?.destroy();
    if (draft !== undefined) found.push(position);
  }
  return found;
}

/** What puts an earlier checkpoint in the place of the kept one, or none, where that holds what is taken back. */
async function withoutCheckpoint(
  { deps, storage }: RoomParts,
  positions: readonly number[],
): Promise<ReadonlyMap<StateName, Bytes | undefined>> {
  const isIn = (kept: KeptCheckpoint | undefined): boolean =>
    kept !== undefined && positions.some((at) => at < kept.next && !kept.open.includes(at));
  if (!isIn(await loadCheckpoint(deps, { storage }))) return new Map();
  const floor = await loadCheckpoint(deps, { storage, place: floorPlace });
  if (isIn(floor) || (floor === undefined && !(await storage.isWhole()))) throw new HistoryDroppedError();
  return await fallToFloor(storage, Object.keys(deps.views));
}

/** Rotations, grants, certificates and votes belong to their block, and whoever has both blocks shows a fork again. */
function isSaid(kind: Operation["kind"]): boolean {
  return kind !== "rotate" && kind !== "grant" && kind !== "add-writer" && kind !== "vote" && kind !== "fork";
}
