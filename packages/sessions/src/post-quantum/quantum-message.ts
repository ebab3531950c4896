/** What the post-quantum ratchet sends inside each message (docs/protocol/sessions.md §7.1). */
import { type Bytes, concatBytes, copyBytes } from "@coterie/bytes";
import { MalformedMessageError } from "../errors.ts";
import { sessionLimits } from "../limits.ts";
import { pushVarint, readVarint } from "../messages/varint.ts";
import { type Chunk, chunkLengthBytes } from "./erasure-code.ts";

/** Kinds in the order of their numbers on the wire. */
const kinds = ["none", "header", "vector", "vector-acknowledging", "acknowledging", "first", "second"] as const;

/** What a message carries: a chunk of the header, the vector, the first or second part of the ciphertext, or nothing. */
export type QuantumMessageKind = (typeof kinds)[number];

/** A message of version 1. */
export interface QuantumMessage {
  /** From 1. The key of this message belongs to the epoch before. */
  readonly epoch: number;
  /** Number of the key within its chain. */
  readonly index: number;
  readonly kind: QuantumMessageKind;
  readonly chunk: Chunk | undefined;
}

const version = 1;
const kindsWithChunk: ReadonlySet<QuantumMessageKind> = new Set([
  "header",
  "vector",
  "vector-acknowledging",
  "first",
  "second",
]);

/** The bytes of a message. */
export function encodeQuantumMessage({ epoch, index, kind, chunk }: QuantumMessage): Bytes {
  const head: number[] = [version];
  pushVarint(head, epoch);
  pushVarint(head, index);
  head.push(kinds.indexOf(kind));
  if (chunk === undefined) return Uint8Array.from(head);
  pushVarint(head, chunk.index);
  return concatBytes(Uint8Array.from(head), chunk.bytes);
}

/**
 * The message in `bytes`. They are authenticated only later, so that everything about them is doubted here.
 * @throws MalformedMessageError
 */
export function decodeQuantumMessage(bytes: Uint8Array): QuantumMessage {
  if (bytes[0] !== version) throw new MalformedMessageError("the post-quantum message is of another version");
  const epoch = readVarint(bytes, 1);
  const index = readVarint(bytes, epoch.next);
  const kind = kinds[bytes[index.next] ?? kinds.length];
  if (kind === undefined || epoch.value < 1 || index.value > sessionLimits.counter) {
    throw new MalformedMessageError("the post-quantum message is malformed");
  }
  const message = { epoch: epoch.value, index: index.value, kind };
  const at = index.next + 1;
  if (!kindsWithChunk.has(kind)) {
    requireEnd(bytes, at);
    return { ...message, chunk: undefined };
  }
  const chunkIndex = readVarint(bytes, at);
  const end = chunkIndex.next + chunkLengthBytes;
  if (chunkIndex.value > sessionLimits.chunkIndex || end > bytes.length) {
    throw new MalformedMessageError("the post-quantum message is malformed");
  }
  requireEnd(bytes, end);
  return { ...message, chunk: { index: chunkIndex.value, bytes: copyBytes(bytes.subarray(chunkIndex.next, end)) } };
}

function requireEnd(bytes: Uint8Array, at: number): void {
  if (at !== bytes.length) throw new MalformedMessageError("bytes follow the post-quantum message");
}
