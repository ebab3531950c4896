/** A log store in a folder of files: segments of blocks, a list of the state, and a mark (docs/protocol/rooms.md §9). */
import { type Ciphertext, equalBytes } from "@coterie/bytes";
import { PositionTakenError, StateDamagedError, StoreClosedError, StoreDamagedError } from "../errors.ts";
import { createAppendQueue } from "./append-queue.ts";
import {
  type Bounds,
  requireBlocks,
  requireChanges,
  requireDrop,
  requireKey,
  requireLimit,
  requirePosition,
} from "./checks.ts";
import { type DurableMark, openDurableMark } from "./durable-mark.ts";
import { parseFrameFileName } from "./file-names.ts";
import type { LogStore, OpenedLogStore, PositionRange } from "./log-store.ts";
import { watchOpenFiles } from "./open-files.ts";
import { recoverTail } from "./recover-tail.ts";
import { Segment, type SegmentDeps } from "./segment.ts";
import { groupByFirst, SegmentList } from "./segment-list.ts";
import { SegmentLog } from "./segment-log.ts";
import { createSerial, type Serial } from "./serial.ts";
import { StateStore } from "./state-store.ts";

/** How a store is laid out. */
export interface SegmentLogStoreOptions {
  /** A segment that is as long as this gets no more blocks: 8 MiB unless said otherwise. Dropping frees whole segments. */
  readonly segmentBytes?: number;
}

/**
 * Opens the log in a folder, and makes it where there is none. What an unfinished append left is cut off; what is damaged is named, and stays
 * until it is healed. Reads the newest segment only, however long the log is.
 * @throws StoreLockedError where somebody else has it open
 */
export async function openSegmentLogStore(
  deps: SegmentDeps,
  { segmentBytes = 8 * 1024 * 1024 }: SegmentLogStoreOptions = {},
): Promise<OpenedLogStore> {
  const unlock = await deps.disk.lock();
  const { disk, closeAll } = watchOpenFiles(deps.disk);
  const release = async (): Promise<void> => {
    await closeAll();
    await unlock();
  };
  try {
    const { parts, recovery } = await openParts({ ...deps, disk }, segmentBytes);
    return { store: createStore(parts, release), recovery };
  } catch (error) {
    await release();
    throw error;
  }
}

interface StoreParts {
  readonly log: SegmentLog;
  readonly state: StateStore;
  readonly mark: DurableMark;
}

async function openParts(
  deps: SegmentDeps,
  segmentBytes: number,
): Promise<{ readonly parts: StoreParts; readonly recovery: OpenedLogStore["recovery"] }> {
  // What took its name right before a crash keeps it, before anything relies on that.
  await deps.disk.syncFolder();
  const names = (await deps.disk.list()).map(parseFrameFileName).filter((name) => name !== undefined);
  const groups = groupByFirst(names);
  const state = await StateStore.open(deps.disk, groups[0]?.first ?? 0);
  const mark = await openDurableMark(deps.disk);
  // Nothing at the beginning: a fresh log, or a file that is lost.
  const isBegun = groups.some(({ first }) => first <= state.first);
  const [oldest = { first: state.first }, ...others] = isBegun ? groups : [{ first: state.first }, ...groups];
  const segments = new SegmentList([new Segment(deps, oldest), ...others.map((group) => new Segment(deps, group))]);
  const tail = await recoverTail(segments.newest, Math.max(mark.length, state.first));
  if (!mark.isSettled || mark.length !== tail.length) await mark.settle(tail.length);
  const log = new SegmentLog(deps, { segments, tail, first: state.first, segmentBytes });
  await log.removeBelow(state.first);
  const { cutBytes, damaged } = tail;
  const recovery = { cutBytes, damaged, repaired: state.repaired + mark.repaired, isStateLost: state.isLost };
  return { parts: { log, state, mark }, recovery };
}

function createStore(parts: StoreParts, release: () => Promise<void>): LogStore {
  const { log, state, mark } = parts;
  const bounds = { first: () => log.first, length: () => log.length };
  const queue = createAppendQueue(async (blocks) => {
    const position = await log.append(blocks);
    mark.note(log.length);
    return position;
  });
  const serial = createSerial();
  let closing: Promise<void> | undefined;
  const requireOpen = (): void => {
    if (closing !== undefined) throw new StoreClosedError("the store is closed");
  };
  const inTurn: Serial = async (body) => {
    requireOpen();
    return await serial(body);
  };
  const finish = async (): Promise<void> => {
    await queue.idle();
    try {
      await serial(async () => await mark.settle(log.length));
    } finally {
      await release();
    }
  };
  return {
    ...bounds,
    append: async (blocks) => {
      requireOpen();
      requireBlocks(blocks);
      return blocks.length === 0 ? log.length : await queue.add(blocks);
    },
    read: async (from, limit) =>
      await inTurn(async () => {
        requireLimit(limit);
        requirePosition(bounds, { position: from, end: "allowed" });
        return await log.read(from, limit);
      }),
    load: async (key) =>
      await inTurn(async () => {
        requireKey(key);
        return await state.load(key);
      }),
    save: async (changes) =>
      await inTurn(async () => {
        requireChanges(changes, state.keys);
        await state.save({ changes });
      }),
    drop: async (before) =>
      await inTurn(async () => {
        requireDrop(bounds, before);
        await drop(parts, before);
      }),
    heal: async (position, block) =>
      await inTurn(async () => {
        requireBlocks([block]);
        requirePosition(bounds, { position, end: "refused" });
        await heal(log, { position, block });
      }),
    findDamage: async () => {
      requireOpen();
      return await findDamage(bounds, async (position) => await inTurn(async () => await log.check(position)));
    },
    close: async () => {
      closing ??= finish();
      await closing;
    },
  };
}

async function drop({ log, state }: StoreParts, before: number): Promise<void> {
  const first = log.firstAfterDrop(before);
  if (first === log.first) return;
  // Saving would begin the state anew, which is for the host to decide.
  if (state.isLost) throw new StateDamagedError();
  await state.save({ changes: new Map(), first });
  await log.removeBelow(first);
}

async function heal(
  log: SegmentLog,
  { position, block }: { readonly position: number; readonly block: Ciphertext<"block"> },
): Promise<void> {
  try {
    const [found] = await log.read(position, 1);
    if (found === undefined || !equalBytes(found, block)) throw new PositionTakenError("another block is stored there");
  } catch (error) {
    if (!(error instanceof StoreDamagedError)) throw error;
    await log.heal(position, block);
  }
}

/** Segment by segment, so that other calls get their turn. */
async function findDamage(bounds: Bounds, check: SegmentLog["check"]): Promise<readonly PositionRange[]> {
  const [first, length] = [bounds.first(), bounds.length()];
  const ranges: PositionRange[] = [];
  for (let position = first; position < length; ) {
    const { next, damaged } = await check(position);
    for (const { from, to } of damaged) {
      const last = ranges.at(-1);
      if (last?.to === from) ranges[ranges.length - 1] = { from: last.from, to };
      else if (to > first) ranges.push({ from: Math.max(from, first), to });
    }
    position = next;
  }
  return ranges;
}
