/**
 * What a device keeps of the writers it had, and of blocks that it took back because they were never sent (docs/protocol/rooms.md §9, §10.4):
 * they stay in the storage, are read by nobody, and what is in them is written again.
 */
import { type Bytes, equalBytes, FieldReader, FieldWriter, MalformedBytesError } from "@coterie/bytes";
import { DeviceStateDamagedError } from "../errors.ts";

/** Blocks that are to be written again by a writer that was made for it, each as one, as the first that it writes. */
export interface PendingBlocks {
  readonly writer: Bytes;
  /** Positions in the storage, in the order in which they were written. */
  readonly positions: readonly number[];
}

/** See the file. */
export interface OwnRecord {
  /** Public keys of all writers of this device. */
  readonly writers: readonly Bytes[];
  /** Positions in the storage of blocks that were taken back, ascending. */
  readonly takenBack: readonly number[];
  /** What was taken back last, for as long as it may not be written again in full. */
  readonly pending: PendingBlocks | undefined;
}

/** Of a device that has written nothing. */
export const emptyOwnRecord: OwnRecord = { writers: [], takenBack: [], pending: undefined };

/** Of how many writers, the newest, it is known that they were this device's: enough for what may not have been sent. */
const writersKept = 1_024;

/** The record with one more writer. */
export function withWriter(record: OwnRecord, writer: Bytes): OwnRecord {
  const isThere = record.writers.some((other) => equalBytes(other, writer));
  return isThere ? record : { ...record, writers: [...record.writers, writer].slice(-writersKept) };
}

/** The record for storage. */
export function encodeOwnRecord({ writers, takenBack, pending }: OwnRecord): Bytes {
  const encoded = new FieldWriter().number(writers.length);
  for (const writer of writers) encoded.bytes(writer);
  for (const positions of [takenBack, pending?.positions ?? []]) {
    encoded.number(positions.length);
    for (const position of positions) encoded.number(position);
  }
  return encoded.bytes(pending?.writer ?? new Uint8Array(32)).finish();
}

/** What {@link encodeOwnRecord} wrote. Throws DeviceStateDamagedError. */
export function decodeOwnRecord(bytes: Bytes): OwnRecord {
  try {
    const reader = new FieldReader(bytes);
    const times = <Item>(read: () => Item): readonly Item[] => {
      const count = reader.number();
      if (count > bytes.length / 12) throw new DeviceStateDamagedError();
      return Array.from({ length: count }, read);
    };
    const writers = times(() => reader.bytes(32));
    const takenBack = times(() => reader.number());
    const positions = times(() => reader.number());
    const writer = reader.bytes(32);
    reader.end();
    return { writers, takenBack, pending: positions.length === 0 ? undefined : { writer, positions } };
  } catch (error) {
    if (error instanceof MalformedBytesError) throw new DeviceStateDamagedError();
    throw error;
  }
}
