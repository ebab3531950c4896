/** The strict reader of canonical JSON (docs/protocol/actions.md §2). */
import { decodeUtf8, equalBytes } from "@coterie/bytes";
import { encodeCanonicalJson, type JsonObject } from "./canonical-json.ts";
import { MalformedPlaintextError } from "./errors.ts";
import { sealedBoxLimits } from "./limits.ts";

/**
 * The object in `bytes`. Whatever does not encode to the very same bytes again is refused: duplicate names, white space,
 * another order, other escapes, other spellings of a number, trailing bytes.
 * @throws MalformedPlaintextError
 */
export function decodeCanonicalJson(bytes: Uint8Array): JsonObject {
  if (bytes.length > sealedBoxLimits.jsonBytes) throw new MalformedPlaintextError();
  const value = parse(bytes);
  let again: Uint8Array;
  try {
    // cast: the encoder checks at run time all that the type says
    again = encodeCanonicalJson(value as JsonObject);
  } catch {
    throw new MalformedPlaintextError();
  }
  const same = equalBytes(again, bytes);
  again.fill(0);
  if (!same) throw new MalformedPlaintextError();
  // cast: the encoder has just accepted it
  return value as JsonObject;
}

// The messages of JSON.parse quote its input, so they go no further.
function parse(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(decodeUtf8(bytes));
  } catch {
    throw new MalformedPlaintextError();
  }
}
