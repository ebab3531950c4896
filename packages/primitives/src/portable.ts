/**
 * The portable backend: audited JavaScript (@noble/*), the twin that the other backends are checked against and their
 * fallback. It is 10 to 50 times slower, and leaves copies of keys in the garbage-collected heap that nobody can wipe:
 * use `./node` or `./browser` in applications.
 */
import { toBytes } from "@coterie/bytes";
import { argon2id } from "@noble/hashes/argon2.js";
import { createArgon2id } from "./borders/passwords.ts";
import { scriptKeccak } from "./lattice/keccak.ts";
import { createKyber1024 } from "./lattice/kyber1024.ts";
import { createMlKem768Parts } from "./lattice/ml-kem-768-parts.ts";
import { portableAes256Gcm, portableCbc } from "./portable/aes.ts";
import { portableBoxes, portableChacha20Poly1305, portableXchacha20Poly1305 } from "./portable/ciphers.ts";
import { portableAgreement, portableAgreementSignatures, portableSignatures } from "./portable/curves.ts";
import { portableHashes } from "./portable/hashes.ts";
import { portableMlKem768, portableMlKem1024 } from "./portable/kem.ts";
import type { Primitives } from "./types.ts";

/**
 * All primitives in JavaScript; lengths and errors as in {@link Primitives}. Of the platform it needs
 * `crypto.getRandomValues` alone, with which the library blinds secret scalars: no result depends on it.
 */
export const portablePrimitives: Primitives = {
  backend: "portable",
  ...portableHashes,
  ...portableAgreement,
  ...portableSignatures,
  ...portableAgreementSignatures,
  ...portableBoxes,
  ...portableCbc,
  xchacha20Poly1305: portableXchacha20Poly1305,
  chacha20Poly1305: portableChacha20Poly1305,
  aes256Gcm: portableAes256Gcm,
  argon2id: createArgon2id(({ passphrase, salt, memoryKiB, passes, lengthBytes }) =>
    toBytes(argon2id(passphrase, salt, { m: memoryKiB, t: passes, p: 1, dkLen: lengthBytes, version: 0x13 })),
  ),
  mlKem768: portableMlKem768,
  mlKem1024: portableMlKem1024,
  mlKem768Parts: createMlKem768Parts(portableMlKem768, scriptKeccak),
  kyber1024: createKyber1024(scriptKeccak),
};
