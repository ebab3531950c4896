/** The border of X25519: lengths, the rule for public keys, and who wipes what. Backends supply the multiplications. */
import { type Bytes, SecretKey } from "@coterie/bytes";
import type { Primitives } from "../types.ts";
import { checkAgreementPublicKey, refuseZeroSecret } from "./agreement-keys.ts";
import { type FixedLength, requireLength } from "./checks.ts";

/** What a backend supplies. It gets 32-byte secrets and public keys that passed the rule. */
export interface AgreementCurve {
  readonly publicKeyOf: (secret: Uint8Array) => Bytes;
  /** The X25519 result; zeros where the library refuses to give one. */
  readonly multiply: (secret: Uint8Array, publicKey: Uint8Array) => Bytes;
  /** HSalsa20 of an X25519 result. */
  readonly boxKeyOf: (agreed: Uint8Array) => Bytes;
}

/** The part of {@link Primitives} that is built on X25519. */
export type Agreement = Pick<
  Primitives,
  "deriveAgreementKeyPair" | "agree" | "checkAgreementPublicKey" | "deriveBoxKey"
>;

/** 32 bytes of any value: the curve clamps them itself. */
const secretRule: FixedLength = { what: "an X25519 secret key", lengthBytes: 32 };

/** X25519 over a backend's multiplications. */
export function createAgreement(curve: AgreementCurve): Agreement {
  const agreedBytes = (secretKey: SecretKey<"x25519">, publicKey: Uint8Array): Bytes => {
    const secret = secretKey.exposeSecretBytes();
    requireLength(secret, secretRule);
    checkAgreementPublicKey(publicKey);
    const agreed = curve.multiply(secret, publicKey);
    refuseZeroSecret(agreed);
    return agreed;
  };
  return {
    deriveAgreementKeyPair(secret) {
      requireLength(secret, secretRule);
      return { publicKey: curve.publicKeyOf(secret), secretKey: SecretKey.copyOf("x25519", secret) };
    },
    agree: (secretKey, publicKey) => SecretKey.own("shared", agreedBytes(secretKey, publicKey)),
    checkAgreementPublicKey,
    deriveBoxKey(secretKey, publicKey) {
      const agreed = agreedBytes(secretKey, publicKey);
      try {
        return SecretKey.own("box", curve.boxKeyOf(agreed));
      } finally {
        agreed.fill(0);
      }
    },
  };
}
