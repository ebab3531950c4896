/** The border of ML-KEM: lengths, errors, and seeds as the one form of secret. Backends supply FIPS 203. */
import { type Bytes, SecretKey } from "@coterie/bytes";
import { AuthenticationFailedError, InvalidPublicKeyError } from "../errors.ts";
import type { Kem, RandomSource } from "../types.ts";
import { type FixedLength, requireLength, requirePublicKeyLength } from "./checks.ts";

/** What a backend supplies for one parameter set. It gets seeds, keys and ciphertexts of checked lengths. */
export interface KemAlgorithm {
  readonly publicKeyOf: (seed: Uint8Array) => Bytes;
  /** Undefined where the public key fails the modulus check (FIPS 203 §7.2). */
  readonly encapsulate: (
    random: RandomSource,
    publicKey: Uint8Array,
  ) => { readonly ciphertext: Bytes; readonly sharedSecret: Bytes } | undefined;
  readonly decapsulate: (seed: Uint8Array, ciphertext: Uint8Array) => Bytes;
}

/** The lengths of a parameter set (FIPS 203, table 3). */
export type KemLengths = Pick<Kem, "publicKeyLengthBytes" | "ciphertextLengthBytes">;

export const mlKem768Lengths: KemLengths = { publicKeyLengthBytes: 1184, ciphertextLengthBytes: 1088 };
export const mlKem1024Lengths: KemLengths = { publicKeyLengthBytes: 1568, ciphertextLengthBytes: 1568 };

/** d || z. */
const seedRule: FixedLength = { what: "the seed of an ML-KEM key", lengthBytes: 64 };

/** ML-KEM with one parameter set over a backend's algorithm. */
export function createKem(lengths: KemLengths, algorithm: KemAlgorithm): Kem {
  const publicKeyRule: FixedLength = { what: "an ML-KEM public key", lengthBytes: lengths.publicKeyLengthBytes };
  return {
    ...lengths,
    deriveKeyPair(seed) {
      requireLength(seed, seedRule);
      return { publicKey: algorithm.publicKeyOf(seed), secretKey: SecretKey.copyOf("ml-kem", seed) };
    },
    encapsulate(random, publicKey) {
      requirePublicKeyLength(publicKey, publicKeyRule);
      const made = algorithm.encapsulate(random, publicKey);
      if (made === undefined) throw new InvalidPublicKeyError("the ML-KEM public key is not reduced");
      return { ciphertext: made.ciphertext, sharedSecret: SecretKey.own("shared", made.sharedSecret) };
    },
    decapsulate(secretKey, ciphertext) {
      const seed = secretKey.exposeSecretBytes();
      requireLength(seed, seedRule);
      if (ciphertext.length !== lengths.ciphertextLengthBytes) throw new AuthenticationFailedError();
      return SecretKey.own("shared", algorithm.decapsulate(seed, ciphertext));
    },
  };
}
