/** Judging what was pasted as a token, before anything is sent anywhere. */
import { decodeTextForm, textFormPrefixes } from "@coterie/bytes";

/** What a pasted text is. */
export type TokenForm = "token" | "operator-token" | "secret-key" | "other-kind" | "mistyped" | "empty";

/** The kind of the text. Only "token" may be used to sign in. */
export function tokenFormOf(text: string): TokenForm {
  const trimmed = text.trim();
  if (trimmed === "") return "empty";
  if (isTextForm("ctok", trimmed)) return "token";
  const prefix = trimmed.slice(0, trimmed.lastIndexOf("1"));
  if (prefix === "cctl") return "operator-token";
  if (prefix === "csec") return "secret-key";
  return prefix !== "ctok" && Object.hasOwn(textFormPrefixes, prefix) ? "other-kind" : "mistyped";
}

function isTextForm(prefix: "ctok", text: string): boolean {
  try {
    decodeTextForm(prefix, text, { lengthBytes: 32 });
    return true;
  } catch {
    return false;
  }
}
