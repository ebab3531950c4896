/** Randomness made useful: bytes and key pairs from a {@link RandomSource}. */
import type { Bytes } from "@coterie/bytes";
import type { AgreementKeyPair, Primitives, RandomSource, SigningKeyPair } from "./types.ts";

/** `lengthBytes` unpredictable bytes. */
export function randomBytes(random: RandomSource, lengthBytes: number): Bytes {
  const bytes = new Uint8Array(lengthBytes);
  random.fill(bytes);
  return bytes;
}

/** A fresh X25519 key pair; the caller destroys its secret. */
export function generateAgreementKeyPair(primitives: Primitives, random: RandomSource): AgreementKeyPair {
  return fromSeed(random, primitives.deriveAgreementKeyPair);
}

/** A fresh Ed25519 key pair; the caller destroys its secret. */
export function generateSigningKeyPair(primitives: Primitives, random: RandomSource): SigningKeyPair {
  return fromSeed(random, primitives.deriveSigningKeyPair);
}

function fromSeed<KeyPair>(random: RandomSource, derive: (seed: Uint8Array) => KeyPair): KeyPair {
  const seed = randomBytes(random, 32);
  try {
    return derive(seed);
  } finally {
    seed.fill(0);
  }
}
