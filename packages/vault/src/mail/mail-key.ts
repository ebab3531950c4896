/** Mail keys: X25519 pairs that live for days and are then destroyed (docs/protocol/vault.md §6). */
import { type Bytes, decodeHex, encodeFields, encodeHex, MalformedTextError } from "@coterie/bytes";
import type { Primitives } from "@coterie/primitives";
import { InvalidMailKeyError } from "../errors.ts";
import { fieldLabels } from "../labels.ts";

declare const mailKeyId: unique symbol;

/** 16 bytes as 32 hexadecimal digits, lower case; follows from the public key. */
export type MailKeyId = string & { readonly [mailKeyId]: true };

/** What senders are told. */
export interface MailPublicKey {
  readonly keyId: MailKeyId;
  /** 32 bytes. */
  readonly publicKey: Bytes;
  readonly createdAtMs: number;
}

const keyIdLengthBytes = 16;

/** The id of a mail key: the start of SHA-256 over label and public key. Throws InvalidMailKeyError unless that has 32 bytes. */
export function deriveMailKeyId({ sha256 }: Pick<Primitives, "sha256">, publicKey: Uint8Array): MailKeyId {
  if (publicKey.length !== 32) throw new InvalidMailKeyError("a mail key has 32 bytes");
  const hash = sha256(encodeFields(fieldLabels.mailKeyId, publicKey));
  // brand: made from the hash that defines it
  return encodeHex(hash.subarray(0, keyIdLengthBytes)) as MailKeyId;
}

/** A mail key id from outside. Throws MalformedTextError on anything but 32 lower-case hexadecimal digits. */
export function parseMailKeyId(text: string): MailKeyId {
  if (text.length !== 2 * keyIdLengthBytes) throw new MalformedTextError("not a mail key id");
  decodeHex(text);
  // brand: length and digits were just checked
  return text as MailKeyId;
}
