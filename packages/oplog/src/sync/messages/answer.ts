/** What a relay answers and tells unasked, as bytes (docs/protocol/rooms.md §10.3). */
import type { Bytes } from "@coterie/bytes";
import { MalformedMessageError } from "../../errors.ts";
import type { ByteReader } from "../../format/byte-reader.ts";
import type { ByteWriter } from "../../format/byte-writer.ts";
import { oplogLimits } from "../../limits.ts";
import type { AppendOutcome, ChunkOutcome, HeadsPage, AppendRefusal, RelayPage, WriterHead } from "../relay.ts";
import {
  messageKinds,
  readChoice,
  readEnvelopes,
  readFixed,
  readHead,
  readList,
  readMessage,
  readSized,
  writeChoice,
  writeEnvelopes,
  writeFixed,
  writeHead,
  writeList,
  writeMessage,
} from "./frames.ts";

/** Why a relay did not answer a question. */
export type RelayErrorCode = "malformed" | "unknown-log" | "busy" | "failed";

/** One answer. */
export type RelayAnswer =
  | { readonly kind: "append"; readonly outcomes: readonly AppendOutcome[] }
  | ({ readonly kind: "since" } & RelayPage)
  | { readonly kind: "find"; readonly envelopes: readonly (Bytes | undefined)[] }
  | { readonly kind: "range"; readonly envelopes: readonly Bytes[] }
  | ({ readonly kind: "heads" } & HeadsPage)
  | { readonly kind: "putChunk"; readonly outcome: ChunkOutcome }
  | { readonly kind: "getChunk"; readonly chunk: Bytes | undefined }
  | { readonly kind: "subscribe" }
  | { readonly kind: "unsubscribe" }
  | { readonly kind: "error"; readonly code: RelayErrorCode };

/** An answer, with the id of its question; 0 where the question could not be read. */
export interface RelayAnswerFrame {
  readonly id: number;
  readonly answer: RelayAnswer;
}

/** Blocks arrived: what a subscriber is told. */
export interface RelayNews {
  /** 16 bytes. */
  readonly logTag: Bytes;
  readonly end: number;
}

/** The bytes of an answer. Throws MalformedMessageError where it passes a limit. */
export function encodeAnswer({ id, answer }: RelayAnswerFrame): Bytes {
  const kind = answer.kind === "error" ? messageKinds.error : messageKinds.answer + messageKinds[answer.kind];
  return writeMessage(kind, (writer) => {
    writer.varint(id);
    writeBody(writer, answer);
  });
}

/** The answer in `bytes`; its fields are views on them. Throws MalformedMessageError for everything that is none. */
export function decodeAnswer(bytes: Uint8Array): RelayAnswerFrame {
  return readMessage(bytes, (kind, reader) => ({ id: reader.varint(), answer: readBody(kind, reader) }));
}

/** The bytes of news. */
export function encodeNews({ logTag, end }: RelayNews): Bytes {
  return writeMessage(messageKinds.news, (writer) => {
    writeFixed(writer, { field: logTag, lengthBytes: 16 });
    writer.varint(end);
  });
}

/** The news in `bytes`. Throws MalformedMessageError for everything that is none. */
export function decodeNews(bytes: Uint8Array): RelayNews {
  return readMessage(bytes, (kind, reader) => {
    if (kind !== messageKinds.news) throw new MalformedMessageError("no news");
    return { logTag: readFixed(reader, 16), end: reader.varint() };
  });
}

const errorCodes: readonly RelayErrorCode[] = ["malformed", "unknown-log", "busy", "failed"];
const appendKinds = ["accepted", "known", "conflict", "refused"] as const;
const refusalReasons: readonly AppendRefusal[] = ["malformed", "other-log", "signature", "token", "quota", "read-only"];
const chunkReasons = ["token", "quota", "too-large", "read-only"] as const;
const chunkKinds = ["stored", "refused"] as const;
const presence = ["absent", "present"] as const;

function writeBody(writer: ByteWriter, answer: RelayAnswer): void {
  switch (answer.kind) {
    case "append": {
      const { outcomes } = answer;
      const most = oplogLimits.pageBlocks;
      return writeList(writer, { entries: outcomes, most, write: (outcome) => writeOutcome(writer, outcome) });
    }
    case "since":
      writer.varint(answer.next).varint(answer.end);
      return writeEnvelopes(writer, answer.envelopes);
    case "find": {
      const { envelopes } = answer;
      const most = oplogLimits.hashesPerFind;
      return writeList(writer, { entries: envelopes, most, write: (envelope) => writeFound(writer, envelope) });
    }
    case "range":
      return writeEnvelopes(writer, answer.envelopes);
    case "heads":
      return writeHeads(writer, answer);
    case "putChunk":
      return writeChunkOutcome(writer, answer.outcome);
    case "getChunk":
      writeChoice(writer, { choice: answer.chunk === undefined ? "absent" : "present", choices: presence });
      if (answer.chunk !== undefined) writeChunk(writer, answer.chunk);
      return undefined;
    case "error":
      return writeChoice(writer, { choice: answer.code, choices: errorCodes });
    case "subscribe":
    case "unsubscribe":
      return undefined;
  }
}

function readBody(kind: number, reader: ByteReader): RelayAnswer {
  if (kind === messageKinds.error) return { kind: "error", code: readChoice(reader, errorCodes) };
  switch (kind - messageKinds.answer) {
    case messageKinds.append: {
      const most = oplogLimits.pageBlocks;
      return { kind: "append", outcomes: readList(reader, { most, read: () => readOutcome(reader) }) };
    }
    case messageKinds.since:
      return { kind: "since", next: reader.varint(), end: reader.varint(), envelopes: readEnvelopes(reader) };
    case messageKinds.find: {
      const most = oplogLimits.hashesPerFind;
      return { kind: "find", envelopes: readList(reader, { most, read: () => readFound(reader) }) };
    }
    case messageKinds.range:
      return { kind: "range", envelopes: readEnvelopes(reader) };
    case messageKinds.heads:
      return readHeads(reader);
    case messageKinds.putChunk:
      return { kind: "putChunk", outcome: readChunkOutcome(reader) };
    case messageKinds.getChunk:
      return { kind: "getChunk", chunk: readChunk(reader) };
    case messageKinds.subscribe:
      return { kind: "subscribe" };
    case messageKinds.unsubscribe:
      return { kind: "unsubscribe" };
    default:
      throw new MalformedMessageError("an answer of a kind that is not known");
  }
}

function writeOutcome(writer: ByteWriter, outcome: AppendOutcome): void {
  writeChoice(writer, { choice: outcome.kind, choices: appendKinds });
  if (outcome.kind === "accepted") writer.varint(outcome.cursor);
  if (outcome.kind === "refused") writeChoice(writer, { choice: outcome.reason, choices: refusalReasons });
  if (outcome.kind !== "conflict") return;
  writeChoice(writer, { choice: outcome.head === undefined ? "absent" : "present", choices: presence });
  if (outcome.head !== undefined) writeHead(writer, outcome.head);
}

function readOutcome(reader: ByteReader): AppendOutcome {
  const kind = readChoice(reader, appendKinds);
  switch (kind) {
    case "accepted":
      return { kind, cursor: reader.varint() };
    case "known":
      return { kind };
    case "conflict":
      return { kind, head: readChoice(reader, presence) === "present" ? readHead(reader) : undefined };
    case "refused":
      return { kind, reason: readChoice(reader, refusalReasons) };
  }
}

/** No block is empty, so a length of 0 says that there is none. */
function writeFound(writer: ByteWriter, envelope: Bytes | undefined): void {
  if ((envelope?.length ?? 0) > oplogLimits.envelopeBytes) throw new MalformedMessageError("a block is too long");
  writer.sizedBytes(envelope ?? new Uint8Array());
}

function readFound(reader: ByteReader): Bytes | undefined {
  const found = readSized(reader, { most: oplogLimits.envelopeBytes });
  return found.length === 0 ? undefined : found;
}

function writeHeads(writer: ByteWriter, { heads, hasMore, end }: HeadsPage): void {
  writer.varint(end);
  writeChoice(writer, { choice: hasMore, choices: [false, true] });
  writeList(writer, { entries: heads, most: oplogLimits.pageHeads, write: (head) => writeShownHead(writer, head) });
}

function writeShownHead(writer: ByteWriter, head: WriterHead): void {
  writeHead(writer, head);
  writer.varint(head.from ?? 0);
}

function readShownHead(reader: ByteReader): WriterHead {
  const head = readHead(reader);
  const from = reader.varint();
  return from === 0 ? head : { ...head, from };
}

function readHeads(reader: ByteReader): RelayAnswer {
  const end = reader.varint();
  const hasMore = readChoice(reader, [false, true]);
  return {
    kind: "heads",
    end,
    hasMore,
    heads: readList(reader, { most: oplogLimits.pageHeads, read: () => readShownHead(reader) }),
  };
}

function writeChunkOutcome(writer: ByteWriter, outcome: ChunkOutcome): void {
  writeChoice(writer, { choice: outcome.kind, choices: chunkKinds });
  if (outcome.kind === "stored") writeFixed(writer, { field: outcome.hash, lengthBytes: 32 });
  else writeChoice(writer, { choice: outcome.reason, choices: chunkReasons });
}

function readChunkOutcome(reader: ByteReader): ChunkOutcome {
  if (readChoice(reader, chunkKinds) === "stored") return { kind: "stored", hash: readFixed(reader, 32) };
  return { kind: "refused", reason: readChoice(reader, chunkReasons) };
}

function writeChunk(writer: ByteWriter, chunk: Bytes): void {
  if (chunk.length > oplogLimits.chunkBytes) throw new MalformedMessageError("the chunk is too long");
  writer.sizedBytes(chunk);
}

function readChunk(reader: ByteReader): Bytes | undefined {
  if (readChoice(reader, presence) === "absent") return undefined;
  return readSized(reader, { most: oplogLimits.chunkBytes });
}
