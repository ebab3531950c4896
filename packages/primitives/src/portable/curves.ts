/** X25519 and Ed25519 by @noble/curves. */
import { type Bytes, toBytes } from "@coterie/bytes";
import { ed25519, x25519 } from "@noble/curves/ed25519.js";
import { type Agreement, createAgreement } from "../borders/agreement.ts";
import { createSignatures, type Signatures } from "../borders/signatures.ts";
import { boxKeyOf } from "./box-key.ts";
import { verifyInScript } from "./verify-ed25519.ts";

export const portableAgreement: Agreement = createAgreement({
  publicKeyOf: (secret) => toBytes(x25519.getPublicKey(secret)),
  multiply: multiplyOrZero,
  boxKeyOf,
});

export const portableSignatures: Signatures = createSignatures({
  publicKeyOf: (seed) => toBytes(ed25519.getPublicKey(seed)),
  sign: (seed, _publicKey, message) => toBytes(ed25519.sign(message, seed)),
  verify: verifyInScript,
});

function multiplyOrZero(secret: Uint8Array, publicKey: Uint8Array): Bytes {
  try {
    return toBytes(x25519.getSharedSecret(secret, publicKey));
  } catch {
    // With lengths checked, the library throws for a zero result alone.
    return new Uint8Array(32);
  }
}
