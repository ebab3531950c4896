/**
 * Fields of proto2 messages as this protocol uses them: numbers and bytes, each present or not. Written in ascending order; read
 * strictly: a field that is unknown, repeated, out of order or of another type makes the whole message malformed, since no
 * honest peer writes one and two spellings of one message would be two messages to a replay check.
 */
import { type Bytes, copyBytes } from "@coterie/bytes";
import { MalformedMessageError } from "../errors.ts";
import { pushVarint, readVarint } from "./varint.ts";

/** The value of a field. */
export type FieldValue = number | Bytes;

/** What a message may contain: the type of each field by its number. */
export type FieldTypes = Readonly<Record<number, "number" | "bytes">>;

const wireTypes = { number: 0, bytes: 2 } as const;

/** Encodes the fields that are present. */
export function encodeFieldValues(fields: readonly (readonly [number, Uint8Array | number | undefined])[]): Bytes {
  const head: number[] = [];
  const parts: Uint8Array[] = [];
  let lengthBytes = 0;
  const flush = (): void => {
    const part = Uint8Array.from(head);
    parts.push(part);
    lengthBytes += part.length;
    head.length = 0;
  };
  for (const [field, value] of fields) {
    if (value === undefined) continue;
    if (typeof value === "number") {
      head.push((field << 3) | wireTypes.number);
      pushVarint(head, value);
    } else {
      head.push((field << 3) | wireTypes.bytes);
      pushVarint(head, value.length);
      flush();
      parts.push(value);
      lengthBytes += value.length;
    }
  }
  flush();
  const encoded = new Uint8Array(lengthBytes);
  let offset = 0;
  for (const part of parts) {
    encoded.set(part, offset);
    offset += part.length;
  }
  return encoded;
}

/** Decodes all of `bytes`; values are copies. */
export function decodeFieldValues(bytes: Uint8Array, types: FieldTypes): FieldValues {
  const values = new Map<number, FieldValue>();
  let at = 0;
  let last = 0;
  while (at < bytes.length) {
    const tag = readVarint(bytes, at);
    const field = Math.floor(tag.value / 8);
    const type = types[field];
    if (type === undefined || field <= last || tag.value % 8 !== wireTypes[type]) {
      throw new MalformedMessageError("the message has a field that does not belong there");
    }
    const { value, next } = readVarint(bytes, tag.next);
    if (type === "number") {
      values.set(field, value);
      at = next;
    } else {
      if (value > bytes.length - next) throw new MalformedMessageError("the message is truncated");
      at = next + value;
      values.set(field, copyBytes(bytes.subarray(next, at)));
    }
    last = field;
  }
  return new FieldValues(values);
}

/** The fields of a decoded message, asked for one by one. */
export class FieldValues {
  readonly #values: ReadonlyMap<number, FieldValue>;

  constructor(values: ReadonlyMap<number, FieldValue>) {
    this.#values = values;
  }

  /** A number of at most 32 bits that may be missing. */
  findNumber(field: number): number | undefined {
    const value = this.#values.get(field);
    if (value === undefined) return undefined;
    if (typeof value !== "number" || value > 0xffff_ffff) throw new MalformedMessageError("a number is too large");
    return value;
  }

  /** A number of at most 32 bits. */
  getNumber(field: number): number {
    const value = this.findNumber(field);
    if (value === undefined) throw new MalformedMessageError("a field of the message is missing");
    return value;
  }

  /** A number of at most 53 bits. */
  getLongNumber(field: number): number {
    const value = this.#values.get(field);
    if (typeof value !== "number") throw new MalformedMessageError("a field of the message is missing");
    return value;
  }

  /** Bytes that may be missing. */
  findBytes(field: number): Bytes | undefined {
    const value = this.#values.get(field);
    if (typeof value === "number") throw new MalformedMessageError("a field of the message has another type");
    return value;
  }

  /** Bytes, of one length where it is given. */
  getBytes(field: number, lengthBytes?: number): Bytes {
    const value = this.findBytes(field);
    if (value === undefined) throw new MalformedMessageError("a field of the message is missing");
    if (lengthBytes !== undefined && value.length !== lengthBytes) {
      throw new MalformedMessageError("a field of the message has another length");
    }
    return value;
  }
}
