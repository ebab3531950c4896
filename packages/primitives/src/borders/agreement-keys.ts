/**
 * Which X25519 public keys may be used: one rule for every backend. RFC 7748 leaves both choices open; libraries differ
 * (some accept a zero shared secret), so the rule is stated here instead of inherited.
 *
 * Refused are keys of another length than 32 bytes, keys that are not canonical (top bit set, or u >= 2^255 - 19: two
 * spellings of one key would make key ids ambiguous), and the five canonical keys of small order, for which the shared
 * secret is known to everyone. Public data only, so nothing here needs constant time.
 */
import { decodeHex, equalBytes, isAllZero } from "@coterie/bytes";
import { type FixedLength, requirePublicKeyLength } from "./checks.ts";
import { InvalidPublicKeyError } from "../errors.ts";

const publicKeyRule: FixedLength = { what: "an X25519 public key", lengthBytes: 32 };

/** u = 0, 1, the two of order 8, and -1: all canonical encodings whose order divides 8. */
const smallOrderKeys: readonly Uint8Array[] = [
  "0000000000000000000000000000000000000000000000000000000000000000",
  "0100000000000000000000000000000000000000000000000000000000000000",
  "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
  "5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157",
  "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
].map(decodeHex);

/** Throws InvalidPublicKeyError where `publicKey` must not be used for an agreement. */
export function checkAgreementPublicKey(publicKey: Uint8Array): void {
  requirePublicKeyLength(publicKey, publicKeyRule);
  if (!isCanonicalFieldElement(publicKey)) throw new InvalidPublicKeyError("the X25519 public key is not canonical");
  if (smallOrderKeys.some((key) => equalBytes(key, publicKey))) {
    throw new InvalidPublicKeyError("the X25519 public key has small order");
  }
}

/** Throws InvalidPublicKeyError where `sharedSecret` is zero: the second net behind the list of keys. */
export function refuseZeroSecret(sharedSecret: Uint8Array): void {
  if (isAllZero(sharedSecret)) throw new InvalidPublicKeyError("the X25519 public key has small order");
}

/** Whether 32 little-endian bytes are below p = 2^255 - 19. */
export function isCanonicalFieldElement(bytes: Uint8Array): boolean {
  const top = bytes[31] ?? 0xff;
  if (top !== 0x7f) return top < 0x7f;
  for (let i = 30; i > 0; i--) if (bytes[i] !== 0xff) return true;
  return (bytes[0] ?? 0xff) < 0xed;
}
