/**
 * Text as people type it, made uniform before it is validated (docs/protocol/actions.md §6). Everything is one pass over a
 * text of bounded length.
 */
import { formLimits } from "./limits.ts";

/** What became of a typed text. */
export type NormalisedText =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "too-long" }
  | { readonly kind: "forbidden-character" };

/** Printable ASCII with single spaces between words: already as {@link normaliseText} makes it. Linear: words and spaces differ. */
const uniformAscii = /^(?:[!-~]+(?: [!-~]+)*)?$/;

/**
 * `typed` in Unicode NFC, white space trimmed and collapsed to single spaces. Control characters, bidirectional overrides
 * and isolates, invisible tags, non-characters and lone surrogates are refused: they make text look like another text.
 */
export function normaliseText(typed: string): NormalisedText {
  if (typed.length > formLimits.rawFieldCharacters) return { kind: "too-long" };
  // Nothing to do, for most of what people type. A test compares it with the loop.
  if (uniformAscii.test(typed)) return { kind: "text", text: typed };
  let collapsed = "";
  let pendingSpace = false;
  for (let at = 0; at < typed.length; at++) {
    const point = typed.codePointAt(at) ?? 0;
    if (isWhiteSpace(point)) {
      pendingSpace = collapsed !== "";
      continue;
    }
    if (isForbidden(point)) return { kind: "forbidden-character" };
    if (pendingSpace) collapsed += " ";
    pendingSpace = false;
    collapsed += String.fromCodePoint(point);
    if (point > 0xffff) at++;
  }
  return { kind: "text", text: collapsed.normalize("NFC") };
}

/** Whether `text` holds a character that {@link normaliseText} refuses; line breaks and tabs are allowed. */
export function hasForbiddenCharacter(text: string): boolean {
  for (let at = 0; at < text.length; at++) {
    const point = text.codePointAt(at) ?? 0;
    if (!isWhiteSpace(point) && isForbidden(point)) return true;
    if (point > 0xffff) at++;
  }
  return false;
}

// Tab to carriage return, space, NEL's absence is deliberate (it is a control character), and Unicode's Zs, Zl, Zp.
function isWhiteSpace(point: number): boolean {
  if (point === 0x20 || (point >= 0x09 && point <= 0x0d)) return true;
  if (point < 0xa0) return false;
  if (point === 0xa0 || point === 0x1680 || point === 0x3000 || point === 0x202f || point === 0x205f) return true;
  return (point >= 0x2000 && point <= 0x200a) || point === 0x2028 || point === 0x2029;
}

function isForbidden(point: number): boolean {
  if (point < 0x20 || (point >= 0x7f && point <= 0x9f)) return true; // C0, DEL, C1
  if (point >= 0x202a && point <= 0x202e) return true; // bidirectional embeddings and overrides
  if (point >= 0x2066 && point <= 0x2069) return true; // bidirectional isolates
  if (point >= 0xd800 && point <= 0xdfff) return true; // a surrogate without its pair
  if (point === 0xfeff || point === 0x200b || point === 0x2060) return true; // invisible: byte order mark, zero-width space, word joiner
  if (point >= 0xe0000 && point <= 0xe007f) return true; // invisible tags
  return (point & 0xfffe) === 0xfffe || (point >= 0xfdd0 && point <= 0xfdef) || point === 0xfffc; // non-characters
}
