/**
 * Length-prefixed fields: the one canonical encoding under associated data, signatures and hashes. Each field is its
 * length as 4 bytes big-endian, then its bytes; numbers are 8 bytes big-endian, so that no two different lists of
 * fields share an encoding (unlike plain concatenation).
 */
import { type Bytes, copyBytes } from "./byte-kinds.ts";
import { MalformedBytesError, TooLargeError } from "./errors.ts";
import { bytesLimits } from "./limits.ts";
import { decodeUtf8, encodeUtf8 } from "./utf8.ts";

/** Collects fields in order; `finish` gives their encoding. */
export class FieldWriter {
  // One growing buffer: headers are encoded for every contact, and an array for each prefix costs more than the hash.
  #buffer: Bytes = new Uint8Array(512);
  #length = 0;

  /** Appends a byte field of 0 to 16 MiB. */
  bytes(field: Uint8Array): this {
    const at = this.#grow(field.length);
    this.#buffer.set(field, at);
    return this;
  }

  /** Appends text in UTF-8. */
  text(field: string): this {
    return this.bytes(encodeUtf8(field));
  }

  /** Appends a whole number from 0 to 2^53 - 1 as 8 bytes big-endian. */
  number(field: number): this {
    if (!Number.isSafeInteger(field) || field < 0)
      throw new MalformedBytesError("a number field must be a whole number >= 0");
    const at = this.#grow(8);
    writeUint32(this.#buffer, { at, value: Math.floor(field / 0x1_0000_0000) });
    writeUint32(this.#buffer, { at: at + 4, value: field >>> 0 });
    return this;
  }

  /** The encoding of all fields so far, in memory of its own. */
  finish(): Bytes {
    return this.#buffer.slice(0, this.#length);
  }

  /** Wipes what was collected: for fields that hold secrets. The writer is empty afterwards. */
  wipe(): void {
    this.#buffer.fill(0);
    this.#length = 0;
  }

  // Room for a prefix and a field; returns where the field begins.
  #grow(lengthBytes: number): number {
    if (lengthBytes > bytesLimits.fieldLengthBytes) throw new TooLargeError("a field is larger than its limit");
    const at = this.#length + 4;
    if (at + lengthBytes > this.#buffer.length) {
      const larger = new Uint8Array(Math.max(2 * this.#buffer.length, at + lengthBytes));
      larger.set(this.#buffer.subarray(0, this.#length));
      this.#buffer.fill(0);
      this.#buffer = larger;
    }
    writeUint32(this.#buffer, { at: this.#length, value: lengthBytes });
    this.#length = at + lengthBytes;
    return at;
  }
}

/** The encoding of a list of fields: text as UTF-8, numbers as 8 bytes, bytes as they are. */
export function encodeFields(...fields: readonly (Uint8Array | string | number)[]): Bytes {
  const writer = new FieldWriter();
  for (const field of fields) {
    if (typeof field === "string") writer.text(field);
    else if (typeof field === "number") writer.number(field);
    else writer.bytes(field);
  }
  const encoded = writer.finish();
  // The caller may wipe what it gets; no copy stays behind here.
  writer.wipe();
  return encoded;
}

/** Reads fields back in order, refusing what {@link FieldWriter} would not have written. */
export class FieldReader {
  readonly #bytes: Uint8Array;
  #offset = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  /** The next field, copied. Throws MalformedBytesError where it is truncated or longer than `maxBytes`. */
  bytes(maxBytes: number = bytesLimits.fieldLengthBytes): Bytes {
    const rest = this.#bytes.length - this.#offset;
    if (rest < 4) throw new MalformedBytesError("a field is truncated");
    const view = new DataView(this.#bytes.buffer, this.#bytes.byteOffset + this.#offset, 4);
    const lengthBytes = view.getUint32(0);
    // Checked before anything is allocated: a hostile length costs nothing.
    if (lengthBytes > maxBytes || lengthBytes > rest - 4)
      throw new MalformedBytesError("a field is truncated or too long");
    const start = this.#offset + 4;
    this.#offset = start + lengthBytes;
    return copyBytes(this.#bytes.subarray(start, this.#offset));
  }

  /** The next field as text. */
  text(maxBytes: number = bytesLimits.fieldLengthBytes): string {
    return decodeUtf8(this.bytes(maxBytes));
  }

  /** The next field as a number. */
  number(): number {
    const encoded = this.bytes(8);
    if (encoded.length !== 8) throw new MalformedBytesError("a number field has 8 bytes");
    const value = new DataView(encoded.buffer).getBigUint64(0);
    if (value > BigInt(Number.MAX_SAFE_INTEGER)) throw new MalformedBytesError("a number field is too large");
    return Number(value);
  }

  /** Ends the reading. Throws MalformedBytesError where bytes are left. */
  end(): void {
    if (this.#offset !== this.#bytes.length) throw new MalformedBytesError("bytes follow the last field");
  }
}

function writeUint32(target: Bytes, { at, value }: { readonly at: number; readonly value: number }): void {
  target[at] = value >>> 24;
  target[at + 1] = value >>> 16;
  target[at + 2] = value >>> 8;
  target[at + 3] = value;
}
