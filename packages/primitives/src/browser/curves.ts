/** X25519 and Ed25519 by libsodium in WebAssembly. */
import { type Bytes, concatBytes } from "@coterie/bytes";
import { type Agreement, createAgreement } from "../borders/agreement.ts";
import { createSignatures, type Signatures } from "../borders/signatures.ts";
import { type AgreementSignatures, createAgreementSignatures } from "../borders/xeddsa.ts";
import type { Primitives } from "../types.ts";
import type { Sodium } from "./sodium.ts";

/** X25519 of an instance. */
export function browserAgreement({ raw, withSlots }: Sodium): Agreement {
  return createAgreement({
    publicKeyOf: (secret) =>
      withSlots((slots) => {
        const publicKey = slots.reserve(32);
        raw._crypto_scalarmult_base(publicKey, slots.put(secret));
        return slots.take(publicKey, 32);
      }),
    multiply: (secret, publicKey) =>
      withSlots((slots) => {
        const agreed = slots.reserve(32);
        const status = raw._crypto_scalarmult(agreed, slots.put(secret), slots.put(publicKey));
        return status === 0 ? slots.take(agreed, 32) : new Uint8Array(32);
      }),
    boxKeyOf: (agreed) =>
      withSlots((slots) => {
        const derived = slots.reserve(32);
        // Without a constant, libsodium takes Salsa20's own.
        raw._crypto_core_hsalsa20(derived, slots.put(new Uint8Array(16)), slots.put(agreed), 0);
        return slots.take(derived, 32);
      }),
  });
}

/** Ed25519 of an instance. */
export function browserSignatures({ raw, withSlots }: Sodium): Signatures {
  return createSignatures({
    publicKeyOf: (seed) =>
      withSlots((slots) => {
        const publicKey = slots.reserve(32);
        raw._crypto_sign_seed_keypair(publicKey, slots.reserve(64), slots.put(seed));
        return slots.take(publicKey, 32);
      }),
    sign: (seed, publicKey, message) =>
      withSlots((slots) => {
        const signature = slots.reserve(64);
        const expanded: Bytes = concatBytes(seed, publicKey);
        const secretKey = slots.put(expanded);
        expanded.fill(0);
        raw._crypto_sign_detached(signature, 0, slots.put(message), message.length, 0, secretKey);
        return slots.take(signature, 64);
      }),
    verify: (publicKey, message, signature) =>
      withSlots((slots) => {
        const [signed, content, key] = [slots.put(signature), slots.put(message), slots.put(publicKey)];
        return raw._crypto_sign_verify_detached(signed, content, message.length, 0, key) === 0;
      }),
  });
}

/** XEdDSA of an instance. */
export function browserAgreementSignatures(
  deps: Pick<Primitives, "sha512" | "verify">,
  { raw, withSlots }: Sodium,
): AgreementSignatures {
  return createAgreementSignatures(deps, {
    reduceScalar: (wide) =>
      withSlots((slots) => {
        const scalar = slots.reserve(32);
        raw._crypto_core_ed25519_scalar_reduce(scalar, slots.put(wide));
        return slots.take(scalar, 32);
      }),
    multiplyScalars: (a, b) =>
      withSlots((slots) => {
        const product = slots.reserve(32);
        raw._crypto_core_ed25519_scalar_mul(product, slots.put(a), slots.put(b));
        return slots.take(product, 32);
      }),
    addScalars: (a, b) =>
      withSlots((slots) => {
        const sum = slots.reserve(32);
        raw._crypto_core_ed25519_scalar_add(sum, slots.put(a), slots.put(b));
        return slots.take(sum, 32);
      }),
    multiplyBase: (scalar) =>
      withSlots((slots) => {
        const point = slots.reserve(32);
        raw._crypto_scalarmult_ed25519_base_noclamp(point, slots.put(scalar));
        return slots.take(point, 32);
      }),
    isPrimeOrderPoint: (encoded) =>
      withSlots((slots) => raw._crypto_core_ed25519_is_valid_point(slots.put(encoded)) === 1),
  });
}
