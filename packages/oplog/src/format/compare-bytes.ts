/** The order of byte strings of one length. Public data only: it stops at the first difference. */

/** Below 0 where `left` comes first, above 0 where `right` does, else 0. */
export function compareBytes(left: Uint8Array, right: Uint8Array): number {
  for (let i = 0; i < left.length; i++) {
    const difference = (left[i] ?? 0) - (right[i] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}
