/** The border of Ed25519: lengths and the rule for signatures. Backends supply the curve. */
import { type Bytes, SecretKey } from "@coterie/bytes";
import type { Primitives } from "../types.ts";
import { type FixedLength, requireLength } from "./checks.ts";
import { isWellFormedSignature } from "./signature-rule.ts";

/** What a backend supplies. It gets 32-byte seeds, and for verification only what is well-formed. */
export interface SigningCurve {
  readonly publicKeyOf: (seed: Uint8Array) => Bytes;
  /** `publicKey` belongs to `seed`; with it, a signature costs one base multiplication instead of two. */
  readonly sign: (seed: Uint8Array, publicKey: Bytes, message: Uint8Array) => Bytes;
  readonly verify: (publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array) => boolean;
}

/** The part of {@link Primitives} that is built on Ed25519. */
export type Signatures = Pick<Primitives, "deriveSigningKeyPair" | "sign" | "verify">;

/** The seed of RFC 8032. */
const seedRule: FixedLength = { what: "an Ed25519 seed", lengthBytes: 32 };

/** Ed25519 over a backend's curve. */
export function createSignatures(curve: SigningCurve): Signatures {
  // Public halves only: nothing secret outlives its key, and a destroyed key throws before it is looked up. Never taken
  // from callers: a public key that does not belong to the seed would make the signature give the seed away.
  const publicKeyBySecret = new WeakMap<SecretKey<"ed25519">, Bytes>();
  const publicKeyOf = (secretKey: SecretKey<"ed25519">, seed: Bytes): Bytes => {
    const known = publicKeyBySecret.get(secretKey);
    if (known !== undefined) return known;
    const publicKey = curve.publicKeyOf(seed);
    publicKeyBySecret.set(secretKey, publicKey);
    return publicKey;
  };
  return {
    deriveSigningKeyPair(seed) {
      requireLength(seed, seedRule);
      return { publicKey: curve.publicKeyOf(seed), secretKey: SecretKey.copyOf("ed25519", seed) };
    },
    sign(secretKey, message) {
      const seed = secretKey.exposeSecretBytes();
      requireLength(seed, seedRule);
      return curve.sign(seed, publicKeyOf(secretKey, seed), message);
    },
    verify: (publicKey, message, signature) =>
      isWellFormedSignature(publicKey, signature) && curve.verify(publicKey, message, signature),
  };
}
