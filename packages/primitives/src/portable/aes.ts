/** AES by @noble/ciphers; apart from the other ciphers, since browsers take these alone. */
import { cbc, gcm } from "@noble/ciphers/aes.js";
import { type Cbc, createCbc } from "../borders/cbc.ts";
import type { Aead } from "../types.ts";
import { aeadOf, decryptWith } from "./library-cipher.ts";
import { ownBytes } from "./own-bytes.ts";

export const portableAes256Gcm: Aead = aeadOf(12, gcm);

export const portableCbc: Cbc = createCbc({
  encrypt: (key, iv, plain) => ownBytes(cbc(key, iv).encrypt(plain)),
  decrypt: (key, iv, ciphertext) => decryptWith(cbc(key, iv), ciphertext),
});
