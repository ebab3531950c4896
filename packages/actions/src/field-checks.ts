/** The check of each kind of field, on normalised text no longer than the field's limit. */
import { isCountryCode } from "./countries.ts";
import type { FormField, FormSchema } from "./form-schema.ts";
import { type DocumentRule, documentsOf, nationalRuleOf } from "./national-rule.ts";

/** What is wrong with a field. Stable: the form's texts and the gateway's answers are written by these codes. */
export type ProblemCode =
  | "missing"
  | "too-long"
  | "malformed"
  | "forbidden-character"
  | "not-a-choice"
  | "in-the-future"
  | "too-young"
  | "unknown-field";

/** What a check may know besides the field's own text. */
export interface CheckContext {
  readonly nowMs: number;
  readonly schema: FormSchema;
  /** Upper-case code of the nationality, or "" where there is none. */
  readonly nationality: string;
  readonly documentType: string;
}

/** What became of one field's text. */
export type CheckedText = { readonly text: string } | { readonly problem: ProblemCode };

/** `text` in the form it is kept, or what is wrong with it. */
export function checkField(
  field: FormField,
  { text, context }: { readonly text: string; readonly context: CheckContext },
): CheckedText {
  switch (field.kind) {
    case "text":
      return { text };
    case "name":
      return hasLetter(text) ? { text } : malformed;
    case "email":
      return isEmail(text) ? { text } : malformed;
    case "telephone":
      return isTelephone(text) ? { text } : malformed;
    case "postcode":
      return /^[\p{L}\p{N}][\p{L}\p{N} -]*$/u.test(text) ? { text } : malformed;
    case "country":
      return chosen(text.toUpperCase(), isCountryCode);
    case "member-state":
      return chosen(text.toUpperCase(), (code) => nationalRuleOf(context.schema, code) !== undefined);
    case "birth-date":
      return checkBirthDate(text, context);
    case "document-type":
      return chosen(text, (type) => acceptedDocuments(context).some((document) => document.type === type));
    case "document-number":
      return checkDocumentNumber(text, context);
  }
}

const malformed: CheckedText = { problem: "malformed" };

function chosen(text: string, isChoice: (text: string) => boolean): CheckedText {
  return isChoice(text) ? { text } : { problem: "not-a-choice" };
}

function hasLetter(text: string): boolean {
  return /\p{L}/u.test(text);
}

// What mail servers take in practice: one address without comments or quotes; letters of any script (RFC 6531).
function isEmail(text: string): boolean {
  const at = text.lastIndexOf("@");
  const local = text.slice(0, Math.max(at, 0));
  const labels = text.slice(at + 1).split(".");
  if (local === "" || local.length > 64 || labels.length < 2) return false;
  if (local.startsWith(".") || local.endsWith(".") || local.includes("..")) return false;
  if (!/^[\p{L}\p{M}\p{N}!#$%&'*+/=?^_`{|}~.-]+$/u.test(local)) return false;
  return labels.every(isDomainLabel) && !/^[0-9]+$/.test(labels.at(-1) ?? "");
}

function isDomainLabel(label: string): boolean {
  if (label.length === 0 || label.length > 63 || label.startsWith("-") || label.endsWith("-")) return false;
  return /^[\p{L}\p{M}\p{N}-]+$/u.test(label);
}

// E.164 numbers have at most 15 digits; the shortest that people write are national ones of 4.
function isTelephone(text: string): boolean {
  if (!/^\+?[0-9 ()./-]+$/.test(text)) return false;
  const digits = text.replace(/[^0-9]/g, "").length;
  return digits >= 4 && digits <= 15;
}

const oldestYears = 130;

function checkBirthDate(text: string, { nowMs, schema, nationality }: CheckContext): CheckedText {
  const parts = /^([0-9]{4})-([0-9]{2})-([0-9]{2})$/.exec(text);
  if (parts === null) return malformed;
  const [year, month, day] = [Number(parts[1]), Number(parts[2]), Number(parts[3])];
  const born = new Date(Date.UTC(year, month - 1, day));
  if (born.getUTCMonth() !== month - 1 || born.getUTCDate() !== day || year < 1000) return malformed;
  const today = new Date(nowMs);
  if (born.getTime() > nowMs) return { problem: "in-the-future" };
  const hadBirthday = today.getUTCMonth() * 32 + today.getUTCDate() >= (month - 1) * 32 + day;
  const age = today.getUTCFullYear() - year - (hadBirthday ? 0 : 1);
  if (age > oldestYears) return malformed;
  return age < (nationalRuleOf(schema, nationality)?.minimumAge ?? 0) ? { problem: "too-young" } : { text };
}

function acceptedDocuments({ schema, nationality }: CheckContext): readonly DocumentRule[] {
  return documentsOf(schema, nationality);
}

function checkDocumentNumber(text: string, context: CheckContext): CheckedText {
  const bare = text.replace(/[ ./-]/g, "").toUpperCase();
  const document = acceptedDocuments(context).find(({ type }) => type === context.documentType);
  if (document === undefined) return /^[A-Z0-9+]{4,20}$/.test(bare) ? { text: bare } : malformed;
  return document.pattern.test(bare) ? { text: bare } : malformed;
}
