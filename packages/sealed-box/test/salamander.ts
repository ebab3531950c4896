// Two-key collisions of Poly1305: one ciphertext and tag that are authentic under two keys.
//
// The tag is ((sum of (block_i + 2^128) r^(n-i)) mod p + s) mod 2^128 with p = 2^130 - 5. For two one-time keys (r1, s1) and
// (r2, s2) and all blocks but one fixed, equal tags are one linear equation in the free block X = x + 2^128:
//
//     X (r1^e - r2^e) = rest2 - rest1 + s2 - s1 + k 2^128   (mod p), for a small whole k
//
// which has a solution of the right size for one k or another, or after other fixed blocks.
import { concatBytes } from "@coterie/bytes";

const p = 2n ** 130n - 5n;
const two128 = 2n ** 128n;

/** One-time keys of Poly1305, 32 bytes each; the blocks before and after the ciphertext; where it is free. */
export interface SalamanderInput {
  readonly polyKeys: readonly [Uint8Array, Uint8Array];
  /** Padded to whole blocks by the AEAD; empty for crypto_box. */
  readonly before: Uint8Array;
  /** Whole blocks; the one at `freeBlock` is replaced. */
  readonly ciphertext: Uint8Array;
  readonly freeBlock: number;
  /** The block of lengths of an AEAD; empty for crypto_box. */
  readonly after: Uint8Array;
}

/** The ciphertext with its free block solved, and the tag that holds under both keys; undefined where no block fits. */
export function solveCollision(input: SalamanderInput): { ciphertext: Uint8Array; tag: Uint8Array } | undefined {
  const freeIndex = input.before.length / 16 + input.freeBlock;
  const message = concatBytes(input.before, input.ciphertext, input.after);
  const keys = input.polyKeys.map(splitKey);
  const [first, second] = keys;
  if (first === undefined || second === undefined) return undefined;
  const power = BigInt(message.length / 16 - freeIndex);
  const factor = modulo(raise(first.r, power) - raise(second.r, power));
  const rest = keys.map(({ r }) => evaluate(message, { r, skip: freeIndex }));
  for (let k = -8n; k <= 8n; k++) {
    const difference = (rest[1] ?? 0n) - (rest[0] ?? 0n) + second.s - first.s + k * two128;
    const free = modulo(modulo(difference) * raise(factor, p - 2n)) - two128;
    if (free < 0n || free >= two128) continue;
    message.set(littleEndian(free), freeIndex * 16);
    const [tag, twin] = keys.map(({ r, s }) => (evaluate(message, { r, skip: -1 }) + s) % two128);
    if (tag === undefined || tag !== twin) continue;
    const start = input.before.length;
    return { ciphertext: message.slice(start, start + input.ciphertext.length), tag: littleEndian(tag) };
  }
  return undefined;
}

/** What an AEAD of RFC 8439 authenticates around its ciphertext. */
export function aeadFrame(
  associatedData: Uint8Array,
  ciphertextLength: number,
): { before: Uint8Array; after: Uint8Array } {
  const padding = new Uint8Array((16 - (associatedData.length % 16)) % 16);
  const after = new Uint8Array(16);
  const view = new DataView(after.buffer);
  view.setBigUint64(0, BigInt(associatedData.length), true);
  view.setBigUint64(8, BigInt(ciphertextLength), true);
  return { before: concatBytes(associatedData, padding), after };
}

function splitKey(key: Uint8Array): { r: bigint; s: bigint } {
  const clamp = 0x0ffffffc0ffffffc0ffffffc0fffffffn;
  return { r: numberOf(key.subarray(0, 16)) & clamp, s: numberOf(key.subarray(16, 32)) };
}

function evaluate(message: Uint8Array, { r, skip }: { readonly r: bigint; readonly skip: number }): bigint {
  let sum = 0n;
  for (let i = 0; i < message.length / 16; i++) {
    const block = i === skip ? 0n : numberOf(message.subarray(16 * i, 16 * i + 16)) + two128;
    sum = ((sum + block) * r) % p;
  }
  return sum;
}

function raise(base: bigint, exponent: bigint): bigint {
  let result = 1n;
  for (let square = modulo(base), rest = exponent; rest > 0n; rest >>= 1n, square = (square * square) % p)
    if (rest & 1n) result = (result * square) % p;
  return result;
}

function modulo(value: bigint): bigint {
  return ((value % p) + p) % p;
}

function numberOf(bytes: Uint8Array): bigint {
  return bytes.reduceRight((sum, byte) => (sum << 8n) + BigInt(byte), 0n);
}

function littleEndian(value: bigint): Uint8Array {
  return Uint8Array.from({ length: 16 }, (_, i) => Number((value >> BigInt(8 * i)) & 0xffn));
}
