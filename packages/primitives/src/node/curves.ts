/** X25519 and Ed25519 by libsodium (sodium-native). */
import type { Bytes } from "@coterie/bytes";
import sodium from "sodium-native";
import { type Agreement, createAgreement } from "../borders/agreement.ts";
import { createSignatures, type Signatures } from "../borders/signatures.ts";
import { type AgreementSignatures, createAgreementSignatures } from "../borders/xeddsa.ts";
import { boxKeyOf } from "../portable/box-key.ts";
import { nodeHashes } from "./hashes.ts";

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

export const nodeAgreementSignatures: AgreementSignatures = createAgreementSignatures(
  { sha512: nodeHashes.sha512, verify: nodeSignatures.verify },
  {
    reduceScalar(wide) {
      const scalar = new Uint8Array(32);
      sodium.crypto_core_ed25519_scalar_reduce(scalar, wide);
      return scalar;
    },
    multiplyScalars: multiplyByDoubling,
    addScalars(a, b) {
      const sum = new Uint8Array(32);
      sodium.crypto_core_ed25519_scalar_add(sum, a, b);
      return sum;
    },
    multiplyBase(scalar) {
      const point = new Uint8Array(32);
      sodium.crypto_scalarmult_ed25519_base_noclamp(point, scalar);
      return point;
    },
    isPrimeOrderPoint: (encoded) => sodium.crypto_core_ed25519_is_valid_point(encoded),
  },
);

/** The library lacks a multiplication of scalars: doubling and adding, by the bits of the factor that is public. */
function multiplyByDoubling(publicFactor: Uint8Array, secret: Uint8Array): Bytes {
  const product = new Uint8Array(32);
  for (let bit = 252; bit >= 0; bit--) {
    sodium.crypto_core_ed25519_scalar_add(product, product, product);
    const isSet = ((publicFactor[bit >> 3] ?? 0) >> (bit & 7)) & 1;
    if (isSet === 1) sodium.crypto_core_ed25519_scalar_add(product, product, secret);
  }
  return product;
}

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
