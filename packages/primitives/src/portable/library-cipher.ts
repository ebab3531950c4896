/** What the ciphers of @noble/ciphers share, and how this package wants their results. */
import type { Bytes } from "@coterie/bytes";
import { createAead } from "../borders/aead.ts";
import type { Aead } from "../types.ts";
import { ownBytes } from "./own-bytes.ts";

/** The shape that the library's ciphers share. */
interface LibraryCipher {
  readonly encrypt: (plain: Uint8Array) => Uint8Array;
  readonly decrypt: (ciphertext: Uint8Array) => Uint8Array;
}

type LibraryAead = (key: Uint8Array, nonce: Uint8Array, associatedData: Uint8Array) => LibraryCipher;

/** An AEAD of the library. */
export function aeadOf(nonceLengthBytes: 12 | 24, library: LibraryAead): Aead {
  return createAead({
    nonceLengthBytes,
    encrypt: ({ key, nonce, plain, associatedData }) => ownBytes(library(key, nonce, associatedData).encrypt(plain)),
    decrypt: ({ key, nonce, ciphertext, associatedData }) =>
      decryptWith(library(key, nonce, associatedData), ciphertext),
  });
}

/** Lengths of key and nonce were checked before, so that whatever the library throws here is a failed decryption. */
export function decryptWith(cipher: LibraryCipher, ciphertext: Uint8Array): Bytes | undefined {
  try {
    return ownBytes(cipher.decrypt(ciphertext));
  } catch {
    return undefined;
  }
}
