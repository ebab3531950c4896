/**
 * What a device that joined by a snapshot keeps of it (docs/protocol/rooms.md §8.3, §9): where the contexts below it are found, and what they are
 * verified by.
 */
import { type Bytes, concatBytes, FieldReader, FieldWriter, MalformedBytesError } from "@coterie/bytes";
import { MalformedRoomError } from "../errors.ts";
import { contextBuckets } from "./context.ts";

/** See the file. */
export interface SnapshotBase {
  readonly era: number;
  /** The epoch that opens the chunks. */
  readonly epochId: Bytes;
  /** Chunks of each bucket; none where its author did not hold them. */
  readonly buckets: readonly (readonly Bytes[])[];
  /** The running hashes of the contexts in the buckets, 256 × 32 bytes: a quorum signed them. */
  readonly chains: Bytes;
}

/** The bytes to keep. */
export function encodeSnapshotBase({ era, epochId, buckets, chains }: SnapshotBase): Bytes {
  const writer = new FieldWriter().number(era).bytes(epochId).bytes(chains).number(buckets.length);
  for (const bucket of buckets) writer.bytes(concatBytes(...bucket));
  return writer.finish();
}

/** What {@link encodeSnapshotBase} wrote. Throws MalformedRoomError. */
export function decodeSnapshotBase(bytes: Uint8Array): SnapshotBase {
  try {
    const reader = new FieldReader(bytes);
    const [era, epochId, chains, count] = [reader.number(), reader.bytes(16), reader.bytes(), reader.number()];
    if (count > contextBuckets || chains.length !== contextBuckets * 32)
      throw new MalformedRoomError("the bytes are no kept snapshot");
    const buckets = Array.from({ length: count }, () => {
      const hashes = reader.bytes();
      return Array.from({ length: hashes.length / 32 }, (_, i) => hashes.slice(32 * i, 32 * i + 32));
    });
    reader.end();
    return { era, epochId, chains, buckets };
  } catch (error) {
    if (error instanceof MalformedBytesError) throw new MalformedRoomError("the bytes are no kept snapshot");
    throw error;
  }
}
