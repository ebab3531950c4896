/**
 * Which Ed25519 signatures may be looked at: libsodium's rule, checked on bytes before any backend sees them, because
 * verifiers differ on exactly these inputs and a signed log must be valid on all platforms or on none.
 *
 * Refused are other lengths, s >= L (s + L would be a second signature of the same message), key or R with y >= p, and
 * key or R of small order (such a key "signs" any message). What remains is the equation without the cofactor, R compared
 * as bytes; on keys or R with a part of small order it differs from the one with the cofactor (portable/verify-ed25519.ts).
 * Public data only, so nothing here needs constant time.
 */
import { copyBytes, decodeHex, equalBytes } from "@coterie/bytes";
import { isCanonicalFieldElement } from "./agreement-keys.ts";

/** L = 2^252 + 27742317777372353535851937790883648493, little-endian. */
const groupOrder: Uint8Array = decodeHex("edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010");

/** The y of all eight points of small order, without the sign of x: 0, 1, -1 and the two of order 8. */
const smallOrderYs: readonly Uint8Array[] = [
  "0000000000000000000000000000000000000000000000000000000000000000",
  "0100000000000000000000000000000000000000000000000000000000000000",
  "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
  "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
  "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
].map(decodeHex);

/** Whether key and signature have the form that the rule asks for. The signature itself is not verified here. */
export function isWellFormedSignature(publicKey: Uint8Array, signature: Uint8Array): boolean {
  if (publicKey.length !== 32 || signature.length !== 64) return false;
  return isUsablePoint(publicKey) && isUsablePoint(signature.subarray(0, 32)) && isBelowOrder(signature.subarray(32));
}

/**
 * Whether an Ed25519 public key may be trusted with anything: 32 bytes, canonical, not of small order. A log or pin that
 * names a key refuses the others at once, whatever would verify under them.
 */
export function isUsableSigningKey(publicKey: Uint8Array): boolean {
  return publicKey.length === 32 && isUsablePoint(publicKey);
}

function isUsablePoint(encoded: Uint8Array): boolean {
  const y = copyBytes(encoded);
  y[31] = (y[31] ?? 0) & 0x7f; // the sign of x
  return isCanonicalFieldElement(y) && !smallOrderYs.some((small) => equalBytes(small, y));
}

function isBelowOrder(scalar: Uint8Array): boolean {
  for (let i = 31; i >= 0; i--) {
    const [mine, limit] = [scalar[i] ?? 0, groupOrder[i] ?? 0];
    if (mine !== limit) return mine < limit;
  }
  return false;
}
