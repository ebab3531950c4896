/** Finding what blocks build on below the checkpoint that the log began with (docs/protocol/rooms.md §8.2). */
import type { Bytes } from "@coterie/bytes";
import { type AdmittedBlock, decodeEnvelope, type IntakeResult } from "@coterie/oplog";
import type { RoomParts } from "./room-parts.ts";

/** What came of it. */
export type FoundBelow = Pick<IntakeResult, "refused" | "forks"> & {
  readonly admitted: readonly AdmittedBlock[];
  /** What is not below the checkpoint either, or cannot be had now. */
  readonly missing: readonly Bytes[];
};

/** Takes the contexts of blocks that are missed, and of those that are missed for it in turn. */
export async function findBelow(
  { log, archive, storage }: Pick<RoomParts, "log" | "archive" | "storage">,
  missing: readonly Bytes[],
): Promise<FoundBelow> {
  if (!log.beganWithCheckpoint) return { admitted: [], refused: [], forks: [], missing };
  const results: IntakeResult[] = [];
  const left: Bytes[] = [];
  const open = [...missing];
  for (let hash = open.pop(); hash !== undefined; hash = open.pop()) {
    if (log.dag.find(hash) !== undefined) continue;
    const found = await archive.find(hash);
    if (found === undefined) {
      left.push(hash);
      continue;
    }
    const result = log.addContext(found.context);
    const block = log.dag.find(hash);
    if (block !== undefined && found.position !== undefined) storage.place(block, found.position);
    results.push(result);
    open.push(...result.missing);
  }
  return {
    admitted: results.flatMap(({ admitted }) => admitted),
    refused: results.flatMap(({ refused }) => refused),
    forks: results.flatMap(({ forks }) => forks),
    missing: left,
  };
}

/**
 * Without blocks that the checkpoint covers: they are final, and what they build on is not here. Another block in the place of one is a branch that
 * somebody made far below; others may build on it, so that it is taken in like any block.
 */
export async function withoutCovered(
  { deps, log, archive }: Pick<RoomParts, "deps" | "log" | "archive">,
  blocks: readonly Uint8Array[],
): Promise<readonly Uint8Array[]> {
  if (!blocks.some((block) => log.isBelowHead(block))) return blocks;
  const left: Uint8Array[] = [];
  let isComplete: boolean | undefined;
  for (const block of blocks) {
    if (!log.isBelowHead(block)) {
      left.push(block);
      continue;
    }
    const { hash } = decodeEnvelope(deps.primitives, block);
    const isFinal = async (): Promise<boolean> =>
      log.dag.find(hash) !== undefined || (await archive.find(hash)) !== undefined;
    if (await isFinal()) continue;
    // Where contexts cannot be had just now nobody can tell: whoever misses the block asks for it again.
    isComplete ??= await archive.complete();
    if (isComplete && !(await isFinal())) left.push(block);
  }
  return left;
}
