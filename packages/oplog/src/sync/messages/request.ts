/** What a client asks a relay, as bytes (docs/protocol/rooms.md §10.2). */
import type { Bytes } from "@coterie/bytes";
import { MalformedMessageError } from "../../errors.ts";
import type { ByteReader } from "../../format/byte-reader.ts";
import type { ByteWriter } from "../../format/byte-writer.ts";
import { oplogLimits } from "../../limits.ts";
import type { AppendChoice, BlockReader } from "../relay.ts";
import {
  messageKinds,
  readChoice,
  readEnvelopes,
  readFixed,
  readList,
  readMessage,
  readNumber,
  readSized,
  writeChoice,
  writeEnvelopes,
  writeFixed,
  writeList,
  writeMessage,
} from "./frames.ts";

/** One question. Bytes of blocks and chunks are whatever came: the relay checks them. */
export type RelayRequest =
  | { readonly kind: "append"; readonly onConflict: AppendChoice; readonly envelopes: readonly Bytes[] }
  | ({ readonly kind: "since" } & Parameters<BlockReader["since"]>[0])
  | ({ readonly kind: "find" } & Parameters<BlockReader["find"]>[0])
  | ({ readonly kind: "range" } & Parameters<BlockReader["range"]>[0])
  | ({ readonly kind: "heads" } & Parameters<BlockReader["heads"]>[0])
  | { readonly kind: "putChunk"; readonly chunk: Bytes }
  | { readonly kind: "getChunk"; readonly hash: Bytes }
  | { readonly kind: "subscribe" }
  | { readonly kind: "unsubscribe" };

/** A question with what is around it. */
export interface RelayRequestFrame {
  /** From 1; the answer bears it again. */
  readonly id: number;
  /** 16 bytes. */
  readonly logTag: Bytes;
  /** At most 64 bytes; empty where nothing is written. */
  readonly token: Bytes;
  readonly request: RelayRequest;
}

/** The bytes of a question. Throws MalformedMessageError where it passes a limit. */
export function encodeRequest({ id, logTag, token, request }: RelayRequestFrame): Bytes {
  return writeMessage(messageKinds[request.kind], (writer) => {
    writer.varint(id);
    writeFixed(writer, { field: logTag, lengthBytes: 16 });
    if (token.length > oplogLimits.tokenBytes) throw new MalformedMessageError("the token is longer than its limit");
    writer.sizedBytes(token);
    writeBody(writer, request);
  });
}

/** The question in `bytes`; its fields are views on them. Throws MalformedMessageError for everything that is none. */
export function decodeRequest(bytes: Uint8Array): RelayRequestFrame {
  return readMessage(bytes, (kind, reader) => ({
    id: readNumber(reader, { least: 1, most: oplogLimits.number }),
    logTag: readFixed(reader, 16),
    token: readSized(reader, { most: oplogLimits.tokenBytes }),
    request: readBody(kind, reader),
  }));
}

const conflictChoices: readonly AppendChoice[] = ["refuse", "keep", "begin"];
const afterChoices = ["first", "after"] as const;

function writeBody(writer: ByteWriter, request: RelayRequest): void {
  switch (request.kind) {
    case "append":
      writeChoice(writer, { choice: request.onConflict, choices: conflictChoices });
      writeEnvelopes(writer, request.envelopes);
      return;
    case "since":
      writer.varint(request.cursor).varint(request.limit);
      return;
    case "find":
      writeHashes(writer, request.hashes);
      return;
    case "range":
      writeFixed(writer, { field: request.writer, lengthBytes: 32 });
      writer.varint(request.from).varint(request.limit);
      return;
    case "heads":
      writeAfter(writer, request.after);
      writer.varint(request.limit);
      return;
    case "putChunk":
      if (request.chunk.length > oplogLimits.chunkBytes) throw new MalformedMessageError("the chunk is too long");
      writer.sizedBytes(request.chunk);
      return;
    case "getChunk":
      writeFixed(writer, { field: request.hash, lengthBytes: 32 });
      return;
    case "subscribe":
    case "unsubscribe":
  }
}

function readBody(kind: number, reader: ByteReader): RelayRequest {
  switch (kind) {
    case messageKinds.append:
      return { kind: "append", onConflict: readChoice(reader, conflictChoices), envelopes: readEnvelopes(reader) };
    case messageKinds.since:
      return { kind: "since", cursor: reader.varint(), limit: readLimit(reader, oplogLimits.pageBlocks) };
    case messageKinds.find:
      return { kind: "find", hashes: readHashes(reader) };
    case messageKinds.range: {
      const writer = readFixed(reader, 32);
      return { kind: "range", writer, from: reader.varint(), limit: readLimit(reader, oplogLimits.pageBlocks) };
    }
    case messageKinds.heads:
      return { kind: "heads", after: readAfter(reader), limit: readLimit(reader, oplogLimits.pageHeads) };
    case messageKinds.putChunk:
      return { kind: "putChunk", chunk: readSized(reader, { most: oplogLimits.chunkBytes }) };
    case messageKinds.getChunk:
      return { kind: "getChunk", hash: readFixed(reader, 32) };
    case messageKinds.subscribe:
      return { kind: "subscribe" };
    case messageKinds.unsubscribe:
      return { kind: "unsubscribe" };
    default:
      throw new MalformedMessageError("a question of a kind that is not known");
  }
}

function readLimit(reader: ByteReader, most: number): number {
  return readNumber(reader, { least: 1, most });
}

function writeHashes(writer: ByteWriter, hashes: readonly Bytes[]): void {
  writeList(writer, {
    entries: hashes,
    most: oplogLimits.hashesPerFind,
    write: (field) => writeFixed(writer, { field, lengthBytes: 32 }),
  });
}

function readHashes(reader: ByteReader): Bytes[] {
  return readList(reader, { most: oplogLimits.hashesPerFind, read: () => readFixed(reader, 32) });
}

type After = Parameters<BlockReader["heads"]>[0]["after"];

function writeAfter(writer: ByteWriter, after: After): void {
  writeChoice(writer, { choice: after === undefined ? "first" : "after", choices: afterChoices });
  if (after === undefined) return;
  writeFixed(writer, { field: after.writer, lengthBytes: 32 });
  writeFixed(writer, { field: after.hash, lengthBytes: 32 });
}

function readAfter(reader: ByteReader): After {
  if (readChoice(reader, afterChoices) === "first") return undefined;
  return { writer: readFixed(reader, 32), hash: readFixed(reader, 32) };
}
