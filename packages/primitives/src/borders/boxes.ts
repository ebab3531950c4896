/** The border of NaCl's secretbox (XSalsa20-Poly1305, tag first): lengths, and one error for every failure. */
import type { Bytes } from "@coterie/bytes";
import type { Primitives } from "../types.ts";
import { authenticated } from "./aead.ts";
import { type FixedLength, requireLength } from "./checks.ts";

/** What a backend supplies. It gets keys, nonces and ciphertexts of checked lengths. */
export interface BoxCipher {
  readonly encrypt: (key: Uint8Array, nonce: Uint8Array, plain: Uint8Array) => Bytes;
  /** Undefined where the tag does not match; nothing of the plain text is released then. */
  readonly decrypt: (key: Uint8Array, nonce: Uint8Array, ciphertext: Uint8Array) => Bytes | undefined;
}

/** The part of {@link Primitives} for boxes whose key was derived. */
export type Boxes = Pick<Primitives, "encryptBox" | "decryptBox">;

/** The result of an agreement after HSalsa20. */
const keyRule: FixedLength = { what: "the key of a box", lengthBytes: 32 };
const nonceRule: FixedLength = { what: "the nonce of a box", lengthBytes: 24 };
const tagLengthBytes = 16;

/** Boxes over a backend's cipher. */
export function createBoxes(cipher: BoxCipher): Boxes {
  return {
    encryptBox(key, nonce, plain) {
      const keyBytes = key.exposeSecretBytes();
      requireLength(keyBytes, keyRule);
      requireLength(nonce, nonceRule);
      return cipher.encrypt(keyBytes, nonce, plain);
    },
    decryptBox(key, nonce, ciphertext) {
      const keyBytes = key.exposeSecretBytes();
      requireLength(keyBytes, keyRule);
      requireLength(nonce, nonceRule);
      const longEnough = ciphertext.length >= tagLengthBytes;
      return authenticated(longEnough ? cipher.decrypt(keyBytes, nonce, ciphertext) : undefined);
    },
  };
}
