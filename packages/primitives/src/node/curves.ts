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

// Used again and again: the library cannot write to the heap, and memory outside of it is dear.
const expandedKey = new Uint8Array(64);
const signed = new Uint8Array(64);

export const nodeSignatures: Signatures = createSignatures({
  publicKeyOf(seed) {
    const publicKey = new Uint8Array(32);
    const expanded = new Uint8Array(64);
    sodium.crypto_sign_seed_keypair(publicKey, expanded, seed);
    expanded.fill(0);
    return publicKey;
  },
  sign(seed, publicKey, message) {
    expandedKey.set(seed);
    expandedKey.set(publicKey, 32);
    sodium.crypto_sign_detached(signed, message, expandedKey);
    expandedKey.fill(0);
    return signed.slice();
  },
  verify: (publicKey, message, signature) => sodium.crypto_sign_verify_detached(signature, message, publicKey),
});

export const nodeAgreementSignatures: AgreementSignatures = createAgreementSignatures(
  { sha512: nodeHashes.sha512, verify: nodeSignatures.verify },
  {
    reduceScalar,
    multiplyScalars,
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

function reduceScalar(wide: Uint8Array): Bytes {
  const scalar = new Uint8Array(32);
  sodium.crypto_core_ed25519_scalar_reduce(scalar, wide);
  return scalar;
}

/**
 * The library lacks a multiplication of scalars, but reduces 64 bytes: multiplied like on paper, byte by byte, then reduced. No
 * branch and no place in memory depends on a factor.
 */
function multiplyScalars(left: Uint8Array, right: Uint8Array): Bytes {
  // A column sums at most 32 products below 2^16, and a carry.
  const columns = new Int32Array(64);
  for (let i = 0; i < 32; i++) {
    const factor = left[i] ?? 0;
    for (let j = 0; j < 32; j++) columns[i + j] = (columns[i + j] ?? 0) + factor * (right[j] ?? 0);
  }
  const wide = new Uint8Array(64);
  let carry = 0;
  for (let i = 0; i < 64; i++) {
    carry += columns[i] ?? 0;
    wide[i] = carry & 0xff;
    carry >>>= 8;
  }
  const product = reduceScalar(wide);
  columns.fill(0);
  wide.fill(0);
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
