/**
 * What opening does with the newest segment (docs/protocol/rooms.md §9.3). Blocks that are known to have been durable stay, readable or damaged;
 * whole ones right behind them stay too, since nobody can tell whether they were acknowledged; everything after that was not, and goes.
 */
import type { FrameTable } from "./frame-table.ts";
import { frameHeaderBytes } from "./frame.ts";
import type { PositionRange } from "./log-store.ts";
import type { Segment } from "./segment.ts";

/** A tail that can be relied on. */
export interface RecoveredTail {
  /** Of the log. */
  readonly length: number;
  readonly cutBytes: number;
  readonly damaged: readonly PositionRange[];
  /** Nothing may be appended to the segment: where its last block ends is unknown, or it has no file. */
  readonly isSealed: boolean;
}

/** Brings the newest segment in order. `marked`: the length that the mark says was durable. */
export async function recoverTail(segment: Segment, marked: number): Promise<RecoveredTail> {
  const { first, blocks } = segment;
  const known = Math.max(0, marked - first);
  if (blocks === undefined) {
    const damaged = await segment.findGaps(known);
    return { length: first + known, cutBytes: 0, damaged, isSealed: true };
  }
  const table = await blocks.load();
  const durable = Math.max(known, table.durable);
  let count = durable;
  while (table.has(count)) count++;
  const damaged = await segment.findGaps(count);
  const isSealed = count > 0 && !table.has(count - 1);
  if (isSealed) return { length: first + count, cutBytes: 0, damaged, isSealed };
  const endBytes = endOf(table, count);
  const cutBytes = blocks.sizeBytes - endBytes;
  // Also where there is nothing to cut: that may have been done before, and not have reached the disk.
  await blocks.truncate(endBytes);
  if (count > durable) await blocks.rewrite({ from: table.offset(durable), to: endBytes });
  return { length: first + count, cutBytes, damaged, isSealed };
}

/** Where the frames below number `count` end; the last of them is there. */
function endOf(table: FrameTable, count: number): number {
  return count === 0 ? 0 : table.offset(count - 1) + frameHeaderBytes + table.length(count - 1);
}
