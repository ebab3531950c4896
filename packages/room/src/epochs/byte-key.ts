/** Byte strings as keys of a Map: one character a byte. For look-ups in memory alone; nothing is shown, sent or stored in this form. */

/** The characters U+0000 to U+00FF of `bytes`, which has at most a few hundred. */
export function byteKey(bytes: Uint8Array): string {
  let key = "";
  for (let i = 0; i < bytes.length; i++) key += String.fromCharCode(bytes[i] ?? 0);
  return key;
}
