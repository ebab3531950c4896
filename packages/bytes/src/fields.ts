/**
 * Length-prefixed fields: the one canonical encoding under associated data, signatures and hashes. Each field is its
 * length as 4 bytes big-endian, then its bytes; numbers are 8 bytes big-endian, so that no two different lists of
 * fields share an encoding (unlike plain concatenation).
 */
import type { Bytes } from "./byte-kinds.ts";
import { MalformedBytesError, TooLargeError } from "./errors.ts";
import { bytesLimits } from "./limits.ts";
import { encodeUtf8 } from "./utf8.ts";

/** Collects fields in order; `finish` gives their encoding. */
export class FieldWriter {
  // One growing buffer: headers are encoded for every contact, and an array for each prefix costs more than the hash.
  #buffer: Bytes = new Uint8Array(512);
  #length = 0;

  /** Appends a byte field of 0 to 16 MiB, or to `maxBytes` for what is known to grow longer. */
  bytes(field: Uint8Array, maxBytes: number = bytesLimits.fieldLengthBytes): this {
    const at = this.#grow(field.length, maxBytes);
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
  #grow(lengthBytes: number, maxBytes: number = bytesLimits.fieldLengthBytes): number {
    if (lengthBytes > maxBytes) throw new TooLargeError("a field is larger than its limit");
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

function writeUint32(target: Bytes, { at, value }: { readonly at: number; readonly value: number }): void {
  target[at] = value >>> 24;
  target[at + 1] = value >>> 16;
  target[at + 2] = value >>> 8;
  target[at + 3] = value;
}
