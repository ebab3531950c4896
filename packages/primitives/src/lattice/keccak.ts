/** The functions of FIPS 202 that Kyber and ML-KEM hash with. */
import { type Bytes, toBytes } from "@coterie/bytes";
import { sha3_256, sha3_512, shake128, shake256 } from "@noble/hashes/sha3.js";

/** What a backend supplies: half of the time that lattices take in JavaScript is spent here, and platforms have it. */
export interface Keccak {
  /** SHA3-256: H of FIPS 203 §4.1. */
  readonly hash256: (message: Uint8Array) => Bytes;
  /** SHA3-512: G. */
  readonly hash512: (message: Uint8Array) => Bytes;
  /** The first bytes of SHAKE128: XOF. */
  readonly shake128: (message: Uint8Array, lengthBytes: number) => Bytes;
  /** The first bytes of SHAKE256: PRF and J. */
  readonly shake256: (message: Uint8Array, lengthBytes: number) => Bytes;
}

/** In JavaScript: the twin of the others. */
export const scriptKeccak: Keccak = {
  hash256: (message) => toBytes(sha3_256(message)),
  hash512: (message) => toBytes(sha3_512(message)),
  shake128: (message, lengthBytes) => toBytes(shake128(message, { dkLen: lengthBytes })),
  shake256: (message, lengthBytes) => toBytes(shake256(message, { dkLen: lengthBytes })),
};
