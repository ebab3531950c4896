/** Padmé: lengths rounded up so that at most 12 % is added and a length shows only its magnitude and a few leading bits. */

/** The Padmé length of a whole number from 0 to 2^30. */
export function padmeLength(lengthBytes: number): number {
  if (lengthBytes < 2) return lengthBytes;
  const exponent = 31 - Math.clz32(lengthBytes);
  const keptBits = 32 - Math.clz32(exponent);
  const step = 2 ** Math.max(0, exponent - keptBits);
  return Math.ceil(lengthBytes / step) * step;
}
