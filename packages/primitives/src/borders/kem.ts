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

/** A parameter set with the name that errors give, and what its secret keys are for: no KEM takes another one's. */
export interface KemKind<Use extends string> extends KemLengths {
  readonly name: string;
  readonly use: Use;
}

export const mlKem768Kind: KemKind<"ml-kem"> = {
  name: "ML-KEM",
  use: "ml-kem",
  publicKeyLengthBytes: 1184,
  ciphertextLengthBytes: 1088,
};
export const mlKem1024Kind: KemKind<"ml-kem"> = {
  name: "ML-KEM",
  use: "ml-kem",
  publicKeyLengthBytes: 1568,
  ciphertextLengthBytes: 1568,
};
export const kyber1024Kind: KemKind<"kyber"> = {
  name: "Kyber",
  use: "kyber",
  publicKeyLengthBytes: 1568,
  ciphertextLengthBytes: 1568,
};

/** A KEM with one parameter set over a backend's algorithm. */
export function createKem<Use extends string>(kind: KemKind<Use>, algorithm: KemAlgorithm): Kem<Use> {
  const { name, use, publicKeyLengthBytes, ciphertextLengthBytes } = kind;
  const publicKeyRule: FixedLength = { what: `${article(name)} public key`, lengthBytes: publicKeyLengthBytes };
  /** d || z. */
  const seedRule: FixedLength = { what: `the seed of ${article(name)} key`, lengthBytes: 64 };
  return {
    publicKeyLengthBytes,
    ciphertextLengthBytes,
    deriveKeyPair(seed) {
      requireLength(seed, seedRule);
      return { publicKey: algorithm.publicKeyOf(seed), secretKey: SecretKey.copyOf(use, seed) };
    },
    encapsulate(random, publicKey) {
      requirePublicKeyLength(publicKey, publicKeyRule);
      const made = algorithm.encapsulate(random, publicKey);
      if (made === undefined) throw new InvalidPublicKeyError(`the ${name} public key is not reduced`);
      return { ciphertext: made.ciphertext, sharedSecret: SecretKey.own("shared", made.sharedSecret) };
    },
    decapsulate(secretKey, ciphertext) {
      const seed = secretKey.exposeSecretBytes();
      requireLength(seed, seedRule);
      if (ciphertext.length !== ciphertextLengthBytes) throw new AuthenticationFailedError();
      return SecretKey.own("shared", algorithm.decapsulate(seed, ciphertext));
    },
  };
}

function article(name: string): string {
  return /^[AEIM]/.test(name) ? `an ${name}` : `a ${name}`;
}
