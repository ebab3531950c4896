/** Reads an answer of the gateway, member by member: nothing is taken on trust, nothing is cast. */
import { type Bytes, decodeBase64Url } from "@coterie/bytes";
import { MalformedAnswerError } from "./errors.ts";

/** A JSON object from outside. */
export type JsonMembers = Readonly<Record<string, unknown>>;

/** `value` as an object. Throws MalformedAnswerError where it is none. */
export function readObject(value: unknown): JsonMembers {
  if (!isObject(value)) throw new MalformedAnswerError("an object was expected");
  return value;
}

/** The text member of that name; protobuf's JSON leaves empty texts out. */
export function readText(members: JsonMembers, name: string): string {
  const value = memberOf(members, name) ?? "";
  if (typeof value !== "string") throw new MalformedAnswerError("a text was expected");
  return value;
}

/** The boolean member of that name; false where it is left out. */
export function readFlag(members: JsonMembers, name: string): boolean {
  const value = memberOf(members, name) ?? false;
  if (typeof value !== "boolean") throw new MalformedAnswerError("true or false was expected");
  return value;
}

/** The list member of that name; empty where it is left out. */
export function readList(members: JsonMembers, name: string): readonly unknown[] {
  const value = memberOf(members, name) ?? [];
  if (!Array.isArray(value)) throw new MalformedAnswerError("a list was expected");
  return value;
}

/** The list of texts of that name. */
export function readTexts(members: JsonMembers, name: string): readonly string[] {
  return readList(members, name).map((value) => {
    if (typeof value !== "string") throw new MalformedAnswerError("a text was expected");
    return value;
  });
}

/** The bytes member of that name: base64 of either alphabet, with or without padding. */
export function readBytes(members: JsonMembers, name: string): Bytes {
  return decodeBase64(readText(members, name));
}

/** The list of bytes of that name. */
export function readBytesList(members: JsonMembers, name: string): readonly Bytes[] {
  return readTexts(members, name).map(decodeBase64);
}

/** A count, which protobuf's JSON writes as text. */
export function readCount(members: JsonMembers, name: string): number {
  const value = memberOf(members, name) ?? "0";
  const count = typeof value === "string" && /^[0-9]{1,15}$/.test(value) ? Number(value) : value;
  if (typeof count !== "number" || !Number.isSafeInteger(count) || count < 0)
    throw new MalformedAnswerError("a count was expected");
  return count;
}

/** The member itself, if it is the object's own. */
export function memberOf(members: JsonMembers, name: string): unknown {
  return Object.hasOwn(members, name) ? members[name] : undefined;
}

function decodeBase64(text: string): Bytes {
  return decodeBase64Url(text.replace(/\+/g, "-").replace(/\//g, "_").replace(/=/g, ""));
}

function isObject(value: unknown): value is JsonMembers {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
