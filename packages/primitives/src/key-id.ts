/**
 * Key ids: the fingerprint of an organisation's public key (docs/protocol/actions.md §1). Sealing names keys by them, key
 * logs retire and revoke by them, and embed snippets pin them.
 */
import { type Bytes, concatBytes, decodeTextForm, encodeFields, encodeTextForm } from "@coterie/bytes";
import { InvalidPublicKeyError } from "./errors.ts";
import type { Primitives } from "./types.ts";

declare const keyId: unique symbol;

/** The text form "ckey1…" of a key id, in lower case. */
export type KeyId = string & { readonly [keyId]: true };

/** First field under the hash: no other hash, signature or associated data of Coterie starts with it. */
export const keyIdLabel = "coterie/public-key-id/1";

const keyIdLengthBytes = 20;

/** The fields (label, "x25519", the key) up to the key itself: encoded once, since ids are derived for every contact. */
const fieldsBeforeKey: Bytes = encodeFields(keyIdLabel, "x25519", new Uint8Array(32)).slice(0, -32);

/**
 * The id of an X25519 public key of 32 bytes. It names the key and says nothing about whether it is usable: sealing checks that.
 * @throws InvalidPublicKeyError on another length
 */
export function deriveKeyId(primitives: Pick<Primitives, "sha256">, publicKey: Uint8Array): KeyId {
  return textOf(deriveKeyIdBytes(primitives, publicKey));
}

/** The same as its 20 bytes. */
export function deriveKeyIdBytes({ sha256 }: Pick<Primitives, "sha256">, publicKey: Uint8Array): Bytes {
  if (publicKey.length !== 32) throw new InvalidPublicKeyError("an X25519 public key has 32 bytes");
  return sha256(concatBytes(fieldsBeforeKey, publicKey)).slice(0, keyIdLengthBytes);
}

/** The 20 bytes behind a key id. */
export function keyIdBytes(id: KeyId): Bytes {
  return decodeTextForm("ckey", id, { lengthBytes: keyIdLengthBytes });
}

/**
 * The key id in text from outside.
 * @throws MalformedTextError where it is mistyped or something else
 */
export function parseKeyId(text: string): KeyId {
  return textOf(decodeTextForm("ckey", text, { lengthBytes: keyIdLengthBytes }));
}

function textOf(bytes: Uint8Array): KeyId {
  // brand: the text form was just made from 20 bytes
  return encodeTextForm("ckey", bytes) as KeyId;
}
