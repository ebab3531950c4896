/**
 * What the model computes with, from node:crypto alone: one obvious function for each. The two KEMs come from outside, since they
 * have NIST's own vectors.
 */
import {
  createCipheriv,
  createDecipheriv,
  createPrivateKey,
  createPublicKey,
  diffieHellman,
  hash,
  type KeyObject,
  randomBytes,
  verify,
} from "node:crypto";
import type { Primitives } from "@coterie/primitives";

export type Raw = Uint8Array<ArrayBuffer>;

/** The KEMs of the model. */
export type Kems = Pick<Primitives, "kyber1024" | "mlKem768Parts">;

/** A key pair of X25519, 32 bytes each. */
export interface KeyPair {
  readonly publicKey: Raw;
  readonly secretKey: Raw;
}

export function join(...parts: readonly Uint8Array[]): Raw {
  return Uint8Array.from(Buffer.concat(parts));
}

export function text(ascii: string): Raw {
  return Uint8Array.from(Buffer.from(ascii, "ascii"));
}

export function isSame(left: Uint8Array, right: Uint8Array): boolean {
  return Buffer.compare(left, right) === 0;
}

export function bigEndian(value: number, lengthBytes: number): Raw {
  return Uint8Array.from({ length: lengthBytes }, (_unused, i) =>
    Number((BigInt(value) >> BigInt(8 * (lengthBytes - 1 - i))) & 0xffn),
  );
}

export function random(lengthBytes: number): Raw {
  return Uint8Array.from(randomBytes(lengthBytes));
}

function sha256(message: Uint8Array): Raw {
  return Uint8Array.from(hash("sha256", message, "buffer"));
}

/** RFC 2104, for keys of at most 64 bytes. */
export function hmac(key: Uint8Array, message: Uint8Array): Raw {
  const block = join(key, new Uint8Array(64 - key.length));
  const inner = sha256(
    join(
      block.map((byte) => byte ^ 0x36),
      message,
    ),
  );
  return sha256(
    join(
      block.map((byte) => byte ^ 0x5c),
      inner,
    ),
  );
}

/** RFC 5869, step by step. */
export function hkdf(salt: Uint8Array, secret: Uint8Array, info: Uint8Array, lengthBytes: number): Raw {
  const extracted = hmac(salt, secret);
  let output = new Uint8Array(0);
  let block = new Uint8Array(0);
  for (let i = 1; output.length < lengthBytes; i++) {
    block = hmac(extracted, join(block, info, Uint8Array.of(i)));
    output = join(output, block);
  }
  return output.slice(0, lengthBytes);
}

export function encryptCbc(key: Uint8Array, iv: Uint8Array, plain: Uint8Array): Raw {
  const cipher = createCipheriv("aes-256-cbc", key, iv);
  return join(cipher.update(plain), cipher.final());
}

export function decryptCbc(key: Uint8Array, iv: Uint8Array, ciphertext: Uint8Array): Raw {
  const cipher = createDecipheriv("aes-256-cbc", key, iv);
  return join(cipher.update(ciphertext), cipher.final());
}

const pkcs8 = Buffer.from("302e020100300506032b656e04220420", "hex");
const spki = Buffer.from("302a300506032b656e032100", "hex");
const edwardsSpki = Buffer.from("302a300506032b6570032100", "hex");

function secretObject(secretKey: Uint8Array): KeyObject {
  return createPrivateKey({ key: Buffer.concat([pkcs8, secretKey]), format: "der", type: "pkcs8" });
}

/** X25519. */
export function agree(secretKey: Uint8Array, publicKey: Uint8Array): Raw {
  const theirs = createPublicKey({ key: Buffer.concat([spki, publicKey]), format: "der", type: "spki" });
  return Uint8Array.from(diffieHellman({ privateKey: secretObject(secretKey), publicKey: theirs }));
}

export function newKeyPair(): KeyPair {
  const secretKey = random(32);
  const exported = createPublicKey(secretObject(secretKey)).export({ format: "der", type: "spki" });
  return { secretKey, publicKey: Uint8Array.from(exported.subarray(-32)) };
}

const prime = 2n ** 255n - 19n;

function power(base: bigint, exponent: bigint): bigint {
  let [result, square, rest] = [1n, base % prime, exponent];
  for (; rest > 0n; rest >>= 1n) {
    if (rest & 1n) result = (result * square) % prime;
    square = (square * square) % prime;
  }
  return result;
}

/** XEdDSA in Signal's form: the Edwards point is y = (u - 1) / (u + 1), its sign the top bit of the signature. */
export function verifyXeddsa(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
  const u = BigInt(`0x${Buffer.from(publicKey.toReversed()).toString("hex")}`);
  const y = ((u - 1n + prime) * power(u + 1n, prime - 2n)) % prime;
  const point = Uint8Array.from(Buffer.from(y.toString(16).padStart(64, "0"), "hex")).toReversed();
  const cleared = Buffer.from(signature);
  point[31] = (point[31] ?? 0) | ((cleared[63] ?? 0) & 0x80);
  cleared[63] = (cleared[63] ?? 0) & 0x7f;
  const key = createPublicKey({ key: Buffer.concat([edwardsSpki, point]), format: "der", type: "spki" });
  return verify(null, message, key, cleared);
}
