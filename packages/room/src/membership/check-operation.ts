/** What both sides of the codec hold an operation to, beyond its layout (docs/protocol/rooms.md §5.1, §6.3). */
import { type Bytes, isAllZero } from "@coterie/bytes";
import { MalformedRoomError } from "../errors.ts";
import { roomLimits } from "../limits.ts";
import { compareKeys } from "./compare-keys.ts";
import type { Operation, WriterCap } from "./operation.ts";

/** Throws MalformedRoomError where an operation has no encoding: too many of something, not ascending, twice the same. */
export function checkOperation(operation: Operation): void {
  switch (operation.kind) {
    case "remove":
    case "role":
      checkCaps(operation.caps);
      break;
    case "revoke-writer":
      checkCaps([operation.cap]);
      break;
    case "set-indexers":
      checkIndexers(operation.writers);
      break;
    case "fork":
      checkCount(operation.proof.length, roomLimits.forkProofBytes);
      break;
    case "rotate":
      checkCount(operation.recipients.length, roomLimits.members);
      checkAscending(operation.recipients.map(({ identity }) => identity));
      checkCount(operation.wraps.length, roomLimits.wrapsPerRotate);
      checkAscending(operation.wraps.map(({ epochId }) => epochId));
      break;
    case "add":
    case "add-writer":
    case "update-key":
    case "grant":
    case "vote":
      break;
  }
}

/** Throws MalformedRoomError above `limit`. Decoders call it before they read what was announced. */
export function checkCount(count: number, limit: number): number {
  if (count > limit) throw new MalformedRoomError("more in an operation than its limit");
  return count;
}

function checkCaps(caps: readonly WriterCap[]): void {
  checkCount(caps.length, roomLimits.capsPerOperation);
  checkAscending(caps.map(({ writer }) => writer));
  for (const { next, hash } of caps) {
    if ((next === 0) !== isAllZero(hash))
      throw new MalformedRoomError("a cap names a block and has none, or not its hash");
  }
}

function checkIndexers(writers: readonly Bytes[]): void {
  if (writers.length === 0) throw new MalformedRoomError("a room has an indexer");
  checkCount(writers.length, roomLimits.indexers);
  checkAscending(writers.toSorted(compareKeys));
}

function checkAscending(keys: readonly Bytes[]): void {
  let before: Bytes | undefined;
  for (const key of keys) {
    if (before !== undefined && compareKeys(before, key) >= 0)
      throw new MalformedRoomError("what an operation names is not ascending and distinct");
    before = key;
  }
}
