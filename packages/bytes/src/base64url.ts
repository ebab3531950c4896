/**
 * base64url without padding (RFC 4648 §5), canonical: one text per byte string. Arithmetic instead of tables, so that
 * encoding a secret leaves no trace in the cache (lesson of CVE-2024-40640).
 */
import type { Bytes } from "./byte-kinds.ts";
import { MalformedTextError } from "./errors.ts";

declare const base64Url: unique symbol;

/** Text that came out of {@link encodeBase64Url}. */
export type Base64Url = string & { readonly [base64Url]: true };

/** The base64url text of `bytes`, without padding. */
export function encodeBase64Url(bytes: Uint8Array): Base64Url {
  let text = "";
  for (let i = 0; i < bytes.length; i += 3) {
    const rest = bytes.length - i;
    const word = ((bytes[i] ?? 0) << 16) | ((bytes[i + 1] ?? 0) << 8) | (bytes[i + 2] ?? 0);
    text += symbolOf(word >>> 18) + symbolOf((word >>> 12) & 63);
    if (rest > 1) text += symbolOf((word >>> 6) & 63);
    if (rest > 2) text += symbolOf(word & 63);
  }
  // brand: this function is what the brand means
  return text as Base64Url;
}

/**
 * The bytes of `text`.
 * @throws MalformedTextError on other characters, padding, white space, a length of 1 mod 4, or unused bits that are not zero
 */
export function decodeBase64Url(text: string): Bytes {
  const tail = text.length % 4;
  if (tail === 1) throw new MalformedTextError("not base64url");
  const bytes = new Uint8Array(Math.floor((text.length * 3) / 4));
  let bad = 0;
  let word = 0;
  let bits = 0;
  let at = 0;
  for (let i = 0; i < text.length; i++) {
    const value = valueOf(text.charCodeAt(i));
    bad |= value >> 8;
    word = ((word << 6) | (value & 63)) & 0xffff;
    bits += 6;
    if (bits >= 8) {
      bits -= 8;
      bytes[at++] = (word >>> bits) & 0xff;
    }
  }
  bad |= word & ((1 << bits) - 1);
  if (bad !== 0) {
    bytes.fill(0);
    throw new MalformedTextError("not base64url");
  }
  return bytes;
}

// A–Z a–z 0–9 - _ : offsets added by masks, no branch and no table on the value.
function symbolOf(value: number): string {
  const code =
    value +
    65 +
    (((25 - value) >> 8) & 6) -
    (((51 - value) >> 8) & 75) -
    (((61 - value) >> 8) & 13) +
    (((62 - value) >> 8) & 49);
  return String.fromCharCode(code);
}

// -1 (all bits set, so `>> 8` is not zero) for a character outside the alphabet.
function valueOf(code: number): number {
  let value = -1;
  value += (((64 - code) & (code - 91)) >> 31) & (code - 64);
  value += (((96 - code) & (code - 123)) >> 31) & (code - 70);
  value += (((47 - code) & (code - 58)) >> 31) & (code + 5);
  value += (((44 - code) & (code - 46)) >> 31) & 63;
  value += (((94 - code) & (code - 96)) >> 31) & 64;
  return value;
}
