/** The control blocks of a checkpoint, in the final order, with everything by which they are judged again (docs/protocol/rooms.md §8.2). */
import { type Bytes, toBytes } from "@coterie/bytes";
import { ByteReader, ByteWriter, MalformedBlockError } from "@coterie/oplog";
import type { Primitives } from "@coterie/primitives";
import { MalformedRoomError } from "../errors.ts";
import { decodeOperations } from "../membership/decode-operations.ts";
import { encodeOperations } from "../membership/encode-operations.ts";
import type { Operation } from "../membership/operation.ts";

/** A control block without its envelope. */
export interface ControlEntry {
  readonly hash: Bytes;
  readonly writer: Bytes;
  readonly seq: number;
  readonly lamport: number;
  /** How many commits its author knew. */
  readonly commits: number;
  readonly epochId: Bytes;
  readonly isVoidByItself: boolean;
  /** The set of its past, as `ControlNumbers` encodes it: by the entries before this one. */
  readonly past: Bytes;
  /** The number of the commit that made it final. */
  readonly finalAt: number;
  readonly operations: readonly Operation[];
}

/** `hash 32 || writer 32 || varint seq, lamport, commits || epoch id 16 || void 1 || varint n || past || varint final at || varint n || operations`. */
export function encodeControlEntry(entry: ControlEntry): Bytes {
  return new ByteWriter(256)
    .bytes(entry.hash)
    .bytes(entry.writer)
    .varint(entry.seq)
    .varint(entry.lamport)
    .varint(entry.commits)
    .bytes(entry.epochId)
    .byte(entry.isVoidByItself ? 1 : 0)
    .sizedBytes(entry.past)
    .varint(entry.finalAt)
    .sizedBytes(encodeOperations(entry.operations))
    .finish();
}

/** Entries one after another, to the end. Throws MalformedRoomError. */
export function decodeControlEntries(
  primitives: Pick<Primitives, "checkAgreementPublicKey">,
  bytes: Uint8Array,
): readonly ControlEntry[] {
  try {
    const reader = new ByteReader(bytes);
    const entries: ControlEntry[] = [];
    while (reader.remaining > 0) entries.push(readEntry(primitives, reader));
    return entries;
  } catch (error) {
    if (error instanceof MalformedBlockError) throw new MalformedRoomError("a checkpoint's control blocks are cut off");
    throw error;
  }
}

function readEntry(primitives: Pick<Primitives, "checkAgreementPublicKey">, reader: ByteReader): ControlEntry {
  const bytes = (lengthBytes: number): Bytes => toBytes(reader.bytes(lengthBytes)).slice();
  const place = { hash: bytes(32), writer: bytes(32), seq: reader.varint(), lamport: reader.varint() };
  const commits = reader.varint();
  const epochId = bytes(16);
  const flag = reader.byte();
  if (flag > 1) throw new MalformedRoomError("a checkpoint's control block is neither void nor not");
  const past = toBytes(reader.sizedBytes()).slice();
  const finalAt = reader.varint();
  const operations = decodeOperations(primitives, reader.sizedBytes());
  return { ...place, commits, epochId, isVoidByItself: flag === 1, past, finalAt, operations };
}
