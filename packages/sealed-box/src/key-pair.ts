/** A check of key pairs that come from outside. */
import { equalBytes } from "@coterie/bytes";
import { type AgreementKeyPair, InvalidPublicKeyError, type Primitives } from "@coterie/primitives";

/** Throws InvalidPublicKeyError where the halves of `pair` do not belong together. */
export function requireMatchingHalves(primitives: Primitives, pair: AgreementKeyPair): void {
  const derived = primitives.deriveAgreementKeyPair(pair.secretKey.exposeSecretBytes());
  derived.secretKey.destroy();
  if (!equalBytes(derived.publicKey, pair.publicKey))
    throw new InvalidPublicKeyError("the public key is not that of the secret key");
}
