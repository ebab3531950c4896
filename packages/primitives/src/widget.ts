/**
 * What sealing in a visitor's browser needs, and no more: a page that embeds the widget pays for every byte. X25519 and Ed25519
 * are the platform's (WebCrypto), the rest is small JavaScript; where the platform lacks one, its JavaScript twin is loaded.
 */
import { xsalsa20poly1305 } from "@noble/ciphers/salsa.js";
import { type Bytes, decodeHex, equalBytes } from "@coterie/bytes";
import { checkAgreementPublicKey, refuseZeroSecret } from "./borders/agreement-keys.ts";
import { requireLength } from "./borders/checks.ts";
import { boxKeyOf } from "./portable/box-key.ts";
import { ownBytes } from "./portable/own-bytes.ts";
import type { RandomSource } from "./types.ts";
import { type Multiply, multiplyByPlatform } from "./widget/platform-x25519.ts";
import { sha256 } from "./widget/sha256.ts";

export { systemRandom } from "./browser/random.ts";
export { createSignatureVerifier } from "./widget/verify-signature.ts";

/** The primitives of the widget. Stateless; every key it makes is used once and wiped. */
export interface WidgetPrimitives {
  /** SHA-256, 32 bytes. */
  readonly sha256: (message: Uint8Array) => Bytes;
  /**
   * NaCl's crypto_box from a throw-away key pair to `publicKey`: `payload` has `plain.length + 16` bytes, tag first, and
   * opens with the recipient's secret key and `senderPublicKey` (32 bytes). Hides and authenticates the content; it does
   * not say who sealed it, and does not hide its length. The throw-away secret is wiped before the promise settles.
   * @throws InvalidPublicKeyError before anything is encrypted, where the key is low-order, not canonical or not 32 bytes
   * @throws InvalidParameterError where the nonce has not 24 bytes
   */
  readonly boxToPublicKey: (input: BoxToPublicKeyInput) => Promise<BoxToPublicKey>;
}

/** What is sealed, and to whom. */
export interface BoxToPublicKeyInput {
  readonly random: RandomSource;
  /** X25519, 32 bytes. */
  readonly publicKey: Uint8Array;
  /** 24 bytes. A throw-away pair boxes once, so that it may be derived instead of drawn. */
  readonly nonce: Uint8Array;
  readonly plain: Uint8Array;
}

/** What the recipient needs besides the secret key and the nonce. */
export interface BoxToPublicKey {
  readonly senderPublicKey: Bytes;
  readonly payload: Bytes;
}

const nonceRule = { what: "the nonce of a box", lengthBytes: 24 } as const;

/** u = 9 (RFC 7748 §4.1): multiplying it gives the public key. */
const basePoint = decodeHex(`09${"00".repeat(31)}`);

/** One iteration of RFC 7748 §5.2, 9 times 9: a platform that gets it wrong is not used. */
const knownResult = decodeHex("422c8e7a6227d7bca1350b3e2bb7279f7897b87bb6854b783c60e80311ae3079");

/** Loads the primitives of the widget: the platform's X25519 where it works, else the twin in JavaScript. */
export async function loadWidgetPrimitives(): Promise<WidgetPrimitives> {
  const multiply = await chooseMultiply();
  return {
    sha256,
    boxToPublicKey: (input) => boxToPublicKey(multiply, input),
  };
}

async function chooseMultiply(): Promise<Multiply> {
  try {
    if (equalBytes(await multiplyByPlatform(basePoint, basePoint), knownResult)) return multiplyByPlatform;
  } catch {
    // No WebCrypto (a page without TLS), or none with X25519.
  }
  const { multiplyInScript } = await import("./widget/script-x25519.ts");
  return multiplyInScript;
}

async function boxToPublicKey(
  multiply: Multiply,
  { random, publicKey, nonce, plain }: BoxToPublicKeyInput,
): Promise<BoxToPublicKey> {
  checkAgreementPublicKey(publicKey);
  requireLength(nonce, nonceRule);
  const secret = new Uint8Array(32);
  let agreed = new Uint8Array(0);
  let boxKey = new Uint8Array(0);
  try {
    random.fill(secret);
    const senderPublicKey = await multiply(secret, basePoint);
    agreed = await multiply(secret, publicKey);
    refuseZeroSecret(agreed);
    boxKey = boxKeyOf(agreed);
    return { senderPublicKey, payload: ownBytes(xsalsa20poly1305(boxKey, nonce).encrypt(plain)) };
  } finally {
    for (const wiped of [secret, agreed, boxKey]) wiped.fill(0);
  }
}
