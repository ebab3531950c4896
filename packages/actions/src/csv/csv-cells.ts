/**
 * Cells of a CSV file (RFC 4180) that are safe to open in a spreadsheet. What people typed into a form must not run as a
 * formula, break out of its cell, or show itself in another order than it is read:
 *
 * - text that a spreadsheet would take for a formula gets an apostrophe in front: = + - @ | %, their full-width and small
 *   forms, tab and carriage return; also behind leading spaces, invisible characters and quotes;
 * - the same behind `;`, tab and line breaks inside a cell: where a spreadsheet expects another separator than the comma,
 *   quotes in the middle of what it takes for a cell protect nothing;
 * - control characters and everything that reorders or hides text becomes U+FFFD. Line breaks stay, in quotes.
 */

/**
 * Anything that makes a cell need more than being written as it is: a start that may begin a formula or hide one, white
 * space at an end, separators, quotes, and characters that are neutralised.
 */
const suspicious =
  /^[\u17b4-\u17b5\s"'=+\-@|%\u00a0\u115f\u1160\u2018\u2019\u201c\u201d\u2212\u3164\ufe62\ufe63\ufe66\ufe6b\uff02\uff05\uff07\uff0b\uff0d\uff1d\uff20\uff5c\uffa0\ufffd]|[\u0000-\u001f",;\u007f-\u009f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]|\s$/;

const neutralised =
  /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]/g;

/** What stands in front without being seen as the start: white space, fillers, neutralised characters, quotes. */
const leading =
  "[\\s\\u00a0\\u115f\\u1160\\u17b4\\u17b5\\u3164\\uffa0\\ufffd\"'\\u2018\\u2019\\u201c\\u201d\\uff02\\uff07]*";
const formulaStart = "[=+\\-@|%\\u2212\\ufe62\\ufe63\\ufe66\\ufe6b\\uff1d\\uff0b\\uff0d\\uff20\\uff5c\\uff05]";

const startsLikeFormula = new RegExp(`^${leading}${formulaStart}`, "u");
/** What a spreadsheet with another separator would take for a cell. Each part is looked at once: linear time. */
const innerParts = /[^;\t\r\n]+/g;

/** The cell of `text`, quoted where it has to be. */
export function encodeCell(text: string): string {
  return suspicious.test(text) ? encodeSuspicious(text) : text;
}

/** One line of cells, ended by CR LF. */
export function encodeRow(texts: readonly string[]): string {
  let line = "";
  for (let i = 0; i < texts.length; i++) line += (i === 0 ? "" : ",") + encodeCell(texts[i] ?? "");
  return `${line}\r\n`;
}

function encodeSuspicious(text: string): string {
  const visible = text
    .replace(neutralised, "\ufffd")
    .replace(innerParts, (part, offset: number) => (offset > 0 && startsLikeFormula.test(part) ? `'${part}` : part));
  const safe = startsLikeFormula.test(visible) || /^[\t\r\n]/.test(visible) ? `'${visible}` : visible;
  return /[",;\t\r\n]|^\s|\s$/u.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
