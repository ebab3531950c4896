/** Boxes and ChaCha AEADs by libsodium (sodium-native), AES by node:crypto. */
import { createCipheriv, createDecipheriv, createSecretKey } from "node:crypto";
import type { Bytes } from "@coterie/bytes";
import sodium, { type DecryptAead, type EncryptAead } from "sodium-native";
import { type AeadCipher, createAead } from "../borders/aead.ts";
import { type Boxes, createBoxes } from "../borders/boxes.ts";
import { type Cbc, createCbc } from "../borders/cbc.ts";
import type { Aead } from "../types.ts";

const tagLengthBytes = 16;

export const nodeBoxes: Boxes = createBoxes({
  encrypt(key, nonce, plain) {
    const ciphertext = new Uint8Array(plain.length + tagLengthBytes);
    sodium.crypto_secretbox_easy(ciphertext, plain, nonce, key);
    return ciphertext;
  },
  decrypt(key, nonce, ciphertext) {
    const plain = new Uint8Array(ciphertext.length - tagLengthBytes);
    return sodium.crypto_secretbox_open_easy(plain, ciphertext, nonce, key) ? plain : undefined;
  },
});

export const nodeXchacha20Poly1305: Aead = createAead(
  sodiumAead(24, {
    encrypt: sodium.crypto_aead_xchacha20poly1305_ietf_encrypt,
    decrypt: sodium.crypto_aead_xchacha20poly1305_ietf_decrypt,
  }),
);

export const nodeChacha20Poly1305: Aead = createAead(
  sodiumAead(12, {
    encrypt: sodium.crypto_aead_chacha20poly1305_ietf_encrypt,
    decrypt: sodium.crypto_aead_chacha20poly1305_ietf_decrypt,
  }),
);

export const nodeAes256Gcm: Aead = createAead({
  nonceLengthBytes: 12,
  encrypt({ key, nonce, plain, associatedData }) {
    const cipher = createCipheriv("aes-256-gcm", createSecretKey(key), nonce, { authTagLength: tagLengthBytes });
    cipher.setAAD(associatedData);
    const ciphertext = new Uint8Array(plain.length + tagLengthBytes);
    ciphertext.set(cipher.update(plain));
    cipher.final();
    ciphertext.set(cipher.getAuthTag(), plain.length);
    return ciphertext;
  },
  decrypt({ key, nonce, ciphertext, associatedData }) {
    // Without authTagLength, tags from 4 bytes on would be taken.
    const cipher = createDecipheriv("aes-256-gcm", createSecretKey(key), nonce, { authTagLength: tagLengthBytes });
    cipher.setAAD(associatedData);
    cipher.setAuthTag(ciphertext.subarray(ciphertext.length - tagLengthBytes));
    return finished(cipher, ciphertext.subarray(0, ciphertext.length - tagLengthBytes));
  },
});

export const nodeCbc: Cbc = createCbc({
  encrypt(key, iv, plain) {
    const ciphertext = finished(createCipheriv("aes-256-cbc", createSecretKey(key), iv), plain);
    if (ciphertext === undefined) throw new Error("AES-CBC encryption cannot fail");
    return ciphertext;
  },
  decrypt: (key, iv, ciphertext) => finished(createDecipheriv("aes-256-cbc", createSecretKey(key), iv), ciphertext),
});

function sodiumAead(
  nonceLengthBytes: 12 | 24,
  library: { readonly encrypt: EncryptAead; readonly decrypt: DecryptAead },
): AeadCipher {
  return {
    nonceLengthBytes,
    encrypt({ key, nonce, plain, associatedData }) {
      const ciphertext = new Uint8Array(plain.length + tagLengthBytes);
      library.encrypt(ciphertext, plain, associatedData, null, nonce, key);
      return ciphertext;
    },
    decrypt({ key, nonce, ciphertext, associatedData }) {
      const plain = new Uint8Array(ciphertext.length - tagLengthBytes);
      try {
        library.decrypt(plain, null, ciphertext, associatedData, nonce, key);
      } catch {
        // With lengths checked, the library throws for a wrong tag alone, and writes nothing before it has checked it.
        return undefined;
      }
      return plain;
    },
  };
}

/** All output of a cipher in memory of its own, the platform's buffers wiped; undefined where `final` refuses. */
function finished(
  cipher: { readonly update: (input: Uint8Array) => Buffer; readonly final: () => Buffer },
  input: Uint8Array,
): Bytes | undefined {
  const head = cipher.update(input);
  try {
    const tail = cipher.final();
    const output = new Uint8Array(head.length + tail.length);
    output.set(head);
    output.set(tail, head.length);
    tail.fill(0);
    return output;
  } catch {
    return undefined;
  } finally {
    head.fill(0);
  }
}
