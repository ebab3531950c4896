/** Field keys and their ids (docs/protocol/vault.md §1). */
import { type Bytes, encodeFields, encodeHex, SecretKey } from "@coterie/bytes";
import { type Primitives, type RandomSource, randomBytes } from "@coterie/primitives";
import { InvalidKeyringError } from "../errors.ts";
import { fieldLabels } from "../labels.ts";

declare const fieldKeyId: unique symbol;

/** 16 bytes as 32 hexadecimal digits, lower case: public, and what a database prints. */
export type FieldKeyId = string & { readonly [fieldKeyId]: true };

const keyLengthBytes = 32;
const keyIdLengthBytes = 16;

/** A fresh field key; the caller stores it outside of the database and destroys this copy. */
export function generateFieldKey({ random }: { readonly random: RandomSource }): SecretKey<"field"> {
  return SecretKey.own("field", randomBytes(random, keyLengthBytes));
}

/** The id of a key. It names the key and tells nothing else about it. Throws InvalidKeyringError unless the key has 32 bytes. */
export function deriveFieldKeyId(
  { primitives }: { readonly primitives: Pick<Primitives, "sha256"> },
  key: SecretKey<"field">,
): FieldKeyId {
  // brand: made from the hash that defines it
  return encodeHex(fieldKeyIdBytes(primitives, key.exposeSecretBytes())) as FieldKeyId;
}

/** The same as its 16 bytes. */
export function fieldKeyIdBytes({ sha256 }: Pick<Primitives, "sha256">, key: Uint8Array): Bytes {
  if (key.length !== keyLengthBytes) throw new InvalidKeyringError("a field key has 32 bytes");
  const encoded = encodeFields(fieldLabels.fieldKeyId, key);
  try {
    return sha256(encoded).slice(0, keyIdLengthBytes);
  } finally {
    encoded.fill(0);
  }
}
