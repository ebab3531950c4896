/** ML-KEM by @noble/post-quantum; also the part of the other backends that their platform lacks. */
import { SecretKey, toBytes } from "@coterie/bytes";
import { ml_kem768, ml_kem1024 } from "@noble/post-quantum/ml-kem.js";
import { kemSeedRule, requireLength, requirePublicKeyLength } from "../checks.ts";
import { AuthenticationFailedError, InvalidPublicKeyError } from "../errors.ts";
import { randomBytes } from "../random.ts";
import type { Kem } from "../types.ts";

export const portableMlKem768: Kem = createKem(ml_kem768, { publicKeyLengthBytes: 1184, ciphertextLengthBytes: 1088 });
export const portableMlKem1024: Kem = createKem(ml_kem1024, {
  publicKeyLengthBytes: 1568,
  ciphertextLengthBytes: 1568,
});

type LibraryKem = typeof ml_kem768;
type KemLengths = Pick<Kem, "publicKeyLengthBytes" | "ciphertextLengthBytes">;

function createKem(library: LibraryKem, lengths: KemLengths): Kem {
  const publicKeyRule = { what: "an ML-KEM public key", lengthBytes: lengths.publicKeyLengthBytes };
  return {
    ...lengths,
    deriveKeyPair(seed) {
      requireLength(seed, kemSeedRule);
      const pair = library.keygen(seed);
      pair.secretKey.fill(0);
      return { publicKey: toBytes(pair.publicKey), secretKey: SecretKey.copyOf("ml-kem", seed) };
    },
    encapsulate(random, publicKey) {
      requirePublicKeyLength(publicKey, publicKeyRule);
      const message = randomBytes(random, 32);
      try {
        const { cipherText, sharedSecret } = library.encapsulate(publicKey, message);
        return { ciphertext: toBytes(cipherText), sharedSecret: SecretKey.own("shared", toBytes(sharedSecret)) };
      } catch {
        // With lengths checked, the modulus check (FIPS 203 §7.2) is what is left to fail.
        throw new InvalidPublicKeyError("the ML-KEM public key is not reduced");
      } finally {
        message.fill(0);
      }
    },
    decapsulate(secretKey, ciphertext) {
      const seed = secretKey.exposeSecretBytes();
      requireLength(seed, kemSeedRule);
      if (ciphertext.length !== lengths.ciphertextLengthBytes) throw new AuthenticationFailedError();
      const expanded = library.keygen(seed).secretKey;
      try {
        return SecretKey.own("shared", toBytes(library.decapsulate(ciphertext, expanded)));
      } finally {
        expanded.fill(0);
      }
    },
  };
}
