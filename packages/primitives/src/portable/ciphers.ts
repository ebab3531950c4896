/** Boxes, AEADs and AES-CBC by @noble/ciphers. */
import { type Bytes, toBytes } from "@coterie/bytes";
import { cbc, gcm } from "@noble/ciphers/aes.js";
import { chacha20poly1305, xchacha20poly1305 } from "@noble/ciphers/chacha.js";
import { xsalsa20poly1305 } from "@noble/ciphers/salsa.js";
import { type AeadCipher, authenticated, createAead } from "../aead.ts";
import { aes256KeyRule, boxKeyRule, boxNonceRule, cbcIvRule, requireLength } from "../checks.ts";
import type { Primitives } from "../types.ts";

type Ciphers = Pick<
  Primitives,
  | "encryptBox"
  | "decryptBox"
  | "xchacha20Poly1305"
  | "chacha20Poly1305"
  | "aes256Gcm"
  | "encryptAes256Cbc"
  | "decryptAes256Cbc"
>;

/** The shape that the library's ciphers share. */
interface LibraryCipher {
  readonly encrypt: (plain: Uint8Array) => Uint8Array;
  readonly decrypt: (ciphertext: Uint8Array) => Uint8Array;
}

export const portableCiphers: Ciphers = {
  encryptBox(key, nonce, plain) {
    const keyBytes = key.exposeSecretBytes();
    requireLength(keyBytes, boxKeyRule);
    requireLength(nonce, boxNonceRule);
    return toBytes(xsalsa20poly1305(keyBytes, nonce).encrypt(plain));
  },
  decryptBox(key, nonce, ciphertext) {
    const keyBytes = key.exposeSecretBytes();
    requireLength(keyBytes, boxKeyRule);
    requireLength(nonce, boxNonceRule);
    return authenticated(openWith(xsalsa20poly1305(keyBytes, nonce), ciphertext));
  },
  xchacha20Poly1305: createAead(cipherOf(24, xchacha20poly1305)),
  chacha20Poly1305: createAead(cipherOf(12, chacha20poly1305)),
  aes256Gcm: createAead(cipherOf(12, gcm)),
  encryptAes256Cbc(key, iv, plain) {
    requireLength(key, aes256KeyRule);
    requireLength(iv, cbcIvRule);
    return toBytes(cbc(key, iv).encrypt(plain));
  },
  decryptAes256Cbc(key, iv, ciphertext) {
    requireLength(key, aes256KeyRule);
    requireLength(iv, cbcIvRule);
    return authenticated(openWith(cbc(key, iv), ciphertext));
  },
};

function cipherOf(
  nonceLengthBytes: 12 | 24,
  library: (key: Uint8Array, nonce: Uint8Array, associatedData: Uint8Array) => LibraryCipher,
): AeadCipher {
  return {
    nonceLengthBytes,
    encrypt: ({ key, nonce, plain, associatedData }) => toBytes(library(key, nonce, associatedData).encrypt(plain)),
    decrypt: ({ key, nonce, ciphertext, associatedData }) => openWith(library(key, nonce, associatedData), ciphertext),
  };
}

// Lengths of key and nonce were checked before, so that whatever the library throws here is a failed decryption.
function openWith(cipher: LibraryCipher, ciphertext: Uint8Array): Bytes | undefined {
  try {
    return toBytes(cipher.decrypt(ciphertext));
  } catch {
    return undefined;
  }
}
