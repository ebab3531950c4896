/** Ed25519 by @noble/curves, whose strict mode checks the same cofactored equation as libsodium. */
import { SecretKey, toBytes } from "@coterie/bytes";
import { ed25519 } from "@noble/curves/ed25519.js";
import { requireLength, signingSeedRule } from "../checks.ts";
import { isWellFormedSignature } from "../signature-rule.ts";
import type { Primitives } from "../types.ts";

type Signatures = Pick<Primitives, "deriveSigningKeyPair" | "sign" | "verify">;

export const portableSignatures: Signatures = {
  deriveSigningKeyPair(seed) {
    requireLength(seed, signingSeedRule);
    return { publicKey: toBytes(ed25519.getPublicKey(seed)), secretKey: SecretKey.copyOf("ed25519", seed) };
  },
  sign(secretKey, message) {
    const seed = secretKey.exposeSecretBytes();
    requireLength(seed, signingSeedRule);
    return toBytes(ed25519.sign(message, seed));
  },
  verify: (publicKey, message, signature) =>
    isWellFormedSignature(publicKey, signature) && ed25519.verify(signature, message, publicKey, { zip215: false }),
};
