/** Boxes and ChaCha AEADs by libsodium in WebAssembly. */
import type { DecryptAead, EncryptAead } from "libsodium-sumo";
import { createAead } from "../borders/aead.ts";
import { type Boxes, createBoxes } from "../borders/boxes.ts";
import type { Aead, Primitives } from "../types.ts";
import type { Sodium } from "./sodium.ts";

const tagLengthBytes = 16;

/** Boxes of an instance. */
export function browserBoxes({ raw, withSlots }: Sodium): Boxes {
  return createBoxes({
    encrypt: (key, nonce, plain) =>
      withSlots((slots) => {
        const lengthBytes = plain.length + tagLengthBytes;
        const ciphertext = slots.reserve(lengthBytes);
        raw._crypto_secretbox_easy(ciphertext, slots.put(plain), plain.length, 0, slots.put(nonce), slots.put(key));
        return slots.take(ciphertext, lengthBytes);
      }),
    decrypt: (key, nonce, ciphertext) =>
      withSlots((slots) => {
        const lengthBytes = ciphertext.length - tagLengthBytes;
        const plain = slots.reserve(lengthBytes);
        const sealed = slots.put(ciphertext);
        const status = raw._crypto_secretbox_open_easy(
          plain,
          sealed,
          ciphertext.length,
          0,
          slots.put(nonce),
          slots.put(key),
        );
        return status === 0 ? slots.take(plain, lengthBytes) : undefined;
      }),
  });
}

/** The AEADs of an instance. */
export function browserAeads(sodium: Sodium): Pick<Primitives, "xchacha20Poly1305" | "chacha20Poly1305"> {
  const { raw } = sodium;
  return {
    xchacha20Poly1305: aeadWith(sodium, {
      nonceLengthBytes: 24,
      encrypt: raw._crypto_aead_xchacha20poly1305_ietf_encrypt,
      decrypt: raw._crypto_aead_xchacha20poly1305_ietf_decrypt,
    }),
    chacha20Poly1305: aeadWith(sodium, {
      nonceLengthBytes: 12,
      encrypt: raw._crypto_aead_chacha20poly1305_ietf_encrypt,
      decrypt: raw._crypto_aead_chacha20poly1305_ietf_decrypt,
    }),
  };
}

interface AeadCalls {
  readonly nonceLengthBytes: 12 | 24;
  readonly encrypt: EncryptAead;
  readonly decrypt: DecryptAead;
}

function aeadWith({ withSlots }: Sodium, calls: AeadCalls): Aead {
  return createAead({
    nonceLengthBytes: calls.nonceLengthBytes,
    encrypt: ({ key, nonce, plain, associatedData }) =>
      withSlots((slots) => {
        const lengthBytes = plain.length + tagLengthBytes;
        const ciphertext = slots.reserve(lengthBytes);
        const [content, context] = [slots.put(plain), slots.put(associatedData)];
        const [once, secret] = [slots.put(nonce), slots.put(key)];
        calls.encrypt(ciphertext, 0, content, plain.length, 0, context, associatedData.length, 0, 0, once, secret);
        return slots.take(ciphertext, lengthBytes);
      }),
    decrypt: ({ key, nonce, ciphertext, associatedData }) =>
      withSlots((slots) => {
        const plain = slots.reserve(ciphertext.length - tagLengthBytes);
        const [sealed, context] = [slots.put(ciphertext), slots.put(associatedData)];
        const [once, secret] = [slots.put(nonce), slots.put(key)];
        const length = ciphertext.length;
        const status = calls.decrypt(plain, 0, 0, sealed, length, 0, context, associatedData.length, 0, once, secret);
        return status === 0 ? slots.take(plain, length - tagLengthBytes) : undefined;
      }),
  });
}
