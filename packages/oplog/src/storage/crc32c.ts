/**
 * CRC-32C (RFC 3720, appendix B.4; polynomial 0x1EDC6F41, reflected): finds what a disk forgot or changed by accident. It is no
 * cryptography: against somebody who writes to the disk, hashes and signatures of the blocks stand.
 */

/** Begins a checksum; continue it with {@link updateCrc32c}, and take the last state as the checksum. */
export const emptyCrc32c = 0;

/** Eight tables of 256: what a byte does to the remainder that is followed by 0 to 7 more bytes. */
const tables: Uint32Array = buildTables();

/** The checksum of `bytes`, as an unsigned number of 32 bits. */
export function crc32c(bytes: Uint8Array): number {
  return updateCrc32c(emptyCrc32c, { bytes, from: 0, to: bytes.length });
}

/** Continues the checksum `crc` of what came before with `bytes` from `from` up to, not including, `to`. */
export function updateCrc32c(
  crc: number,
  { bytes, from, to }: { readonly bytes: Uint8Array; readonly from: number; readonly to: number },
): number {
  const t = tables;
  const b = bytes;
  let state = ~crc;
  let at = from;
  // Eight bytes at a time, each with the table of its distance from the end of the eight.
  for (const end = to - 7; at < end; at += 8) {
    const low =
      state ^ (byteAt(b, at) | (byteAt(b, at + 1) << 8) | (byteAt(b, at + 2) << 16) | (byteAt(b, at + 3) << 24));
    state =
      entry(t, 1792 + (low & 255)) ^
      entry(t, 1536 + ((low >>> 8) & 255)) ^
      entry(t, 1280 + ((low >>> 16) & 255)) ^
      entry(t, 1024 + (low >>> 24)) ^
      entry(t, 768 + byteAt(b, at + 4)) ^
      entry(t, 512 + byteAt(b, at + 5)) ^
      entry(t, 256 + byteAt(b, at + 6)) ^
      entry(t, byteAt(b, at + 7));
  }
  for (; at < to; at++) state = (state >>> 8) ^ entry(t, (state ^ byteAt(b, at)) & 255);
  return ~state >>> 0;
}

function byteAt(bytes: Uint8Array, at: number): number {
  return bytes[at] ?? 0;
}

function entry(table: Uint32Array, at: number): number {
  return table[at] ?? 0;
}

function buildTables(): Uint32Array {
  const built = new Uint32Array(8 * 256);
  for (let byte = 0; byte < 256; byte++) {
    let remainder = byte;
    for (let bit = 0; bit < 8; bit++) remainder = (remainder >>> 1) ^ ((remainder & 1) * 0x82f6_3b78);
    built[byte] = remainder;
  }
  for (let at = 256; at < built.length; at++) {
    const before = entry(built, at - 256);
    built[at] = (before >>> 8) ^ entry(built, before & 255);
  }
  return built;
}
