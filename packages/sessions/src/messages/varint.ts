/** Variable-length whole numbers of protobuf: seven bits a byte, the lowest first. */
import { MalformedMessageError } from "../errors.ts";

/** A number that was read, and where the next one begins. */
export interface ReadNumber {
  readonly value: number;
  readonly next: number;
}

const malformed = "a number in the message is malformed";

/** The bytes of a safe whole number, at the end of `target`. */
export function pushVarint(target: number[], value: number): void {
  let rest = value;
  while (rest >= 0x80) {
    target.push((rest % 0x80) | 0x80);
    rest = Math.floor(rest / 0x80);
  }
  target.push(rest);
}

/** Reads a number of at most 53 bits in its shortest form; another spelling of it is refused. */
export function readVarint(bytes: Uint8Array, at: number): ReadNumber {
  let value = 0;
  let factor = 1;
  for (let offset = at; offset < at + 8; offset++) {
    const byte = bytes[offset];
    if (byte === undefined) throw new MalformedMessageError(malformed);
    value += (byte & 0x7f) * factor;
    if (byte < 0x80) {
      if ((byte === 0 && offset > at) || !Number.isSafeInteger(value)) throw new MalformedMessageError(malformed);
      return { value, next: offset + 1 };
    }
    factor *= 0x80;
  }
  throw new MalformedMessageError(malformed);
}
