/** Boxes and ChaCha AEADs by @noble/ciphers. */
import { chacha20poly1305, xchacha20poly1305 } from "@noble/ciphers/chacha.js";
import { xsalsa20poly1305 } from "@noble/ciphers/salsa.js";
import { type Boxes, createBoxes } from "../borders/boxes.ts";
import type { Aead } from "../types.ts";
import { aeadOf, decryptWith } from "./library-cipher.ts";
import { ownBytes } from "./own-bytes.ts";

export const portableBoxes: Boxes = createBoxes({
  encrypt: (key, nonce, plain) => ownBytes(xsalsa20poly1305(key, nonce).encrypt(plain)),
  decrypt: (key, nonce, ciphertext) => decryptWith(xsalsa20poly1305(key, nonce), ciphertext),
});

export const portableXchacha20Poly1305: Aead = aeadOf(24, xchacha20poly1305);
export const portableChacha20Poly1305: Aead = aeadOf(12, chacha20poly1305);
