/** ML-KEM by @noble/post-quantum; also the part of the other backends that their platform lacks. */
import { toBytes } from "@coterie/bytes";
import { ml_kem768, ml_kem1024 } from "@noble/post-quantum/ml-kem.js";
import { createKem, type KemAlgorithm, mlKem768Kind, mlKem1024Kind } from "../borders/kem.ts";
import { randomBytes } from "../random.ts";
import type { Kem } from "../types.ts";

export const portableMlKem768Algorithm: KemAlgorithm = algorithmOf(ml_kem768);
export const portableMlKem1024Algorithm: KemAlgorithm = algorithmOf(ml_kem1024);
export const portableMlKem768: Kem = createKem(mlKem768Kind, portableMlKem768Algorithm);
export const portableMlKem1024: Kem = createKem(mlKem1024Kind, portableMlKem1024Algorithm);

function algorithmOf(library: typeof ml_kem768): KemAlgorithm {
  return {
    publicKeyOf(seed) {
      const pair = library.keygen(seed);
      pair.secretKey.fill(0);
      return toBytes(pair.publicKey);
    },
    encapsulate(random, publicKey) {
      const message = randomBytes(random, 32);
      try {
        const { cipherText, sharedSecret } = library.encapsulate(publicKey, message);
        return { ciphertext: toBytes(cipherText), sharedSecret: toBytes(sharedSecret) };
      } catch {
        // With lengths checked, the modulus check is what is left to fail.
        return undefined;
      } finally {
        message.fill(0);
      }
    },
    decapsulate(seed, ciphertext) {
      const { secretKey } = library.keygen(seed);
      try {
        return toBytes(library.decapsulate(ciphertext, secretKey));
      } finally {
        secretKey.fill(0);
      }
    },
  };
}
