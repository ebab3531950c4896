/** The files that fall under our own interface. */
import { concatBytes, CoterieError, equalBytes, SecretKey } from "@coterie/bytes";
import type { Aead, HkdfInput, Kem, Primitives, RandomSource } from "@coterie/primitives";
import { gives, hexOf, numberOf, type Subject, type WycheproofCase } from "./cases.ts";

/** Every refusal of ours is an error with a code of the package; anything else is a crash. */
const isRefusal = (error: unknown): boolean => error instanceof CoterieError && error.code.startsWith("primitives/");

/** The subjects by file. */
export function ourSubjects(primitives: Primitives): Readonly<Record<string, Subject>> {
  return {
    aes_cbc_pkcs5: cbcSubject(primitives),
    aes_gcm: aeadSubject(primitives.aes256Gcm),
    chacha20_poly1305: aeadSubject(primitives.chacha20Poly1305),
    xchacha20_poly1305: aeadSubject(primitives.xchacha20Poly1305),
    ed25519: { accepts: (c, group) => verifies(primitives, c, hexOf(publicKeyOf(group), "pk")) },
    hkdf_sha256: hkdfSubject(primitives.hkdfSha256),
    hkdf_sha512: hkdfSubject(primitives.hkdfSha512),
    hmac_sha256: hmacSubject(primitives.hmacSha256),
    hmac_sha512: hmacSubject(primitives.hmacSha512),
    mlkem_768: decapsulationSubject(primitives.mlKem768),
    mlkem_768_encaps: encapsulationSubject(primitives.mlKem768),
    mlkem_768_keygen_seed: keyGenerationSubject(primitives.mlKem768),
    mlkem_1024: decapsulationSubject(primitives.mlKem1024),
    mlkem_1024_encaps: encapsulationSubject(primitives.mlKem1024),
    mlkem_1024_keygen_seed: keyGenerationSubject(primitives.mlKem1024),
    x25519: { accepts: (c) => agrees(primitives, c) },
  };
}

// Profile: 256-bit keys, nonces of the AEAD's length, tags of 128 bits.
function aeadSubject(aead: Aead): Subject {
  return {
    accepts: (c) => {
      const [key, nonce, associatedData, plain] = [hexOf(c, "key"), hexOf(c, "iv"), hexOf(c, "aad"), hexOf(c, "msg")];
      const ciphertext = concatBytes(hexOf(c, "ct"), hexOf(c, "tag"));
      const opened = gives(plain, () => aead.decrypt({ key, nonce, ciphertext, associatedData }), isRefusal);
      if (!opened || c.result !== "valid") return opened;
      return equalBytes(aead.encrypt({ key, nonce, plain, associatedData }), ciphertext);
    },
    inProfile: (_c, group) =>
      numberOf(group, "keySize") === 256 &&
      numberOf(group, "ivSize") === aead.nonceLengthBytes * 8 &&
      numberOf(group, "tagSize") === 128,
  };
}

// Profile: 256-bit keys.
function cbcSubject(primitives: Primitives): Subject {
  return {
    accepts: (c) => {
      const [key, iv, plain, ciphertext] = [hexOf(c, "key"), hexOf(c, "iv"), hexOf(c, "msg"), hexOf(c, "ct")];
      const opened = gives(plain, () => primitives.decryptAes256Cbc(key, iv, ciphertext), isRefusal);
      if (!opened || c.result !== "valid") return opened;
      return equalBytes(primitives.encryptAes256Cbc(key, iv, plain), ciphertext);
    },
    inProfile: (_c, group) => numberOf(group, "keySize") === 256,
  };
}

function hmacSubject(hmac: (key: Uint8Array, message: Uint8Array) => Uint8Array): Subject {
  return {
    accepts: (c, group) => {
      const tag = hexOf(c, "tag");
      // Half of the file asks for tags that are cut to half.
      const full = hmac(hexOf(c, "key"), hexOf(c, "msg"));
      return equalBytes(full.subarray(0, numberOf(group, "tagSize") / 8), tag);
    },
  };
}

function hkdfSubject(hkdf: (input: HkdfInput) => Uint8Array): Subject {
  return {
    accepts: (c) => {
      const input = { secret: hexOf(c, "ikm"), salt: hexOf(c, "salt"), info: hexOf(c, "info") };
      return gives(hexOf(c, "okm"), () => hkdf({ ...input, lengthBytes: numberOf(c, "size") }), isRefusal);
    },
  };
}

function verifies(primitives: Primitives, c: WycheproofCase, publicKey: Uint8Array): boolean {
  return primitives.verify(publicKey, hexOf(c, "msg"), hexOf(c, "sig"));
}

function publicKeyOf(group: { readonly [field: string]: unknown }): WycheproofCase {
  return group["publicKey"] as WycheproofCase; // cast: a fixture
}

// Every valid case is canonical; what is "acceptable" is low-order, not canonical or a point of the twist.
function agrees(primitives: Primitives, c: WycheproofCase): boolean {
  const secretKey = SecretKey.copyOf("x25519", hexOf(c, "private"));
  const publicKey = hexOf(c, "public");
  return gives(hexOf(c, "shared"), () => primitives.agree(secretKey, publicKey).exposeSecretBytes(), isRefusal);
}

function encapsulationSubject(kem: Kem): Subject {
  return {
    accepts: (c) => {
      const expected = concatBytes(hexOf(c, "c"), hexOf(c, "K"));
      return gives(
        expected,
        () => {
          const made = kem.encapsulate(fixedRandom(hexOf(c, "m")), hexOf(c, "ek"));
          return concatBytes(made.ciphertext, made.sharedSecret.exposeSecretBytes());
        },
        isRefusal,
      );
    },
  };
}

function keyGenerationSubject(kem: Kem): Subject {
  return { accepts: (c) => gives(hexOf(c, "ek"), () => kem.deriveKeyPair(hexOf(c, "seed")).publicKey, isRefusal) };
}

function decapsulationSubject(kem: Kem): Subject {
  return {
    accepts: (c) => {
      const seed = SecretKey.copyOf("ml-kem", hexOf(c, "seed"));
      const decapsulated = () => kem.decapsulate(seed, hexOf(c, "c")).exposeSecretBytes();
      if (!gives(hexOf(c, "K"), decapsulated, isRefusal)) return false;
      return equalBytes(kem.deriveKeyPair(seed.exposeSecretBytes()).publicKey, hexOf(c, "ek"));
    },
  };
}

function fixedRandom(bytes: Uint8Array): RandomSource {
  return { fill: (target) => target.set(bytes) };
}
