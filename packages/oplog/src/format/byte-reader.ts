/** Reading what is in a block: varints, byte strings of known length, and the end. Strict, and never beyond the input. */
import { MalformedBlockError } from "../errors.ts";
import { oplogLimits } from "../limits.ts";

/** Reads bytes in order. What it gives are views on the input, nothing is copied. */
export class ByteReader {
  readonly #bytes: Uint8Array;
  #offset: number;

  constructor(bytes: Uint8Array, offset: number = 0) {
    this.#bytes = bytes;
    this.#offset = offset;
  }

  /** Where the next byte is. */
  get offset(): number {
    return this.#offset;
  }

  /** How many bytes are left. */
  get remaining(): number {
    return this.#bytes.length - this.#offset;
  }

  /** The next byte. Throws MalformedBlockError at the end. */
  byte(): number {
    const value = this.#bytes[this.#offset];
    if (value === undefined) throw new MalformedBlockError("the bytes end too early");
    this.#offset += 1;
    return value;
  }

  /**
   * The next number: LEB128 in its shortest spelling, at most 2^32 - 1.
   * @throws MalformedBlockError where it is longer than needed, greater, or cut off
   */
  varint(): number {
    let value = 0;
    for (let factor = 1; factor <= 0x1000_0000; factor *= 128) {
      const byte = this.byte();
      value += (byte & 0x7f) * factor;
      if (byte >= 0x80) continue;
      if (byte === 0 && factor > 1) throw new MalformedBlockError("a number is not in its shortest spelling");
      if (value > oplogLimits.number) break;
      return value;
    }
    throw new MalformedBlockError("a number is too large");
  }

  /** A view on the next `lengthBytes` bytes. Throws MalformedBlockError where fewer are left. */
  bytes(lengthBytes: number): Uint8Array {
    if (lengthBytes > this.remaining) throw new MalformedBlockError("the bytes end too early");
    const start = this.#offset;
    this.#offset = start + lengthBytes;
    return this.#bytes.subarray(start, this.#offset);
  }

  /** A view on as many bytes as the varint before them says. */
  sizedBytes(): Uint8Array {
    return this.bytes(this.varint());
  }

  /** A view on everything that is left. */
  rest(): Uint8Array {
    return this.bytes(this.remaining);
  }

  /** Ends the reading. Throws MalformedBlockError where bytes are left. */
  end(): void {
    if (this.remaining !== 0) throw new MalformedBlockError("bytes follow the end");
  }
}
