/**
 * Kyber1024 as submitted to round 3 of NIST's competition, which is what Signal's prekeys are (their type byte 0x08). It differs
 * from ML-KEM-1024 in how seeds and the shared secret are hashed, so the two never agree. In JavaScript over each backend's
 * SHA-3, since no platform has it.
 */
import { type Bytes, concatBytes, equalBytes } from "@coterie/bytes";
import { createKem, type KemAlgorithm, kyber1024Kind } from "../borders/kem.ts";
import { randomBytes } from "../random.ts";
import type { Kem } from "../types.ts";
import type { Keccak } from "./keccak.ts";
import { createLatticeEncryption, type LatticeEncryption, type LatticeKeyPair, wipe } from "./public-key-encryption.ts";

/** What all steps compute with. */
interface Deps {
  readonly keccak: Keccak;
  readonly encryption: LatticeEncryption;
}

/** Kyber1024 of round 3 over a backend's SHA-3; the secret is the 64-byte seed (d || z). */
export function createKyber1024(keccak: Keccak): Kem<"kyber"> {
  const encryption = createLatticeEncryption(keccak, { rank: 4, firstPartBits: 11, secondPartBits: 5 });
  return createKem(kyber1024Kind, algorithmOf({ keccak, encryption }));
}

function algorithmOf(deps: Deps): KemAlgorithm {
  const { keccak, encryption } = deps;
  return {
    publicKeyOf(seed) {
      const { publicKey, pair } = derive(deps, seed);
      wipe(pair.secretVector);
      return publicKey;
    },
    encapsulate(random, publicKey) {
      if (!encryption.isReduced(publicKey.subarray(0, encryption.publicVectorLengthBytes))) return undefined;
      const drawn = randomBytes(random, 32);
      // Hashed, so that the output of the system's generator is never sent (round 3, algorithm 8).
      const message = keccak.hash256(drawn);
      const { keySeed, ciphertext } = encapsulateMessage(deps, { publicKey, message });
      const sharedSecret = sharedSecretOf(keccak, { keySeed, ciphertext });
      for (const secret of [drawn, message, keySeed]) secret.fill(0);
      return { ciphertext, sharedSecret };
    },
    decapsulate(seed, ciphertext) {
      const { publicKey, pair } = derive(deps, seed);
      const { firstPartLengthBytes } = encryption;
      const message = encryption.decrypt({
        secretVector: pair.secretVector,
        first: ciphertext.subarray(0, firstPartLengthBytes),
        second: ciphertext.subarray(firstPartLengthBytes),
      });
      const again = encapsulateMessage(deps, { publicKey, message });
      // Both computed, and one chosen, whatever the comparison says: implicit rejection.
      const accepted = sharedSecretOf(keccak, { keySeed: again.keySeed, ciphertext });
      const refused = sharedSecretOf(keccak, { keySeed: seed.subarray(32), ciphertext });
      const sharedSecret = equalBytes(again.ciphertext, ciphertext) ? accepted : refused;
      wipe(pair.secretVector);
      for (const secret of [message, again.keySeed, sharedSecret === accepted ? refused : accepted]) secret.fill(0);
      return sharedSecret;
    },
  };
}

function derive(
  { keccak, encryption }: Deps,
  seed: Uint8Array,
): { readonly publicKey: Bytes; readonly pair: LatticeKeyPair } {
  const expanded = keccak.hash512(seed.subarray(0, 32));
  const [matrix, noise] = [expanded.subarray(0, 32), expanded.subarray(32)];
  const pair = encryption.deriveKeyPair({ matrix, noise });
  const publicKey = concatBytes(pair.publicVector, matrix);
  expanded.fill(0);
  return { publicKey, pair };
}

function encapsulateMessage(
  { keccak, encryption }: Deps,
  { publicKey, message }: { readonly publicKey: Uint8Array; readonly message: Uint8Array },
): { readonly keySeed: Uint8Array; readonly ciphertext: Bytes } {
  const expanded = keccak.hash512(concatBytes(message, keccak.hash256(publicKey)));
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

function sharedSecretOf(
  { hash256, shake256 }: Keccak,
  { keySeed, ciphertext }: { readonly keySeed: Uint8Array; readonly ciphertext: Uint8Array },
): Bytes {
  return shake256(concatBytes(keySeed, hash256(ciphertext)), 32);
}
