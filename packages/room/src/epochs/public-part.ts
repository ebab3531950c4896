/**
 * What a block seals to members, readable without any key (docs/protocol/rooms.md §6.2): who may open which entry is not in it, and how many
 * they are only in eights.
 */
import { type Bytes, copyBytes, toBytes } from "@coterie/bytes";
import { ByteReader, ByteWriter, compareBytes, MalformedBlockError } from "@coterie/oplog";
import { MalformedRoomError } from "../errors.ts";
import { roomLimits } from "../limits.ts";
import { epochIdLengthBytes } from "./level-secret.ts";

/** The secret of one epoch, sealed to some. */
export interface Sealing {
  /** 16 bytes. */
  readonly epochId: Bytes;
  /** X25519 public key, 32 bytes. Not checked before the agreement. */
  readonly ephemeralKey: Bytes;
  /** 48 bytes each, one after another: ascending, distinct, a multiple of 8. */
  readonly entries: Bytes;
}

/** Bytes of one entry: a secret with its tag. */
export const entryLengthBytes = 48;
/** Entries come in eights. */
export const entryGroup = 8;

const keyLengthBytes = 32;

/** The public part of a block; empty where nothing is sealed. Throws MalformedRoomError where {@link decodePublicPart} would. */
export function encodePublicPart(sealings: readonly Sealing[]): Bytes {
  if (sealings.length === 0) return new Uint8Array(0);
  const writer = new ByteWriter();
  checkCount(sealings.length);
  writer.varint(sealings.length);
  for (const { epochId, ephemeralKey, entries } of sealings) {
    if (epochId.length !== epochIdLengthBytes || ephemeralKey.length !== keyLengthBytes)
      throw new MalformedRoomError("a field of a sealing has another length");
    checkEntries(entries);
    writer
      .bytes(epochId)
      .bytes(ephemeralKey)
      .varint(entries.length / entryLengthBytes)
      .bytes(entries);
  }
  return writer.finish();
}

/**
 * The sealings of a block, copied; none where the public part is empty.
 * @throws MalformedRoomError where the bytes do not have the one form, or pass a limit
 */
export function decodePublicPart(publicPart: Uint8Array): readonly Sealing[] {
  if (publicPart.length === 0) return [];
  try {
    const reader = new ByteReader(copyBytes(publicPart));
    const count = reader.varint();
    checkCount(count);
    const sealings = Array.from({ length: count }, () => readSealing(reader));
    reader.end();
    return sealings;
  } catch (error) {
    if (error instanceof MalformedBlockError) throw new MalformedRoomError("the public part is not well-formed");
    throw error;
  }
}

function readSealing(reader: ByteReader): Sealing {
  const epochId = toBytes(reader.bytes(epochIdLengthBytes));
  const ephemeralKey = toBytes(reader.bytes(keyLengthBytes));
  // A view: a count beyond what is there is refused, and nothing allocated for it.
  const entries = toBytes(reader.bytes(reader.varint() * entryLengthBytes));
  checkEntries(entries);
  return { epochId, ephemeralKey, entries };
}

function checkCount(count: number): void {
  if (count === 0 || count > roomLimits.sealingsPerBlock)
    throw new MalformedRoomError("a public part has no sealing, or too many");
}

function checkEntries(entries: Bytes): void {
  const count = entries.length / entryLengthBytes;
  if (count === 0 || count % entryGroup !== 0 || count > roomLimits.sealedEntries)
    throw new MalformedRoomError("entries come in eights, up to a limit");
  for (let end = entryLengthBytes; end < entries.length; end += entryLengthBytes) {
    const before = entries.subarray(end - entryLengthBytes, end);
    if (compareBytes(before, entries.subarray(end, end + entryLengthBytes)) >= 0)
      throw new MalformedRoomError("entries are not ascending and distinct");
  }
}
