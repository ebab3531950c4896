/** X25519 and Ed25519 by libsodium (sodium-native). */
import type { Bytes } from "@coterie/bytes";
import sodium from "sodium-native";
import { type Agreement, createAgreement } from "../borders/agreement.ts";
import { createSignatures, type Signatures } from "../borders/signatures.ts";
import { boxKeyOf } from "../portable/box-key.ts";

export const nodeAgreement: Agreement = createAgreement({
  publicKeyOf(secret) {
    const publicKey = new Uint8Array(32);
    sodium.crypto_scalarmult_base(publicKey, secret);
    return publicKey;
  },
  multiply: multiplyOrZero,
  boxKeyOf,
});

export const nodeSignatures: Signatures = createSignatures({
  publicKeyOf(seed) {
    const publicKey = new Uint8Array(32);
    const expanded = new Uint8Array(64);
    sodium.crypto_sign_seed_keypair(publicKey, expanded, seed);
    expanded.fill(0);
    return publicKey;
  },
  sign(seed, publicKey, message) {
    const expanded = new Uint8Array(64);
    expanded.set(seed);
    expanded.set(publicKey, 32);
    const signature = new Uint8Array(64);
    sodium.crypto_sign_detached(signature, message, expanded);
    expanded.fill(0);
    return signature;
  },
  verify: (publicKey, message, signature) => sodium.crypto_sign_verify_detached(signature, message, publicKey),
});

function multiplyOrZero(secret: Uint8Array, publicKey: Uint8Array): Bytes {
  const agreed = new Uint8Array(32);
  try {
    sodium.crypto_scalarmult(agreed, secret, publicKey);
  } catch {
    // With lengths checked, the library throws for a zero result alone.
    agreed.fill(0);
  }
  return agreed;
}
