/** The keys that an opener holds: copies, checked when it is made and wiped when it is destroyed. */
import { type Bytes, copyBytes, SecretKey } from "@coterie/bytes";
import { type AgreementKeyPair, InvalidPublicKeyError, type Primitives } from "@coterie/primitives";
import type { KeyPairById } from "./contact-content.ts";
import { deriveKeyId } from "./key-id.ts";
import { requireMatchingHalves } from "./key-pair.ts";

/** Copies of the key pairs by their ids. Throws InvalidPublicKeyError where a pair's halves do not belong together. */
export function copyKeyPairs(primitives: Primitives, keys: readonly AgreementKeyPair[]): KeyPairById {
  for (const pair of keys) requireMatchingHalves(primitives, pair);
  return new Map(keys.map((pair) => [deriveKeyId(primitives, pair.publicKey), copyOf(pair)]));
}

/** Wipes the secret halves. */
export function destroyKeyPairs(keyPairById: KeyPairById): void {
  for (const pair of keyPairById.values()) pair.secretKey.destroy();
}

/** A copy of the gateway's pinned key. Throws InvalidPublicKeyError where it has not 32 bytes. */
export function copySigningKey(gatewaySigningKey: Uint8Array): Bytes {
  if (gatewaySigningKey.length !== 32) throw new InvalidPublicKeyError("an Ed25519 public key has 32 bytes");
  return copyBytes(gatewaySigningKey);
}

function copyOf({ publicKey, secretKey }: AgreementKeyPair): AgreementKeyPair {
  return { publicKey: copyBytes(publicKey), secretKey: SecretKey.copyOf("x25519", secretKey.exposeSecretBytes()) };
}
