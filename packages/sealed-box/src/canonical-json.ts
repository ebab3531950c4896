/**
 * Canonical JSON: one byte form for each value (docs/protocol/actions.md §2), so that a hash over it names a value and no
 * two readers take different things from the same bytes.
 */
import { type Bytes, encodeUtf8 } from "@coterie/bytes";
import { InvalidJsonError } from "./errors.ts";
import { jsonLevels } from "./limits.ts";

/** What canonical JSON expresses: no null, and numbers only as safe whole numbers. */
export type JsonValue = string | number | boolean | readonly JsonValue[] | JsonObject;

/** An object of canonical JSON. */
export interface JsonObject {
  readonly [name: string]: JsonValue;
}

/**
 * The canonical form of `value` in UTF-8. Text must already be in Unicode NFC: it is refused instead of changed, so that
 * what is opened is what was sealed.
 * @throws InvalidJsonError on null, undefined, fractions, text that is not NFC or not Unicode, a member named `__proto__`, more than four levels
 *
 * @example
 * import { encodeCanonicalJson } from "@coterie/sealed-box/seal";
 *
 * new TextDecoder().decode(encodeCanonicalJson({ b: 1, a: "x" })); // {"a":"x","b":1}
 */
export function encodeCanonicalJson(value: JsonObject): Bytes {
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw new InvalidJsonError("not an object");
  return encodeUtf8(objectText(value, 1));
}

/**
 * The members of `value` as they stand in its canonical form, in order, each as `"name":value`: joined by commas in
 * braces, they are that form. For whoever needs the form of a part as well and encodes only once.
 * @throws InvalidJsonError as {@link encodeCanonicalJson}
 */
export function canonicalMemberTexts(value: JsonObject): readonly string[] {
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw new InvalidJsonError("not an object");
  return memberTexts(value, 1);
}

/** Text that is in NFC whatever it says, and in which JSON escapes nothing. */
const plainAscii = /^[ !#-[\]-~]*$/;

function valueText(value: unknown, level: number): string {
  if (typeof value === "string") return stringText(value);
  if (typeof value === "boolean") return value ? "true" : "false";
  if (typeof value === "number") return numberText(value);
  if (typeof value !== "object" || value === null) throw new InvalidJsonError("a value that JSON here does not have");
  return Array.isArray(value) ? arrayText(value, level + 1) : objectText(value, level + 1);
}

function objectText(object: object, level: number): string {
  return `{${memberTexts(object, level).join(",")}}`;
}

function memberTexts(object: object, level: number): string[] {
  checkLevel(level);
  // cast: own members are looked up by the names of own members only
  const members = object as Readonly<Record<string, unknown>>;
  const texts: string[] = [];
  // The default order of `sort` is by UTF-16 code units.
  for (const name of Object.keys(object).sort()) texts.push(`${nameText(name)}:${valueText(members[name], level)}`);
  return texts;
}

function arrayText(array: readonly unknown[], level: number): string {
  checkLevel(level);
  const texts: string[] = [];
  // Not `map`: it would skip holes.
  for (const value of array) texts.push(valueText(value, level));
  return `[${texts.join(",")}]`;
}

// Before anything inside is looked at: also the end of circular values.
function checkLevel(level: number): void {
  if (level > jsonLevels) throw new InvalidJsonError("more levels than are allowed");
}

// A member of this name would become the prototype of an object that somebody builds by assignment.
function nameText(name: string): string {
  if (name === "__proto__") throw new InvalidJsonError("a member name that is not allowed");
  return stringText(name);
}

// JSON.stringify escapes just what JSON requires, in lower case, and lone surrogates, which are refused before.
function stringText(text: string): string {
  if (plainAscii.test(text)) return `"${text}"`;
  if (/\p{Cs}/u.test(text)) throw new InvalidJsonError("text with a lone surrogate");
  if (text.normalize("NFC") !== text) throw new InvalidJsonError("text that is not in Unicode NFC");
  return JSON.stringify(text);
}

function numberText(value: number): string {
  if (!Number.isSafeInteger(value)) throw new InvalidJsonError("a number that is not a safe whole number");
  return String(value);
}
