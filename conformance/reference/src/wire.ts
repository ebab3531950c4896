/** Protobuf as far as the messages need it: fields in ascending order, numbers and bytes. The reader trusts its input. */
import { join, type Raw } from "./crypto.ts";

export function varint(value: number): Raw {
  const bytes: number[] = [];
  let rest = BigInt(value);
  while (rest > 127n) {
    bytes.push(Number(rest & 127n) | 128);
    rest >>= 7n;
  }
  return Uint8Array.from([...bytes, Number(rest)]);
}

export function readVarint(bytes: Uint8Array, at: number): { readonly value: number; readonly next: number } {
  let value = 0n;
  let i = at;
  for (; (bytes[i] ?? 0) > 127; i++) value |= BigInt((bytes[i] ?? 0) & 127) << BigInt(7 * (i - at));
  return { value: Number(value | (BigInt(bytes[i] ?? 0) << BigInt(7 * (i - at)))), next: i + 1 };
}

type Fields = Record<number, number | Uint8Array | undefined>;

export function writeFields(fields: Fields): Raw {
  const parts = Object.entries(fields).map(([field, value]) => {
    if (value === undefined) return new Uint8Array(0);
    if (typeof value === "number") return join(varint(Number(field) * 8), varint(value));
    return join(varint(Number(field) * 8 + 2), varint(value.length), value);
  });
  return join(...parts);
}

export function readFields(bytes: Uint8Array): { numbers: Record<number, number>; bytes: Record<number, Raw> } {
  const found: ReturnType<typeof readFields> = { numbers: {}, bytes: {} };
  let at = 0;
  while (at < bytes.length) {
    const tag = readVarint(bytes, at);
    const { value, next } = readVarint(bytes, tag.next);
    const field = Math.floor(tag.value / 8);
    at = next;
    if (tag.value % 8 === 0) {
      found.numbers[field] = value;
    } else {
      found.bytes[field] = Uint8Array.from(bytes.subarray(next, next + value));
      at = next + value;
    }
  }
  return found;
}
