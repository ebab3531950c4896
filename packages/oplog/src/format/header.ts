/** The header of a block, docs/protocol/rooms.md §2.1: everything that may be known of it without a key. */
import { type Bytes, createPool, isAllZero, toBytes } from "@coterie/bytes";
import { MalformedBlockError } from "../errors.ts";
import type { ByteReader } from "./byte-reader.ts";
import { ByteWriter, varintLength } from "./byte-writer.ts";

/** What `flags` is made of. */
export const blockFlags = {
  /** It holds neither operations nor content: an indexer saw what is linked. */
  ack: 1,
  publicPart: 2,
  content: 4,
} as const;

/** Where a block stands. Lengths: log tag 16, writer 32, previous 32 (zeros where seq is 0), epoch id 16 bytes. */
export interface BlockHeader {
  readonly flags: number;
  readonly logTag: Bytes;
  readonly writer: Bytes;
  readonly seq: number;
  readonly previous: Bytes;
  readonly epochId: Bytes;
}

const version = 1;
const knownFlags = blockFlags.ack | blockFlags.publicPart | blockFlags.content;
const takeHeader = createPool();
/** All but the varint of seq. */
const fixedLengthBytes = 1 + 1 + 16 + 32 + 32 + 16;

/** The header's bytes. Throws MalformedBlockError where a field has another length, or `readHeader` would refuse the result. */
export function encodeHeader(header: BlockHeader): Bytes {
  const { flags, logTag, writer, seq, previous, epochId } = header;
  if (logTag.length !== 16 || writer.length !== 32 || previous.length !== 32 || epochId.length !== 16)
    throw new MalformedBlockError("a field of the header has another length");
  checkHeader(header);
  return new ByteWriter(fixedLengthBytes + varintLength(seq), takeHeader)
    .byte(version)
    .byte(flags)
    .bytes(logTag)
    .bytes(writer)
    .varint(seq)
    .bytes(previous)
    .bytes(epochId)
    .finish();
}

/** The header that begins where the reader stands; its fields are views. Throws MalformedBlockError. */
export function readHeader(reader: ByteReader): BlockHeader {
  if (reader.byte() !== version) throw new MalformedBlockError("a block of another version");
  const header = {
    flags: reader.byte(),
    logTag: toBytes(reader.bytes(16)),
    writer: toBytes(reader.bytes(32)),
    seq: reader.varint(),
    previous: toBytes(reader.bytes(32)),
    epochId: toBytes(reader.bytes(16)),
  };
  checkHeader(header);
  return header;
}

function checkHeader({ flags, seq, previous }: BlockHeader): void {
  if ((flags & ~knownFlags) !== 0) throw new MalformedBlockError("a flag that is not known");
  // Acknowledging is all that such a block does: what is sealed in a public part belongs to operations.
  if ((flags & blockFlags.ack) !== 0 && flags !== blockFlags.ack)
    throw new MalformedBlockError("an acknowledgement holds nothing else");
  if ((seq === 0) !== isAllZero(previous)) throw new MalformedBlockError("only the first block has no previous one");
}
