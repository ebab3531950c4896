/**
 * The kinds of bytes. Safe things are branded arrays; dangerous things (see secrets.ts) are opaque classes,
 * because a branded secret would still be a `Uint8Array` and fit any socket.
 */

/** Bytes in memory of their own: never a view on a `SharedArrayBuffer`. */
export type Bytes = Uint8Array<ArrayBuffer>;

declare const ciphertextKind: unique symbol;

/**
 * Bytes that were produced by authenticated encryption, so that they may be stored or sent.
 * The brand is minted only where the encryption happens; `Kind` names the format ("contact", "envelope").
 * It says nothing about who can open them.
 */
export type Ciphertext<Kind extends string> = Bytes & { readonly [ciphertextKind]: Kind };

/** Joins arrays in order into a new one. */
export function concatBytes(...parts: readonly Uint8Array[]): Bytes {
  let lengthBytes = 0;
  for (const part of parts) lengthBytes += part.length;
  const joined = new Uint8Array(lengthBytes);
  let offset = 0;
  for (const part of parts) {
    joined.set(part, offset);
    offset += part.length;
  }
  return joined;
}

/** A copy in memory of its own, so that later changes to `source` are not seen. */
export function copyBytes(source: Uint8Array): Bytes {
  return new Uint8Array(source);
}

/** `source` itself where it already owns an `ArrayBuffer`, else a copy. Use it where a library hands out wider types. */
export function toBytes(source: Uint8Array): Bytes {
  // cast: an ArrayBuffer behind the view is just what the narrower type says
  return source.buffer instanceof ArrayBuffer ? (source as Bytes) : copyBytes(source);
}
