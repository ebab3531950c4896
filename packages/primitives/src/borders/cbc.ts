/** The border of AES-256-CBC with PKCS#7: lengths, and one error for bad padding and bad length. */
import type { Bytes } from "@coterie/bytes";
import type { Primitives } from "../types.ts";
import { authenticated } from "./aead.ts";
import { type FixedLength, requireLength } from "./checks.ts";

/** What a backend supplies. It gets keys, vectors and ciphertexts of checked lengths. */
export interface CbcCipher {
  readonly encrypt: (key: Uint8Array, iv: Uint8Array, plain: Uint8Array) => Bytes;
  /** Undefined where the padding is not PKCS#7. */
  readonly decrypt: (key: Uint8Array, iv: Uint8Array, ciphertext: Uint8Array) => Bytes | undefined;
}

/** The part of {@link Primitives} for AES-256-CBC. */
export type Cbc = Pick<Primitives, "encryptAes256Cbc" | "decryptAes256Cbc">;

const keyRule: FixedLength = { what: "an AES-256 key", lengthBytes: 32 };
const ivRule: FixedLength = { what: "the initialisation vector", lengthBytes: 16 };
const blockLengthBytes = 16;

/** AES-256-CBC over a backend's cipher. */
export function createCbc(cipher: CbcCipher): Cbc {
  return {
    encryptAes256Cbc(key, iv, plain) {
      requireLength(key, keyRule);
      requireLength(iv, ivRule);
      return cipher.encrypt(key, iv, plain);
    },
    decryptAes256Cbc(key, iv, ciphertext) {
      requireLength(key, keyRule);
      requireLength(iv, ivRule);
      const wholeBlocks = ciphertext.length > 0 && ciphertext.length % blockLengthBytes === 0;
      return authenticated(wholeBlocks ? cipher.decrypt(key, iv, ciphertext) : undefined);
    },
  };
}
