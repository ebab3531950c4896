/** Whole numbers as bytes, big-endian. */
import type { Bytes } from "@coterie/bytes";

/** 4 bytes. */
export function encodeUint32(value: number): Bytes {
  return Uint8Array.of(value >>> 24, value >>> 16, value >>> 8, value);
}

/** 8 bytes of a safe whole number. */
export function encodeUint64(value: number): Bytes {
  const encoded = new Uint8Array(8);
  encoded.set(encodeUint32(Math.floor(value / 0x1_0000_0000)));
  encoded.set(encodeUint32(value >>> 0), 4);
  return encoded;
}
