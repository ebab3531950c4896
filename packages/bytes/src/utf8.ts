/** UTF-8, strict in both directions: what does not round-trip is refused, never replaced. */
import { type Bytes, toBytes } from "./byte-kinds.ts";
import { MalformedBytesError, MalformedTextError } from "./errors.ts";

// The two platform classes that exist in every runtime we support; declared here so that portable packages need no DOM types.
declare const TextEncoder: new () => { encode(text: string): Uint8Array };
declare const TextDecoder: new (
  label: "utf-8",
  options: { fatal: true; ignoreBOM: true },
) => { decode(bytes: Uint8Array): string };

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** The UTF-8 form of `text`. Throws MalformedTextError on a lone surrogate, which UTF-8 cannot express. */
export function encodeUtf8(text: string): Bytes {
  if (hasLoneSurrogate(text)) throw new MalformedTextError("the text holds a lone surrogate");
  return toBytes(encoder.encode(text));
}

/** The text of `bytes`. Throws MalformedBytesError where they are not UTF-8; a byte order mark stays part of the text. */
export function decodeUtf8(bytes: Uint8Array): string {
  try {
    return decoder.decode(bytes);
  } catch {
    throw new MalformedBytesError("the bytes are not UTF-8");
  }
}

function hasLoneSurrogate(text: string): boolean {
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit < 0xd800 || unit > 0xdfff) continue;
    const next = text.charCodeAt(i + 1);
    if (unit > 0xdbff || !(next >= 0xdc00 && next <= 0xdfff)) return true;
    i++;
  }
  return false;
}
