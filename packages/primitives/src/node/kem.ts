/**
 * ML-KEM by node:crypto. It makes its own randomness in encapsulation and takes none from outside; the portable twin
 * does that part for every other source than the system's, so that a seeded test still decides every byte.
 */
import { createPrivateKey, createPublicKey, decapsulate, encapsulate, type KeyObject } from "node:crypto";
import { type Bytes, concatBytes, copyBytes, decodeHex } from "@coterie/bytes";
import { createKem, type KemAlgorithm, mlKem768Kind, mlKem1024Kind } from "../borders/kem.ts";
import { portableMlKem768Algorithm, portableMlKem1024Algorithm } from "../portable/kem.ts";
import type { Kem } from "../types.ts";
import { plainBytes } from "./plain-bytes.ts";
import { systemRandom } from "./random.ts";

/** DER around a seed (PKCS#8, RFC 9935 "seed" choice) and around a public key (SubjectPublicKeyInfo). */
interface KemPrefixes {
  readonly seed: Bytes;
  readonly publicKey: Bytes;
}

export const nodeMlKem768: Kem = createKem(
  mlKem768Kind,
  nodeAlgorithm(portableMlKem768Algorithm, {
    seed: decodeHex("3054020100300b060960864801650304040204428040"),
    publicKey: decodeHex("308204b2300b0609608648016503040402038204a100"),
  }),
);

export const nodeMlKem1024: Kem = createKem(
  mlKem1024Kind,
  nodeAlgorithm(portableMlKem1024Algorithm, {
    seed: decodeHex("3054020100300b060960864801650304040304428040"),
    publicKey: decodeHex("30820632300b06096086480165030404030382062100"),
  }),
);

function nodeAlgorithm(portable: KemAlgorithm, prefixes: KemPrefixes): KemAlgorithm {
  const publicKeyLengthOffset = prefixes.publicKey.length;
  return {
    publicKeyOf(seed) {
      const exported = createPublicKey(importSeed(prefixes, seed)).export({ format: "der", type: "spki" });
      return copyBytes(exported.subarray(publicKeyLengthOffset));
    },
    encapsulate: (random, publicKey) =>
      random === systemRandom ? encapsulateNatively(prefixes, publicKey) : portable.encapsulate(random, publicKey),
    decapsulate: (seed, ciphertext) => plainBytes(decapsulate(importSeed(prefixes, seed), ciphertext)),
  };
}

function encapsulateNatively(prefixes: KemPrefixes, publicKey: Uint8Array): ReturnType<KemAlgorithm["encapsulate"]> {
  const key = importPublicKey(prefixes, publicKey);
  if (key === undefined) return undefined;
  const { ciphertext, sharedKey } = encapsulate(key);
  return { ciphertext: plainBytes(ciphertext), sharedSecret: plainBytes(sharedKey) };
}

function importSeed(prefixes: KemPrefixes, seed: Uint8Array): KeyObject {
  const encoded = Buffer.from(concatBytes(prefixes.seed, seed).buffer);
  try {
    return createPrivateKey({ key: encoded, format: "der", type: "pkcs8" });
  } finally {
    encoded.fill(0);
  }
}

// OpenSSL makes the modulus check on import.
function importPublicKey(prefixes: KemPrefixes, publicKey: Uint8Array): KeyObject | undefined {
  const encoded = Buffer.from(concatBytes(prefixes.publicKey, publicKey).buffer);
  try {
    return createPublicKey({ key: encoded, format: "der", type: "spki" });
  } catch {
    return undefined;
  }
}
