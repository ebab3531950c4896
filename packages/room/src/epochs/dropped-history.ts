/**
 * Forgetting what was readable (docs/protocol/rooms.md §1, "until they drop them"). Deleting the secret of an old epoch is not enough: the
 * log goes on holding its wraps, and S of a later epoch would bring it back.
 */
import { byteKey } from "./byte-key.ts";
import { type EpochLevel, weakerLevel } from "./level-secret.ts";
import type { EpochWrap } from "../membership/operation.ts";

/** What decides how much of an epoch may be kept. */
export interface DroppableEpoch {
  /** That of its rotate block; undefined where that was not seen yet. */
  readonly lamport: number | undefined;
  readonly wraps: readonly EpochWrap[];
}

/**
 * The strongest level that may be kept of each epoch once everything before a lamport was dropped; an epoch that is not named keeps all. Dropped
 * epochs keep `control`, which following the log needs. Those whose S opens wraps of dropped ones, directly or over others, keep `snapshot`.
 * What a dropped epoch wraps is older, so that it is dropped as well before its own rotate was seen.
 */
export function keptLevels(
  epochs: ReadonlyMap<string, DroppableEpoch>,
  { droppedBefore }: { readonly droppedBefore: number },
): ReadonlyMap<string, EpochLevel> {
  const kept = new Map<string, EpochLevel>();
  const wrappers = wrappersOf(epochs);
  const open: string[] = [];
  const lower = (key: string, level: EpochLevel): void => {
    const before = kept.get(key) ?? "full";
    const after = weakerLevel(before, level);
    if (after === before) return;
    kept.set(key, after);
    open.push(key);
  };
  for (const [key, { lamport }] of epochs) if (lamport !== undefined && lamport < droppedBefore) lower(key, "control");
  for (let key = open.pop(); key !== undefined; key = open.pop()) {
    if (kept.get(key) === "control")
      for (const parent of parentKeys(epochs.get(key)))
        if (epochs.get(parent)?.lamport === undefined) lower(parent, "control");
    for (const wrapper of wrappers.get(key) ?? []) lower(wrapper, "snapshot");
  }
  return kept;
}

function parentKeys(epoch: DroppableEpoch | undefined): readonly string[] {
  return epoch?.wraps.map(({ epochId }) => byteKey(epochId)) ?? [];
}

/** Which epochs hold an epoch's S in a wrap. */
function wrappersOf(epochs: ReadonlyMap<string, DroppableEpoch>): ReadonlyMap<string, readonly string[]> {
  const wrappers = new Map<string, string[]>();
  for (const [key, { wraps }] of epochs) {
    for (const { epochId, full } of wraps) {
      if (full === undefined) continue;
      const parent = byteKey(epochId);
      const those = wrappers.get(parent);
      if (those === undefined) wrappers.set(parent, [key]);
      else those.push(key);
    }
  }
  return wrappers;
}
