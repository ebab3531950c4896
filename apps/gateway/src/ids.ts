/** Ids between their 16 bytes in the database and their text form on the wire (docs/protocol/actions.md §1). */
import { type Bytes, decodeTextForm, encodeTextForm, MalformedTextError, toBytes } from "@coterie/bytes";
import { type RandomSource, randomBytes } from "@coterie/primitives";
import { type KeyId, keyIdBytes, parseKeyId } from "@coterie/sealed-box/seal";
import { RefusedError } from "./errors.ts";

/** What has an id of 16 bytes. */
export type IdPrefix = "corg" | "ccam" | "cpag" | "cact" | "ctid" | "cnad" | "cweb" | "cmsg";

/** A fresh random id. */
export function generateId(random: RandomSource): Bytes {
  return randomBytes(random, 16);
}

/** The id's text form. */
export function encodeId(prefix: IdPrefix, id: Uint8Array): string {
  return encodeTextForm(prefix, id);
}

/** The id of a request. Throws RefusedError "invalid" where it is mistyped or of another kind. */
export function parseId(prefix: IdPrefix, text: string): Bytes {
  return orInvalid(() => decodeTextForm(prefix, text, { lengthBytes: 16 }));
}

/** The key id of a request, as text and bytes. Throws RefusedError "invalid". */
export function parseRequestKeyId(text: string): { readonly id: KeyId; readonly bytes: Bytes } {
  return orInvalid(() => {
    const id = parseKeyId(text);
    return { id, bytes: toBytes(keyIdBytes(id)) };
  });
}

function orInvalid<Value>(parse: () => Value): Value {
  try {
    return parse();
  } catch (error) {
    if (error instanceof MalformedTextError) throw new RefusedError("invalid");
    throw error;
  }
}
