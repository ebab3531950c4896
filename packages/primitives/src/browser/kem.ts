/** ML-KEM-768 by libsodium in WebAssembly; it has no ML-KEM-1024. */
import { createKem, mlKem768Kind } from "../borders/kem.ts";
import { randomBytes } from "../random.ts";
import type { Kem } from "../types.ts";
import type { Sodium } from "./sodium.ts";

const secretKeyLengthBytes = 2400;
const sharedSecretLengthBytes = 32;

/** ML-KEM-768 of an instance. */
export function browserMlKem768({ raw, withSlots }: Sodium): Kem {
  const { publicKeyLengthBytes, ciphertextLengthBytes } = mlKem768Kind;
  return createKem(mlKem768Kind, {
    publicKeyOf: (seed) =>
      withSlots((slots) => {
        const publicKey = slots.reserve(publicKeyLengthBytes);
        raw._crypto_kem_mlkem768_seed_keypair(publicKey, slots.reserve(secretKeyLengthBytes), slots.put(seed));
        return slots.take(publicKey, publicKeyLengthBytes);
      }),
    encapsulate: (random, publicKey) =>
      withSlots((slots) => {
        const ciphertext = slots.reserve(ciphertextLengthBytes);
        const sharedSecret = slots.reserve(sharedSecretLengthBytes);
        const message = randomBytes(random, 32);
        const [key, drawn] = [slots.put(publicKey), slots.put(message)];
        message.fill(0);
        // Makes the modulus check itself.
        const status = raw._crypto_kem_mlkem768_enc_deterministic(ciphertext, sharedSecret, key, drawn);
        if (status !== 0) return undefined;
        return {
          ciphertext: slots.take(ciphertext, ciphertextLengthBytes),
          sharedSecret: slots.take(sharedSecret, sharedSecretLengthBytes),
        };
      }),
    decapsulate: (seed, ciphertext) =>
      withSlots((slots) => {
        const secretKey = slots.reserve(secretKeyLengthBytes);
        raw._crypto_kem_mlkem768_seed_keypair(slots.reserve(publicKeyLengthBytes), secretKey, slots.put(seed));
        const sharedSecret = slots.reserve(sharedSecretLengthBytes);
        raw._crypto_kem_mlkem768_dec(sharedSecret, slots.put(ciphertext), secretKey);
        return slots.take(sharedSecret, sharedSecretLengthBytes);
      }),
  });
}
