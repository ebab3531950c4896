/** The order of keys and hashes of one length, as bytes. Public values only: it stops at the first difference. */

/** Below 0 where `left` comes first, above 0 where `right` does, else 0. */
export function compareKeys(left: Uint8Array, right: Uint8Array): number {
  for (let i = 0; i < left.length; i++) {
    const difference = (left[i] ?? 0) - (right[i] ?? 0);
    if (difference !== 0) return difference;
  }
  return left.length - right.length;
}
