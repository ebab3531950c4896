/** Reading length-prefixed fields; see fields.ts. A file of its own: a form in a browser writes fields and reads none. */
import { type Bytes, copyBytes } from "./byte-kinds.ts";
import { MalformedBytesError } from "./errors.ts";
import { bytesLimits } from "./limits.ts";
import { decodeUtf8 } from "./utf8.ts";

/** Reads fields back in order, refusing what `FieldWriter` would not have written. */
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
