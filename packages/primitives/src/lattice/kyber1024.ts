/**
 * Kyber1024 as submitted to round 3 of NIST's competition, which is what Signal's prekeys are (their type byte 0x08). It differs
 * from ML-KEM-1024 in how seeds and the shared secret are hashed, so the two never agree. Portable on every platform, since
 * none has it.
 */
import { type Bytes, concatBytes, equalBytes, toBytes } from "@coterie/bytes";
import { sha3_256, sha3_512, shake256 } from "@noble/hashes/sha3.js";
import { createKem, type KemAlgorithm, kyber1024Kind } from "../borders/kem.ts";
import { randomBytes } from "../random.ts";
import type { Kem } from "../types.ts";
import { createLatticeEncryption, type LatticeKeyPair, wipe } from "./public-key-encryption.ts";

const encryption = createLatticeEncryption({ rank: 4, firstPartBits: 11, secondPartBits: 5 });

const algorithm: KemAlgorithm = {
  publicKeyOf(seed) {
    const { publicKey, pair } = derive(seed);
    wipe(pair.secretVector);
    return publicKey;
  },
  encapsulate(random, publicKey) {
    if (!encryption.isReduced(publicKey.subarray(0, encryption.publicVectorLengthBytes))) return undefined;
    const drawn = randomBytes(random, 32);
    // Hashed, so that the output of the system's generator is never sent (round 3, algorithm 8).
    const message = toBytes(sha3_256(drawn));
    const { keySeed, ciphertext } = encapsulateMessage(publicKey, message);
    const sharedSecret = sharedSecretOf(keySeed, ciphertext);
    for (const secret of [drawn, message, keySeed]) secret.fill(0);
    return { ciphertext, sharedSecret };
  },
  decapsulate(seed, ciphertext) {
    const { publicKey, pair } = derive(seed);
    const { firstPartLengthBytes } = encryption;
    const message = encryption.decrypt({
      secretVector: pair.secretVector,
      first: ciphertext.subarray(0, firstPartLengthBytes),
      second: ciphertext.subarray(firstPartLengthBytes),
    });
    const again = encapsulateMessage(publicKey, message);
    // Both computed, and one chosen, whatever the comparison says: implicit rejection.
    const accepted = sharedSecretOf(again.keySeed, ciphertext);
    const refused = sharedSecretOf(seed.subarray(32), ciphertext);
    const sharedSecret = equalBytes(again.ciphertext, ciphertext) ? accepted : refused;
    wipe(pair.secretVector);
    for (const secret of [message, again.keySeed, sharedSecret === accepted ? refused : accepted]) secret.fill(0);
    return sharedSecret;
  },
};

/** Kyber1024 of round 3; the secret is the 64-byte seed (d || z). */
export const kyber1024: Kem<"kyber"> = createKem(kyber1024Kind, algorithm);

function derive(seed: Uint8Array): { readonly publicKey: Bytes; readonly pair: LatticeKeyPair } {
  const expanded = sha3_512(seed.subarray(0, 32));
  const [matrix, noise] = [expanded.subarray(0, 32), expanded.subarray(32)];
  const pair = encryption.deriveKeyPair({ matrix, noise });
  const publicKey = concatBytes(pair.publicVector, matrix);
  expanded.fill(0);
  return { publicKey, pair };
}

function encapsulateMessage(
  publicKey: Uint8Array,
  message: Uint8Array,
): { readonly keySeed: Uint8Array; readonly ciphertext: Bytes } {
  const expanded = sha3_512(concatBytes(message, sha3_256(publicKey)));
  const [keySeed, coins] = [expanded.slice(0, 32), expanded.subarray(32)];
  const publicVector = publicKey.subarray(0, encryption.publicVectorLengthBytes);
  const matrixSeed = publicKey.subarray(encryption.publicVectorLengthBytes);
  const ciphertext = concatBytes(
    encryption.encryptFirst({ matrixSeed, coins }),
    encryption.encryptSecond({ publicVector, coins, message }),
  );
  expanded.fill(0);
  return { keySeed, ciphertext };
}

function sharedSecretOf(keySeed: Uint8Array, ciphertext: Uint8Array): Bytes {
  return toBytes(shake256(concatBytes(keySeed, sha3_256(ciphertext)), { dkLen: 32 }));
}
