/** X25519 by @noble/curves. */
import { type Bytes, SecretKey, toBytes } from "@coterie/bytes";
import { x25519 } from "@noble/curves/ed25519.js";
import { checkAgreementPublicKey, refuseZeroSecret } from "../agreement-keys.ts";
import { boxKeyOf } from "../box-key.ts";
import { agreementSecretRule, requireLength } from "../checks.ts";
import { InvalidPublicKeyError } from "../errors.ts";
import type { Primitives } from "../types.ts";

type Agreement = Pick<Primitives, "deriveAgreementKeyPair" | "agree" | "checkAgreementPublicKey" | "deriveBoxKey">;

export const portableAgreement: Agreement = {
  deriveAgreementKeyPair(secret) {
    requireLength(secret, agreementSecretRule);
    return { publicKey: toBytes(x25519.getPublicKey(secret)), secretKey: SecretKey.copyOf("x25519", secret) };
  },
  agree: (secretKey, publicKey) => SecretKey.own("shared", agreedBytes(secretKey, publicKey)),
  checkAgreementPublicKey,
  deriveBoxKey(secretKey, publicKey) {
    const agreed = agreedBytes(secretKey, publicKey);
    try {
      return boxKeyOf(agreed);
    } finally {
      agreed.fill(0);
    }
  },
};

function agreedBytes(secretKey: SecretKey<"x25519">, publicKey: Uint8Array): Bytes {
  const secret = secretKey.exposeSecretBytes();
  requireLength(secret, agreementSecretRule);
  checkAgreementPublicKey(publicKey);
  const agreed = scalarMultiply(secret, publicKey);
  refuseZeroSecret(agreed);
  return agreed;
}

function scalarMultiply(secret: Bytes, publicKey: Uint8Array): Bytes {
  try {
    return toBytes(x25519.getSharedSecret(secret, publicKey));
  } catch {
    // The library refuses a zero result itself.
    throw new InvalidPublicKeyError("the X25519 public key has small order");
  }
}
