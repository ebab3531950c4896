/** Text from outside, made harmless for a terminal: no control sequences, no reordering of what is read. */

/**
 * Control characters (C0 but tab and line feed, DEL, C1) and everything that reorders or hides text: bidirectional
 * marks, embeddings, overrides and isolates, zero-width characters, line and paragraph separators, byte order marks.
 */
const unsafeCharacters =
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g;

/** `text` with each unsafe character replaced by U+FFFD. */
export function showSafely(text: string): string {
  return text.replace(unsafeCharacters, "\ufffd");
}

/** JSON of the same meaning with each unsafe character escaped: for programs it is the same, on a terminal it does nothing. */
export function showJsonSafely(json: string): string {
  return json.replace(unsafeCharacters, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`);
}
