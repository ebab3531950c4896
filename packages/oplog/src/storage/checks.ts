/** What every adapter of the log store asks of its arguments. */
import { encodeUtf8 } from "@coterie/bytes";
import { PositionDroppedError, StoreLimitError } from "../errors.ts";
import { oplogLimits } from "../limits.ts";
import type { LogStore, StateChanges } from "./log-store.ts";

/** Where a log begins and ends. */
export type Bounds = Pick<LogStore, "first" | "length">;

/** Refuses blocks that are empty or too long, and more of them than one call may have. */
export function requireBlocks(blocks: readonly Uint8Array[]): void {
  let lengthBytes = 0;
  for (const { length } of blocks) {
    if (length === 0 || length > oplogLimits.envelopeBytes) throw new StoreLimitError("a block is empty or too long");
    lengthBytes += length;
  }
  if (blocks.length > oplogLimits.appendBlocks || lengthBytes > oplogLimits.appendBytes)
    throw new StoreLimitError("the blocks of one call are too many or too long");
}

/** Refuses numbers that are no positions of the log; the end of it is allowed where `end` says so. */
export function requirePosition(
  bounds: Bounds,
  { position, end }: { position: number; end: "allowed" | "refused" },
): void {
  requireWhole(position);
  if (position > bounds.length() - (end === "allowed" ? 0 : 1)) throw new StoreLimitError("the log is not that long");
  if (position < bounds.first()) throw new PositionDroppedError("the position was dropped");
}

/** Refuses a limit of a read that is no whole number from 1. */
export function requireLimit(limit: number): void {
  requireWhole(limit);
  if (limit === 0) throw new StoreLimitError("a page has room for at least one block");
}

/** Refuses a position to drop before that the log has not reached. */
export function requireDrop(bounds: Bounds, before: number): void {
  requireWhole(before);
  if (before > bounds.length()) throw new StoreLimitError("the log is not that long");
}

/** Refuses names and values that are too long, and more names than a state may have. `keys`: those there are now. */
export function requireChanges(changes: StateChanges, keys: ReadonlySet<string>): void {
  const after = new Set(keys);
  for (const [key, value] of changes) {
    requireKey(key);
    if (value === undefined) after.delete(key);
    else after.add(key);
    if ((value?.length ?? 0) > oplogLimits.stateValueBytes)
      throw new StoreLimitError("a value of the state is too long");
  }
  if (after.size > oplogLimits.stateKeys) throw new StoreLimitError("the state has too many names");
}

/** Refuses an empty or too long name of a value of the state. */
export function requireKey(key: string): void {
  const { length } = encodeUtf8(key);
  if (length === 0 || length > oplogLimits.stateKeyBytes)
    throw new StoreLimitError("a name of the state is empty or too long");
}

function requireWhole(number: number): void {
  if (!Number.isSafeInteger(number) || number < 0) throw new StoreLimitError("a position is a whole number from 0");
}
