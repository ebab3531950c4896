/** X25519 and Ed25519 by @noble/curves. */
import { type Bytes, toBytes } from "@coterie/bytes";
import { ed25519, x25519 } from "@noble/curves/ed25519.js";
import { bytesToNumberLE, numberToBytesLE } from "@noble/curves/utils.js";
import { type Agreement, createAgreement } from "../borders/agreement.ts";
import { createSignatures, type Signatures } from "../borders/signatures.ts";
import { type AgreementSignatures, createAgreementSignatures } from "../borders/xeddsa.ts";
import { boxKeyOf } from "./box-key.ts";
import { portableHashes } from "./hashes.ts";
import { verifyInScript } from "./verify-ed25519.ts";

export const portableAgreement: Agreement = createAgreement({
  publicKeyOf: (secret) => toBytes(x25519.getPublicKey(secret)),
  multiply: multiplyOrZero,
  boxKeyOf,
});

export const portableSignatures: Signatures = createSignatures({
  publicKeyOf: (seed) => toBytes(ed25519.getPublicKey(seed)),
  sign: (seed, _publicKey, message) => toBytes(ed25519.sign(message, seed)),
  verify: verifyInScript,
});

const { Point } = ed25519;
const { Fn } = Point;

export const portableAgreementSignatures: AgreementSignatures = createAgreementSignatures(
  { sha512: portableHashes.sha512, verify: portableSignatures.verify },
  {
    reduceScalar: (wide) => encodeScalar(Fn.create(bytesToNumberLE(wide))),
    multiplyScalars: (a, b) => encodeScalar(Fn.mul(Fn.create(bytesToNumberLE(a)), bytesToNumberLE(b))),
    addScalars: (a, b) => encodeScalar(Fn.add(bytesToNumberLE(a), bytesToNumberLE(b))),
    multiplyBase: (scalar) => toBytes(Point.BASE.multiply(bytesToNumberLE(scalar)).toBytes()),
    isPrimeOrderPoint,
  },
);

function encodeScalar(scalar: bigint): Bytes {
  return toBytes(numberToBytesLE(scalar, 32));
}

function isPrimeOrderPoint(encoded: Uint8Array): boolean {
  try {
    const point = Point.fromBytes(encoded);
    return !point.isSmallOrder() && point.isTorsionFree();
  } catch {
    // Half of all y belong to no point.
    return false;
  }
}

function multiplyOrZero(secret: Uint8Array, publicKey: Uint8Array): Bytes {
  try {
    return toBytes(x25519.getSharedSecret(secret, publicKey));
  } catch {
    // With lengths checked, the library throws for a zero result alone.
    return new Uint8Array(32);
  }
}
