/** Boxes, AEADs and AES-CBC by @noble/ciphers. */
import type { Bytes } from "@coterie/bytes";
import { cbc, gcm } from "@noble/ciphers/aes.js";
import { chacha20poly1305, xchacha20poly1305 } from "@noble/ciphers/chacha.js";
import { xsalsa20poly1305 } from "@noble/ciphers/salsa.js";
import { createAead } from "../borders/aead.ts";
import { type Boxes, createBoxes } from "../borders/boxes.ts";
import { type Cbc, createCbc } from "../borders/cbc.ts";
import type { Aead } from "../types.ts";
import { ownBytes } from "./own-bytes.ts";

/** The shape that the library's ciphers share. */
interface LibraryCipher {
  readonly encrypt: (plain: Uint8Array) => Uint8Array;
  readonly decrypt: (ciphertext: Uint8Array) => Uint8Array;
}

type LibraryAead = (key: Uint8Array, nonce: Uint8Array, associatedData: Uint8Array) => LibraryCipher;

export const portableBoxes: Boxes = createBoxes({
  encrypt: (key, nonce, plain) => ownBytes(xsalsa20poly1305(key, nonce).encrypt(plain)),
  decrypt: (key, nonce, ciphertext) => decryptWith(xsalsa20poly1305(key, nonce), ciphertext),
});

export const portableXchacha20Poly1305: Aead = aeadOf(24, xchacha20poly1305);
export const portableChacha20Poly1305: Aead = aeadOf(12, chacha20poly1305);
export const portableAes256Gcm: Aead = aeadOf(12, gcm);

export const portableCbc: Cbc = createCbc({
  encrypt: (key, iv, plain) => ownBytes(cbc(key, iv).encrypt(plain)),
  decrypt: (key, iv, ciphertext) => decryptWith(cbc(key, iv), ciphertext),
});

function aeadOf(nonceLengthBytes: 12 | 24, library: LibraryAead): Aead {
  return createAead({
    nonceLengthBytes,
    encrypt: ({ key, nonce, plain, associatedData }) => ownBytes(library(key, nonce, associatedData).encrypt(plain)),
    decrypt: ({ key, nonce, ciphertext, associatedData }) =>
      decryptWith(library(key, nonce, associatedData), ciphertext),
  });
}

// Lengths of key and nonce were checked before, so that whatever the library throws here is a failed decryption.
function decryptWith(cipher: LibraryCipher, ciphertext: Uint8Array): Bytes | undefined {
  try {
    return ownBytes(cipher.decrypt(ciphertext));
  } catch {
    return undefined;
  }
}
