/** The border of every AEAD: lengths, and one error for every failure. Backends supply the cipher itself. */
import type { Bytes } from "@coterie/bytes";
import { requireLength } from "./checks.ts";
import { AuthenticationFailedError } from "../errors.ts";
import type { Aead, AeadDecryptInput, AeadEncryptInput } from "../types.ts";

/** What a backend supplies. It gets keys, nonces and ciphertexts of checked lengths. */
export interface AeadCipher {
  readonly nonceLengthBytes: 12 | 24;
  readonly encrypt: (input: AeadEncryptInput) => Bytes;
  /** Undefined where the tag does not match; nothing of the plain text is released then. */
  readonly decrypt: (input: AeadDecryptInput) => Bytes | undefined;
}

/** The tag that ends every ciphertext. Shorter tags do not exist here: a cut tag is a cut ciphertext. */
const tagLengthBytes = 16;
const keyRule = { what: "the key of an AEAD", lengthBytes: 32 } as const;

/** An {@link Aead} over a backend's cipher. */
export function createAead(cipher: AeadCipher): Aead {
  const nonceRule = { what: "the nonce", lengthBytes: cipher.nonceLengthBytes };
  return {
    keyLengthBytes: 32,
    nonceLengthBytes: cipher.nonceLengthBytes,
    tagLengthBytes,
    encrypt(input) {
      requireLength(input.key, keyRule);
      requireLength(input.nonce, nonceRule);
      return cipher.encrypt(input);
    },
    decrypt(input) {
      requireLength(input.key, keyRule);
      requireLength(input.nonce, nonceRule);
      return authenticated(input.ciphertext.length < tagLengthBytes ? undefined : cipher.decrypt(input));
    },
  };
}

/** `opened`, or the one error of this package for a failed decryption. */
export function authenticated(opened: Bytes | undefined): Bytes {
  if (opened === undefined) throw new AuthenticationFailedError();
  return opened;
}
