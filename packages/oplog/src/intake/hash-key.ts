/** Hashes as keys of maps. */

const units: number[] = [];

/** A text of half as many characters as there are bytes; equal for equal bytes. Not for people. */
export function hashKey(bytes: Uint8Array): string {
  units.length = bytes.length >>> 1;
  for (let i = 0; i < units.length; i++) units[i] = (bytes[2 * i] ?? 0) | ((bytes[2 * i + 1] ?? 0) << 8);
  return Reflect.apply(String.fromCharCode, undefined, units);
}
