/** The strict reader of canonical JSON (docs/protocol/actions.md §2). */
import { type Bytes, decodeUtf8, encodeUtf8 } from "@coterie/bytes";
import { canonicalMemberTexts, type JsonObject } from "./canonical-json.ts";
import { MalformedPlaintextError } from "./errors.ts";
import { sealedBoxLimits } from "./limits.ts";

/**
 * The object in `bytes`. Whatever does not encode to the very same bytes again is refused: duplicate names, white space,
 * another order, other escapes, other spellings of a number, trailing bytes.
 * @throws MalformedPlaintextError
 */
export function decodeCanonicalJson(bytes: Uint8Array): JsonObject {
  return decodeChecked(bytes).value;
}

/** An object, one of its members, and the canonical form of the others. */
export interface SplitJson {
  readonly value: JsonObject;
  /** Canonical JSON in UTF-8 of `value` without the member. The caller wipes it where it is secret. */
  readonly others: Bytes;
}

/**
 * The same for an object one of whose members is not hashed with the others: all are encoded once, not once for the
 * comparison and once for the hash.
 * @throws MalformedPlaintextError
 */
export function splitCanonicalJson(bytes: Uint8Array, member: string): SplitJson {
  const { value, texts } = decodeChecked(bytes);
  const start = `${JSON.stringify(member)}:`;
  return { value, others: encodeUtf8(`{${texts.filter((text) => !text.startsWith(start)).join(",")}}`) };
}

function decodeChecked(bytes: Uint8Array): { readonly value: JsonObject; readonly texts: readonly string[] } {
  if (bytes.length > sealedBoxLimits.jsonBytes) throw new MalformedPlaintextError();
  const text = textOf(bytes);
  const value = parse(text);
  let texts: readonly string[];
  try {
    // cast: the encoder checks at run time all that the type says
    texts = canonicalMemberTexts(value as JsonObject);
  } catch {
    throw new MalformedPlaintextError();
  }
  // Texts instead of bytes: strict UTF-8 has one text for each byte string.
  if (`{${texts.join(",")}}` !== text) throw new MalformedPlaintextError();
  // cast: the encoder has just accepted it
  return { value: value as JsonObject, texts };
}

function textOf(bytes: Uint8Array): string {
  try {
    return decodeUtf8(bytes);
  } catch {
    throw new MalformedPlaintextError();
  }
}

// The messages of JSON.parse quote its input, so they go no further.
function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new MalformedPlaintextError();
  }
}
