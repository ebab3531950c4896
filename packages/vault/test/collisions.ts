/**
 * Ciphertexts that authenticate under two keys ("invisible salamanders"), made from the algebra of Poly1305 and GHASH: what
 * a key commitment is there against.
 */
import { createCipheriv } from "node:crypto";
import { xchacha20 } from "@noble/ciphers/chacha.js";

const p = 2n ** 130n - 5n;
const clamp = 0x0ffffffc0ffffffc0ffffffc0fffffffn;

export interface PolySide {
  readonly key: Uint8Array;
  readonly associatedData: Uint8Array;
}

/**
 * XChaCha20-Poly1305 with tag over `ciphertext`, in which blocks `freeBlocks` were changed so that both sides take the same tag;
 * undefined where this start leads nowhere (the two blocks have to come out below 2^128).
 */
export function collideXchacha(
  { left, right, nonce }: { readonly left: PolySide; readonly right: PolySide; readonly nonce: Uint8Array },
  { ciphertext, freeBlocks, tag }: { ciphertext: Uint8Array; freeBlocks: readonly [number, number]; tag: bigint },
): Uint8Array | undefined {
  const start = new Uint8Array(ciphertext);
  for (const block of freeBlocks) start.fill(0, block * 16, block * 16 + 16);
  const equations = [left, right].map((side) => {
    const { r, s } = polyKey(side.key, nonce);
    const message = macInput(side.associatedData, start);
    const aadBlocks = Math.ceil(side.associatedData.length / 16);
    const total = message.length / 16;
    const [a, b] = freeBlocks.map((block) => power(r, BigInt(total - aadBlocks - block)));
    // What the polynomial must be for this tag, less what the fixed part gives.
    const wanted = (tag - s + 2n ** 128n) % 2n ** 128n;
    return { a: a ?? 0n, b: b ?? 0n, c: mod(wanted - polynomial(r, message)) };
  });
  const [one, two] = equations;
  if (one === undefined || two === undefined) return undefined;
  const determinant = mod(one.a * two.b - two.a * one.b);
  const inverse = power(determinant, p - 2n);
  const x = mod((one.c * two.b - two.c * one.b) * inverse);
  const y = mod((one.a * two.c - two.a * one.c) * inverse);
  if (x >= 2n ** 128n || y >= 2n ** 128n) return undefined;
  start.set(littleEndian(x), freeBlocks[0] * 16);
  start.set(littleEndian(y), freeBlocks[1] * 16);
  return new Uint8Array([...start, ...littleEndian(tag)]);
}

/** The keystream of the body: blocks from 1 on. */
export function bodyKeystream(key: Uint8Array, nonce: Uint8Array, lengthBytes: number): Uint8Array {
  return xchacha20(key, nonce, new Uint8Array(64 + lengthBytes)).subarray(64);
}

function polyKey(key: Uint8Array, nonce: Uint8Array): { r: bigint; s: bigint } {
  const block = xchacha20(key, nonce, new Uint8Array(32));
  return { r: fromLittleEndian(block.subarray(0, 16)) & clamp, s: fromLittleEndian(block.subarray(16)) };
}

function macInput(associatedData: Uint8Array, ciphertext: Uint8Array): Uint8Array {
  const lengths = new Uint8Array(16);
  new DataView(lengths.buffer).setBigUint64(0, BigInt(associatedData.length), true);
  new DataView(lengths.buffer).setBigUint64(8, BigInt(ciphertext.length), true);
  const padding = new Uint8Array((16 - (associatedData.length % 16)) % 16);
  return new Uint8Array([...associatedData, ...padding, ...ciphertext, ...lengths]);
}

function polynomial(r: bigint, message: Uint8Array): bigint {
  let sum = 0n;
  for (let i = 0; i < message.length; i += 16) {
    sum = mod((sum + fromLittleEndian(message.subarray(i, i + 16)) + 2n ** 128n) * r);
  }
  return sum;
}

function mod(value: bigint): bigint {
  return ((value % p) + p) % p;
}

function power(base: bigint, exponent: bigint): bigint {
  let result = 1n;
  for (let square = mod(base), rest = exponent; rest > 0n; rest >>= 1n, square = mod(square * square)) {
    if (rest & 1n) result = mod(result * square);
  }
  return result;
}

function fromLittleEndian(bytes: Uint8Array): bigint {
  return bytes.reduceRight((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
}

function littleEndian(value: bigint): Uint8Array {
  return Uint8Array.from({ length: 16 }, (_unused, i) => Number((value >> BigInt(8 * i)) & 255n));
}

/** AES-256-GCM of two blocks under two keys, no associated data: the first block is `ciphertextBlock`, the second solves for the tag. */
export function collideGcm(
  keys: readonly [Uint8Array, Uint8Array],
  nonce: Uint8Array,
  ciphertextBlock: Uint8Array,
): Uint8Array {
  const [left, right] = keys.map((key) => {
    const h = bigEndian(encryptBlock(key, new Uint8Array(16)));
    const mask = bigEndian(encryptBlock(key, new Uint8Array([...nonce, 0, 0, 0, 1])));
    const h2 = multiply(h, h);
    const lengths = 256n; // 0 bits of associated data, 256 of ciphertext
    const fixed = multiply(bigEndian(ciphertextBlock), multiply(h2, h)) ^ multiply(lengths, h) ^ mask;
    return { h2, fixed };
  });
  if (left === undefined || right === undefined) throw new Error("two keys are needed");
  // X * (h2_left + h2_right) = fixed_left + fixed_right in GF(2^128).
  const x = multiply(left.fixed ^ right.fixed, invert(left.h2 ^ right.h2));
  const tag = multiply(x, left.h2) ^ left.fixed;
  return new Uint8Array([...ciphertextBlock, ...toBigEndian(x), ...toBigEndian(tag)]);
}

function encryptBlock(key: Uint8Array, block: Uint8Array): Uint8Array {
  const cipher = createCipheriv("aes-256-ecb", key, null).setAutoPadding(false);
  return new Uint8Array([...cipher.update(block), ...cipher.final()]);
}

/** Multiplication of GCM: bits count from the left, polynomial x^128 + x^7 + x^2 + x + 1. */
function multiply(left: bigint, right: bigint): bigint {
  let product = 0n;
  for (let bit = 127n, shifted = right; bit >= 0n; bit--) {
    if ((left >> bit) & 1n) product ^= shifted;
    shifted = shifted & 1n ? (shifted >> 1n) ^ (0xe1n << 120n) : shifted >> 1n;
  }
  return product;
}

function invert(value: bigint): bigint {
  // value^(2^128 - 2)
  let result = 1n << 127n;
  for (let i = 0, square = multiply(value, value); i < 127; i++, square = multiply(square, square)) {
    result = multiply(result, square);
  }
  return result;
}

function bigEndian(bytes: Uint8Array): bigint {
  return bytes.reduce((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
}

function toBigEndian(value: bigint): Uint8Array {
  return Uint8Array.from({ length: 16 }, (_unused, i) => Number((value >> BigInt(8 * (15 - i))) & 255n));
}
