/** Finding stored blocks by hash, whatever the room was opened from. */
import type { Bytes } from "@coterie/bytes";
import type { RoomParts } from "./room-parts.ts";

/** Whatever this device stores, also where only its context is known here, or not even that yet. */
export async function findStored(
  { log, storage, archive }: Pick<RoomParts, "log" | "storage" | "archive">,
  hash: Bytes,
): Promise<Bytes | undefined> {
  const block = log.dag.find(hash);
  const known = block === undefined ? undefined : storage.findPosition(block);
  const position = known ?? (log.beganWithCheckpoint ? (await archive.find(hash))?.position : undefined);
  return position === undefined || position < storage.first ? undefined : await storage.readAt(position);
}
