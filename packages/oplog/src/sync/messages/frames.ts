/**
 * What all messages between client and relay share (docs/protocol/rooms.md §10): version, kind, request id, and lists. Decoding is strict, checks
 * every length before it reads, and gives views on the message.
 */
import { type Bytes, toBytes } from "@coterie/bytes";
import { MalformedBlockError, MalformedMessageError } from "../../errors.ts";
import { ByteReader } from "../../format/byte-reader.ts";
import { ByteWriter } from "../../format/byte-writer.ts";
import { oplogLimits } from "../../limits.ts";
import type { WriterHead } from "../relay.ts";

/** The version that begins every message. */
export const messageVersion = 1;

/** What the second byte says. An answer's is that of its request plus 128. */
export const messageKinds = {
  append: 1,
  since: 2,
  find: 3,
  range: 4,
  heads: 5,
  putChunk: 6,
  getChunk: 7,
  subscribe: 8,
  unsubscribe: 9,
  news: 64,
  answer: 128,
  error: 255,
} as const;

/** A message that begins with version and kind. */
export function startMessage(kind: number): ByteWriter {
  return new ByteWriter().byte(messageVersion).byte(kind);
}

/**
 * The finished message.
 * @throws MalformedMessageError where it is longer than its limit
 */
export function finishMessage(writer: ByteWriter): Bytes {
  const message = writer.finish();
  if (message.length > oplogLimits.messageBytes)
    throw new MalformedMessageError("the message is longer than its limit");
  return message;
}

/**
 * Reads a whole message with `read`, which is given its kind and what follows it.
 * @throws MalformedMessageError whatever is wrong with the bytes
 */
export function readMessage<Message>(bytes: Uint8Array, read: (kind: number, reader: ByteReader) => Message): Message {
  if (bytes.length > oplogLimits.messageBytes) throw new MalformedMessageError("the message is longer than its limit");
  try {
    const reader = new ByteReader(bytes);
    if (reader.byte() !== messageVersion) throw new MalformedMessageError("a message of another version");
    const message = read(reader.byte(), reader);
    reader.end();
    return message;
  } catch (error) {
    if (error instanceof MalformedBlockError) throw new MalformedMessageError(error.message);
    throw error;
  }
}

/** Runs `write`, whose numbers and lengths may be outside of the format. @throws MalformedMessageError */
export function writeMessage(kind: number, write: (writer: ByteWriter) => void): Bytes {
  try {
    const writer = startMessage(kind);
    write(writer);
    return finishMessage(writer);
  } catch (error) {
    if (error instanceof MalformedBlockError) throw new MalformedMessageError(error.message);
    throw error;
  }
}

/** A number from `least` to `most`. */
export function readNumber(
  reader: ByteReader,
  { least = 0, most }: { readonly least?: number; readonly most: number },
): number {
  const value = reader.varint();
  if (value < least || value > most) throw new MalformedMessageError("a number is outside of its limits");
  return value;
}

/** A choice written as one byte: its place in the list. */
export function readChoice<Choice>(reader: ByteReader, choices: readonly Choice[]): Choice {
  const choice = choices[reader.byte()];
  if (choice === undefined) throw new MalformedMessageError("a choice that is not known");
  return choice;
}

/** Throws MalformedMessageError where `choice` is none of the list. */
export function writeChoice<Choice>(
  writer: ByteWriter,
  { choice, choices }: { readonly choice: Choice; readonly choices: readonly Choice[] },
): void {
  const place = choices.indexOf(choice);
  if (place < 0) throw new MalformedMessageError("a choice that is not known");
  writer.byte(place);
}

/** A view on bytes of a fixed length. */
export function readFixed(reader: ByteReader, lengthBytes: number): Bytes {
  return toBytes(reader.bytes(lengthBytes));
}

/** Throws MalformedMessageError where `field` has another length. */
export function writeFixed(
  writer: ByteWriter,
  { field, lengthBytes }: { readonly field: Uint8Array; readonly lengthBytes: number },
): void {
  if (field.length !== lengthBytes) throw new MalformedMessageError("a field has another length");
  writer.bytes(field);
}

/** A view on bytes after their length, which is at most `most`. */
export function readSized(
  reader: ByteReader,
  { least = 0, most }: { readonly least?: number; readonly most: number },
): Bytes {
  return toBytes(reader.bytes(readNumber(reader, { least, most })));
}

/** A list after its length. The memory it takes is in proportion to the bytes that are there: each entry takes at least one. */
export function readList<Entry>(
  reader: ByteReader,
  { most, read }: { readonly most: number; readonly read: () => Entry },
): Entry[] {
  const count = readNumber(reader, { most });
  const entries: Entry[] = [];
  for (let i = 0; i < count; i++) entries.push(read());
  return entries;
}

/** Throws MalformedMessageError where the list is longer than `most`. */
export function writeList<Entry>(
  writer: ByteWriter,
  {
    entries,
    most,
    write,
  }: { readonly entries: readonly Entry[]; readonly most: number; readonly write: (entry: Entry) => void },
): void {
  if (entries.length > most) throw new MalformedMessageError("a list is longer than its limit");
  writer.varint(entries.length);
  for (const entry of entries) write(entry);
}

/** Blocks as they are: what is in them is not looked at. */
export function readEnvelopes(reader: ByteReader): Bytes[] {
  const most = oplogLimits.pageBlocks;
  return readList(reader, { most, read: () => readSized(reader, { least: 1, most: oplogLimits.envelopeBytes }) });
}

/** The counterpart of {@link readEnvelopes}. */
export function writeEnvelopes(writer: ByteWriter, envelopes: readonly Uint8Array[]): void {
  writeList(writer, {
    entries: envelopes,
    most: oplogLimits.pageBlocks,
    write: (envelope) => {
      if (envelope.length === 0 || envelope.length > oplogLimits.envelopeBytes)
        throw new MalformedMessageError("a block is empty or too long");
      writer.sizedBytes(envelope);
    },
  });
}

/** Writer 32, seq, hash 32. */
export function readHead(reader: ByteReader): WriterHead {
  return { writer: readFixed(reader, 32), seq: reader.varint(), hash: readFixed(reader, 32) };
}

/** The counterpart of {@link readHead}. */
export function writeHead(writer: ByteWriter, head: WriterHead): void {
  writeFixed(writer, { field: head.writer, lengthBytes: 32 });
  writer.varint(head.seq);
  writeFixed(writer, { field: head.hash, lengthBytes: 32 });
}
