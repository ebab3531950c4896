/** Hashes as keys of maps. */

/** A text of half as many characters as there are bytes; equal for equal bytes. Not for people. */
export function hashKey(bytes: Uint8Array): string {
  const units: number[] = [];
  for (let i = 0; i < bytes.length; i += 2) units.push((bytes[i] ?? 0) | ((bytes[i + 1] ?? 0) << 8));
  return String.fromCharCode(...units);
}
