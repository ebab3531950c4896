/** Lower-case hexadecimal, for public values only (fingerprint look-ups, digests); secrets use base64url. */
import type { Bytes } from "./byte-kinds.ts";
import { MalformedTextError } from "./errors.ts";

/** Two lower-case digits a byte. */
export function encodeHex(bytes: Uint8Array): string {
  let text = "";
  for (const byte of bytes) text += byte.toString(16).padStart(2, "0");
  return text;
}

/** The bytes of `text`. Throws MalformedTextError on an odd length or anything but 0–9 a–f. */
export function decodeHex(text: string): Bytes {
  if (text.length % 2 !== 0 || !/^[0-9a-f]*$/.test(text)) throw new MalformedTextError("not lower-case hexadecimal");
  const bytes = new Uint8Array(text.length / 2);
  for (let i = 0; i < bytes.length; i++) bytes[i] = Number.parseInt(text.slice(2 * i, 2 * i + 2), 16);
  return bytes;
}
