/**
 * The Edwards form of an X25519 public key: y = (u - 1) / (u + 1) modulo 2^255 - 19 (RFC 7748 §4.1), with the sign of x left at
 * zero. Public data only, so nothing here needs constant time.
 */
import { type Bytes, encodeHex } from "@coterie/bytes";
import { isCanonicalFieldElement } from "./agreement-keys.ts";

const p = 2n ** 255n - 19n;

/** 32 bytes, or undefined where the key is not canonical or is the one without a y (u = -1). */
export function edwardsKeyOf(publicKey: Uint8Array): Bytes | undefined {
  if (publicKey.length !== 32 || !isCanonicalFieldElement(publicKey)) return undefined;
  const u = BigInt(`0x${encodeHex(publicKey.toReversed())}`);
  if (u === p - 1n) return undefined;
  return encodeLittleEndian(modulo((u - 1n) * invert(u + 1n)));
}

/** The inverse by the extended Euclidean algorithm; `value` is not a multiple of p. */
function invert(value: bigint): bigint {
  let [a, b, x, y] = [modulo(value), p, 1n, 0n];
  while (a !== 1n) {
    const quotient = b / a;
    [a, b, x, y] = [b - quotient * a, a, y - quotient * x, x];
  }
  return modulo(x);
}

function modulo(value: bigint): bigint {
  const rest = value % p;
  return rest < 0n ? rest + p : rest;
}

function encodeLittleEndian(value: bigint): Bytes {
  const encoded = new Uint8Array(32);
  let rest = value;
  for (let i = 0; i < 32; i++) {
    encoded[i] = Number(rest & 0xffn);
    rest >>= 8n;
  }
  return encoded;
}
