/** Bytes of stored records, written and read in one order: whole numbers of variable length, byte strings with their length. */
import { type Bytes, copyBytes } from "@coterie/bytes";
import { UnreadableRecordError } from "../errors.ts";

/** Room for nearly every record: growing copies and wipes. */
const usualLengthBytes = 4096;

/** Collects the bytes of a record. */
export class RecordWriter {
  #buffer: Bytes = new Uint8Array(usualLengthBytes);
  #length = 0;

  /** A whole number from 0 to 2^53 - 1. */
  number(value: number): this {
    this.#grow(8);
    let rest = value;
    while (rest >= 0x80) {
      this.#buffer[this.#length++] = (rest % 0x80) | 0x80;
      rest = Math.floor(rest / 0x80);
    }
    this.#buffer[this.#length++] = rest;
    return this;
  }

  /** Bytes of a length that the reader knows. */
  fixed(bytes: Uint8Array): this {
    this.#grow(bytes.length);
    this.#buffer.set(bytes, this.#length);
    this.#length += bytes.length;
    return this;
  }

  /** Bytes of any length. */
  bytes(bytes: Uint8Array): this {
    return this.number(bytes.length).fixed(bytes);
  }

  /** A list: its length, then each item by `write`. */
  list<Item>(items: readonly Item[], write: (item: Item) => void): this {
    this.number(items.length);
    for (const item of items) write(item);
    return this;
  }

  /** Whether there is one, then the value by `write`. */
  optional<Value>(value: Value | undefined, write: (value: Value) => void): this {
    this.number(value === undefined ? 0 : 1);
    if (value !== undefined) write(value);
    return this;
  }

  /** What was written, for the caller to wipe. The writer is empty afterwards. */
  finish(): Bytes {
    const written = this.#buffer.subarray(0, this.#length);
    this.#buffer = new Uint8Array(0);
    this.#length = 0;
    return written;
  }

  #grow(lengthBytes: number): void {
    if (this.#length + lengthBytes <= this.#buffer.length) return;
    const larger = new Uint8Array(Math.max(2 * this.#buffer.length, this.#length + lengthBytes));
    larger.set(this.#buffer.subarray(0, this.#length));
    this.#buffer.fill(0);
    this.#buffer = larger;
  }
}

/** Reads a record back. Throws UnreadableRecordError where the bytes are not what {@link RecordWriter} writes. */
export class RecordReader {
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  number(): number {
    let value = 0;
    let factor = 1;
    for (let i = 0; i < 8; i++) {
      const byte = this.#bytes[this.#at++];
      if (byte === undefined) throw unreadable();
      value += (byte & 0x7f) * factor;
      if (byte < 0x80) {
        if (!Number.isSafeInteger(value) || (byte === 0 && i > 0)) throw unreadable();
        return value;
      }
      factor *= 0x80;
    }
    throw unreadable();
  }

  fixed(lengthBytes: number): Bytes {
    // Before anything is allocated.
    if (lengthBytes > this.#bytes.length - this.#at) throw unreadable();
    const bytes = copyBytes(this.#bytes.subarray(this.#at, this.#at + lengthBytes));
    this.#at += lengthBytes;
    return bytes;
  }

  bytes(): Bytes {
    return this.fixed(this.number());
  }

  list<Item>(most: number, read: () => Item): Item[] {
    const length = this.number();
    if (length > most) throw unreadable();
    const items: Item[] = [];
    for (let i = 0; i < length; i++) items.push(read());
    return items;
  }

  optional<Value>(read: () => Value): Value | undefined {
    const present = this.number();
    if (present > 1) throw unreadable();
    return present === 1 ? read() : undefined;
  }

  end(): void {
    if (this.#at !== this.#bytes.length) throw unreadable();
  }
}

function unreadable(): UnreadableRecordError {
  return new UnreadableRecordError("the session record is damaged or of another version");
}
