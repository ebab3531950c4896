/** What IndexedDB keeps: a checksum (4 bytes, little-endian) and the bytes, bound to the place where they belong. */
import type { Bytes } from "@coterie/bytes";
import { crc32c, updateCrc32c } from "../storage/crc32c.ts";

/** The value that is stored at a place. */
export function encodeStored(place: number | string, bytes: Uint8Array): Bytes {
  const stored = new Uint8Array(4 + bytes.length);
  stored.set(bytes, 4);
  new DataView(stored.buffer).setUint32(0, checksum(place, stored), true);
  return stored;
}

/** The bytes; undefined where they are damaged, or belong elsewhere, or are not there. */
export function decodeStored(place: number | string, stored: unknown): Bytes | undefined {
  if (!(stored instanceof Uint8Array) || stored.length < 4) return undefined;
  const view = new DataView(stored.buffer, stored.byteOffset, stored.byteLength);
  return view.getUint32(0, true) === checksum(place, stored) ? stored.slice(4) : undefined;
}

function checksum(place: number | string, stored: Uint8Array): number {
  const begun = crc32c(new TextEncoder().encode(String(place)));
  return updateCrc32c(begun, { bytes: stored, from: 4, to: stored.length });
}
