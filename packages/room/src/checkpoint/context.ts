/**
 * What is kept of a final block for those that come later: enough to judge a block that links to it, without the block itself
 * (docs/protocol/rooms.md §8.2).
 */
import { type Bytes, toBytes } from "@coterie/bytes";
import { ByteReader, ByteWriter, varintLength } from "@coterie/oplog";
import type { Primitives } from "@coterie/primitives";
import type { ControlSet } from "../membership/control-sets.ts";
import type { ControlNumbers } from "./control-numbers.ts";

/** A final block. */
export interface BlockContext {
  readonly hash: Bytes;
  readonly writer: Bytes;
  readonly seq: number;
  readonly lamport: number;
  readonly commits: number;
  /** The control blocks in its past, and itself. */
  readonly pastAndSelf: ControlSet;
}

/** How many parts the contexts are kept in. */
export const contextBuckets = 256;

/** `hash 32 || writer 32 || varint seq || varint lamport || varint commits || set`. */
export function encodeContext(numbers: ControlNumbers, context: BlockContext): Bytes {
  const { hash, writer, seq, lamport, commits } = context;
  const set = numbers.encode(context.pastAndSelf);
  const numbersBytes = varintLength(seq) + varintLength(lamport) + varintLength(commits);
  return new ByteWriter(hash.length + writer.length + numbersBytes + set.length)
    .bytes(hash)
    .bytes(writer)
    .varint(seq)
    .varint(lamport)
    .varint(commits)
    .bytes(set)
    .finish();
}

/** Contexts one after another, to the end. Throws MalformedBlockError or MalformedRoomError. */
export function decodeContexts(numbers: ControlNumbers, bytes: Uint8Array): readonly BlockContext[] {
  const reader = new ByteReader(bytes);
  const contexts: BlockContext[] = [];
  while (reader.remaining > 0) contexts.push(decodeContext(numbers, reader));
  return contexts;
}

/** The next context. Throws MalformedBlockError or MalformedRoomError. */
export function decodeContext(numbers: ControlNumbers, reader: ByteReader): BlockContext {
  return {
    hash: toBytes(reader.bytes(32)).slice(),
    writer: toBytes(reader.bytes(32)).slice(),
    seq: reader.varint(),
    lamport: reader.varint(),
    commits: reader.varint(),
    pastAndSelf: numbers.decode(reader),
  };
}

/** A context that was not looked into: its bytes, and the hash that they begin with. */
export interface RawContext {
  readonly hash: Uint8Array;
  readonly bytes: Uint8Array;
}

/** The next context of `bytes`, without what is in it. Throws MalformedBlockError. */
export function readRawContext(bytes: Uint8Array, reader: ByteReader): RawContext {
  const start = reader.offset;
  const hash = reader.bytes(32);
  // The writer, then seq, lamport, commits and the first number of the set, how many others, and those.
  reader.bytes(32);
  for (let i = 0; i < 4; i++) reader.varint();
  for (let count = reader.varint(); count > 0; count--) reader.varint();
  return { hash, bytes: bytes.subarray(start, reader.offset) };
}

/** Contexts one after another, to the end. Throws MalformedBlockError. */
export function* readRawContexts(bytes: Uint8Array): Generator<RawContext> {
  const reader = new ByteReader(bytes);
  while (reader.remaining > 0) yield readRawContext(bytes, reader);
}

/** A running hash for each part, by the first byte of the blocks' hashes: g_0 = 32 zeros, g_(n+1) = H(g_n || H(context)). */
export class ContextChains {
  readonly #sha256: Primitives["sha256"];
  readonly #chains: Bytes;
  readonly #linked: Bytes = new Uint8Array(64);

  /** From the beginning, or as they were saved: 256 × 32 bytes. */
  constructor({ sha256 }: Pick<Primitives, "sha256">, saved: Bytes = new Uint8Array(contextBuckets * 32)) {
    this.#sha256 = sha256;
    this.#chains = saved.slice();
  }

  /** Takes the context of the next final block. */
  add(context: Uint8Array): void {
    const at = (context[0] ?? 0) * 32;
    this.#linked.set(this.#chains.subarray(at, at + 32));
    this.#linked.set(this.#sha256(context), 32);
    this.#chains.set(this.#sha256(this.#linked), at);
  }

  /** All of them, 256 × 32 bytes. */
  get chains(): Bytes {
    return this.#chains.slice();
  }
}
