/**
 * The blocks that hand out an epoch: they travel with a snapshot that is encrypted under it (docs/protocol/rooms.md §8.3), and stay where
 * everything around them is dropped (§8.4). Who has an entry in one of them needs nothing else to begin.
 */
import type { Bytes } from "@coterie/bytes";
import { ByteReader, ByteWriter, decodeEnvelope, MalformedBlockError } from "@coterie/oplog";
import { MalformedRoomError } from "../errors.ts";
import type { RoomParts } from "./room-parts.ts";
import { findStored } from "./stored-blocks.ts";

/** Blocks one after another: `varint length || block`. */
export function encodeSealedBlocks(blocks: readonly Uint8Array[]): Bytes {
  const writer = new ByteWriter();
  for (const block of blocks) writer.sizedBytes(block);
  return writer.finish();
}

/** What {@link encodeSealedBlocks} wrote. Throws MalformedRoomError. */
export function decodeSealedBlocks(bytes: Uint8Array): readonly Bytes[] {
  try {
    const reader = new ByteReader(bytes);
    const blocks: Bytes[] = [];
    while (reader.remaining > 0) blocks.push(reader.sizedBytes().slice());
    return blocks;
  } catch (error) {
    if (error instanceof MalformedBlockError) throw new MalformedRoomError("the bytes are no blocks");
    throw error;
  }
}

/** The blocks that hand out an epoch, as far as they are here. */
export async function findSealedBlocks(parts: RoomParts, epochId: Bytes): Promise<readonly Bytes[]> {
  const { log, storage, deps } = parts;
  const { facts } = log.controls;
  const epoch = facts.find(epochId);
  if (epoch === undefined) return [];
  const { rotates, grants } = facts.get(epoch);
  const controls = new Set([...rotates, ...grants].map(({ control }) => control));
  const kept = await storage.load("sealed");
  const keptBlocks = kept === undefined ? [] : decodeSealedBlocks(kept);
  const found: Bytes[] = [];
  for (const control of controls) {
    const { hash } = log.controls.placeOf(control);
    const isIt = (block: Bytes): boolean => isSame(decodeEnvelope(deps.primitives, block).hash, hash);
    const block = (await findStored(parts, hash)) ?? keptBlocks.find(isIt);
    if (block !== undefined) found.push(block);
  }
  return found;
}

function isSame(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}
