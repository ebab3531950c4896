/**
 * Ed25519 verification in JavaScript by libsodium's equation: R = sB - kA, compared as bytes (RFC 8032 §5.1.7 without the
 * cofactor). The library's own verification multiplies by the cofactor and so accepts signatures whose key or R has a part
 * of small order: a log that one member signed would be valid for some verifiers and not for others.
 * A file of its own, since the widget loads it only where the platform has no Ed25519.
 */
import { concatBytes, equalBytes } from "@coterie/bytes";
import { ed25519 } from "@noble/curves/ed25519.js";
import { bytesToNumberLE } from "@noble/curves/utils.js";
import { sha512 } from "@noble/hashes/sha2.js";

const { Point } = ed25519;

/** Whether the equation holds for well-formed input. Public data only. */
export function verifyInScript(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
  const key = decodePoint(publicKey);
  if (key === undefined) return false;
  const commitment = signature.subarray(0, 32);
  const challenge = Point.Fn.create(bytesToNumberLE(sha512(concatBytes(commitment, publicKey, message))));
  const s = bytesToNumberLE(signature.subarray(32));
  const expected = Point.BASE.multiplyUnsafe(s).subtract(key.multiplyUnsafe(challenge));
  return equalBytes(expected.toBytes(), commitment);
}

function decodePoint(encoded: Uint8Array): InstanceType<typeof Point> | undefined {
  try {
    return Point.fromBytes(encoded);
  } catch {
    // Half of all y belong to no point.
    return undefined;
  }
}
