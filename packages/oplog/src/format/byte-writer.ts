/** Writing what is in a block; the counterpart of byte-reader.ts. */
import type { BytePool, Bytes } from "@coterie/bytes";
import { MalformedBlockError } from "../errors.ts";
import { oplogLimits } from "../limits.ts";

const ownMemory: BytePool = (lengthBytes) => new Uint8Array(lengthBytes);

/** Collects bytes and varints in order; `finish` gives them. */
export class ByteWriter {
  #buffer: Bytes;
  #length = 0;

  /** `capacityBytes`: how much is expected; more is taken as well. `take`: where that comes from, for what is dropped soon. */
  constructor(capacityBytes: number = 256, take: BytePool = ownMemory) {
    this.#buffer = take(capacityBytes);
  }

  /** Appends one byte. */
  byte(value: number): this {
    this.#reserve(1);
    this.#buffer[this.#length++] = value;
    return this;
  }

  /** Appends a number as LEB128. Throws MalformedBlockError unless it is a whole number from 0 to 2^32 - 1. */
  varint(value: number): this {
    this.#reserve(varintLength(value));
    this.#length = writeVarint(this.#buffer, { at: this.#length, value });
    return this;
  }

  /** Appends bytes as they are. */
  bytes(field: Uint8Array): this {
    this.#reserve(field.length);
    this.#buffer.set(field, this.#length);
    this.#length += field.length;
    return this;
  }

  /** Appends bytes after their length as a varint. */
  sizedBytes(field: Uint8Array): this {
    return this.varint(field.length).bytes(field);
  }

  /** Everything so far, in memory of its own unless it came from a pool. */
  finish(): Bytes {
    // A full buffer is given away: whatever were written next would take a larger one.
    return this.#length === this.#buffer.length ? this.#buffer : this.#buffer.slice(0, this.#length);
  }

  #reserve(lengthBytes: number): void {
    const needed = this.#length + lengthBytes;
    if (needed <= this.#buffer.length) return;
    const larger = new Uint8Array(Math.max(needed, 2 * this.#buffer.length));
    larger.set(this.#buffer.subarray(0, this.#length));
    this.#buffer = larger;
  }
}

/** A number as LEB128 in its shortest spelling. Throws MalformedBlockError unless it is a whole number from 0 to 2^32 - 1. */
export function encodeVarint(value: number): Bytes {
  const encoded = new Uint8Array(varintLength(value));
  writeVarint(encoded, { at: 0, value });
  return encoded;
}

/** How many bytes a number takes as a varint: 1 to 5. Throws MalformedBlockError unless it is a whole number from 0 to 2^32 - 1. */
export function varintLength(value: number): number {
  if (!Number.isInteger(value) || value < 0 || value > oplogLimits.number)
    throw new MalformedBlockError("a number in a block is whole, and at most 2^32 - 1");
  let lengthBytes = 1;
  for (let rest = value; rest >= 0x80; rest = Math.floor(rest / 128)) lengthBytes += 1;
  return lengthBytes;
}

/** The number was measured, and so is one. */
function writeVarint(target: Bytes, { at, value }: { readonly at: number; readonly value: number }): number {
  let offset = at;
  let rest = value;
  for (; rest >= 0x80; rest = Math.floor(rest / 128)) target[offset++] = (rest & 0x7f) | 0x80;
  target[offset++] = rest;
  return offset;
}
