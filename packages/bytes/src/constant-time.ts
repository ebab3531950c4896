/**
 * Comparisons whose running time depends on lengths only. JavaScript promises nothing about timing; these avoid
 * what is known to leak (early exits, data-dependent branches and table look-ups).
 */

/** Whether two arrays hold the same bytes. Lengths are public: a difference in length returns at once. */
export function equalBytes(left: Uint8Array, right: Uint8Array): boolean {
  if (left.length !== right.length) return false;
  let difference = 0;
  for (let i = 0; i < left.length; i++) difference |= byteAt(left, i) ^ byteAt(right, i);
  return difference === 0;
}

/** Whether every byte is zero (also of an empty array). */
export function isAllZero(bytes: Uint8Array): boolean {
  let seen = 0;
  for (let i = 0; i < bytes.length; i++) seen |= byteAt(bytes, i);
  return seen === 0;
}

// `noUncheckedIndexedAccess` adds undefined; the index is always in range here, and `?? 0` costs no branch on content.
function byteAt(bytes: Uint8Array, index: number): number {
  return bytes[index] ?? 0;
}
