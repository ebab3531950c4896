/**
 * Polynomials of Kyber and ML-KEM (FIPS 203 §2.4, §4.2): 256 coefficients modulo 3329. Packing and roots of unity are those of
 * @noble/post-quantum; its transform, several times slower, is the twin that tests hold this one against. Nothing here branches
 * on a secret, and remainders are of a constant, which compilers turn into multiplications; what the engine makes of it is out
 * of our hands.
 */
import { type Bytes, toBytes } from "@coterie/bytes";
import { genCrystals } from "@noble/post-quantum/_crystals.js";
import type { Keccak } from "./keccak.ts";

/** 256 coefficients below 3329. */
export type Polynomial = Uint16Array<ArrayBuffer>;

/** Which entry of the matrix, and whether of its transpose. */
export interface MatrixPlace {
  readonly row: number;
  readonly column: number;
}

const coefficientCount = 256;
const modulus = 3329;
/** Bytes of SHAKE-256 per polynomial of noise; eta is 2 in both parameter sets. */
const noiseLengthBytes = 128;
/** What one turn of SHAKE128 gives. */
const streamBlockBytes = 168;

/** The inverse of 128: what the inverse transform leaves to divide by. */
const transformScale = 3303;

const { nttZetas, bitsCoder } = genCrystals<Polynomial>({
  newPoly: (length) => new Uint16Array(length),
  N: coefficientCount,
  Q: modulus,
  F: transformScale,
  ROOT_OF_UNITY: 17,
  brvBits: 7,
  isKyber: true,
});

/** All zero. */
export function zeroPolynomial(): Polynomial {
  return new Uint16Array(coefficientCount);
}

/** The forward transform (algorithm 9), in place. */
export function transform(polynomial: Polynomial): Polynomial {
  let root = 1;
  for (let half = 128; half >= 2; half >>= 1) {
    for (let start = 0; start < coefficientCount; start += 2 * half) {
      const zeta = nttZetas[root++] ?? 0;
      for (let i = start; i < start + half; i++) {
        const low = polynomial[i] ?? 0;
        const high = reduce((polynomial[i + half] ?? 0) * zeta);
        polynomial[i] = reduceOnce(low + high);
        polynomial[i + half] = reduceOnce(low - high + modulus);
      }
    }
  }
  return polynomial;
}

/** The inverse transform (algorithm 10), in place. */
export function transformBack(polynomial: Polynomial): Polynomial {
  let root = 127;
  for (let half = 2; half <= 128; half <<= 1) {
    for (let start = 0; start < coefficientCount; start += 2 * half) {
      const zeta = nttZetas[root--] ?? 0;
      for (let i = start; i < start + half; i++) {
        const [low, high] = [polynomial[i] ?? 0, polynomial[i + half] ?? 0];
        polynomial[i] = reduceOnce(low + high);
        polynomial[i + half] = reduce((high - low + modulus) * zeta);
      }
    }
  }
  for (let i = 0; i < coefficientCount; i++) polynomial[i] = reduce((polynomial[i] ?? 0) * transformScale);
  return polynomial;
}

/** A number below 2^32 modulo 3329. */
function reduce(value: number): number {
  return (value >>> 0) % modulus;
}

/** A number below 2 * 3329 modulo 3329, without a branch. */
function reduceOnce(value: number): number {
  const difference = value - modulus;
  return difference + (modulus & (difference >> 31));
}

/** `sum` + `other`, in place of `sum`. */
export function addTo(sum: Polynomial, other: Polynomial): void {
  for (let i = 0; i < coefficientCount; i++) sum[i] = reduceOnce((sum[i] ?? 0) + (other[i] ?? 0));
}

/** `difference` - `other`, in place of `difference`. */
export function subtractFrom(difference: Polynomial, other: Polynomial): void {
  for (let i = 0; i < coefficientCount; i++) {
    difference[i] = reduceOnce((difference[i] ?? 0) - (other[i] ?? 0) + modulus);
  }
}

/** `sum` + a * b, all transformed (algorithms 11 and 12), in place of `sum`. */
export function addProductTo(sum: Polynomial, { a, b }: { readonly a: Polynomial; readonly b: Polynomial }): void {
  for (let i = 0; i < coefficientCount; i += 2) {
    const [a0, a1, b0, b1] = [a[i] ?? 0, a[i + 1] ?? 0, b[i] ?? 0, b[i + 1] ?? 0];
    const zeta = nttZetas[64 + (i >> 2)] ?? 0;
    const signed = (i & 2) === 0 ? zeta : modulus - zeta;
    // Reduced before the factor, so that every product fits 32 bits.
    sum[i] = reduce((sum[i] ?? 0) + a0 * b0 + reduce(a1 * b1) * signed);
    sum[i + 1] = reduce((sum[i + 1] ?? 0) + a0 * b1 + a1 * b0);
  }
}

/**
 * A matrix of transformed polynomials drawn from a public seed (algorithm 7); `entry` computes one of them anew, which lasts until
 * the next one: there are sixteen of them in a key.
 */
export function createMatrix(
  { shake128 }: Pick<Keccak, "shake128">,
  seed: Uint8Array,
): { readonly entry: (place: MatrixPlace) => Polynomial } {
  const input = new Uint8Array(seed.length + 2);
  input.set(seed);
  const polynomial = zeroPolynomial();
  return {
    entry({ row, column }) {
      input[seed.length] = column;
      input[seed.length + 1] = row;
      // Three blocks are enough for all but one polynomial in a hundred; a longer stream begins with the same bytes.
      for (let blocks = 3; ; blocks++) {
        if (sampleUniform(polynomial, shake128(input, blocks * streamBlockBytes))) return polynomial;
      }
    },
  };
}

/** False where the stream is too short. */
function sampleUniform(polynomial: Polynomial, stream: Uint8Array): boolean {
  let filled = 0;
  for (let i = 0; i < stream.length; i += 3) {
    const [first = 0, second = 0, third = 0] = [stream[i], stream[i + 1], stream[i + 2]];
    const low = first | ((second & 0x0f) << 8);
    const high = (second >> 4) | (third << 4);
    if (low < modulus) polynomial[filled++] = low;
    // What is written behind the end is nowhere.
    if (high < modulus) polynomial[filled++] = high;
    if (filled >= coefficientCount) return true;
  }
  return false;
}

/** Noise: the centred binomial distribution with eta = 2 (algorithm 8) of SHAKE-256 over `seed` and `nonce`. */
export function sampleNoise(
  { shake256 }: Pick<Keccak, "shake256">,
  { seed, nonce }: { readonly seed: Uint8Array; readonly nonce: number },
): Polynomial {
  const input = new Uint8Array(seed.length + 1);
  input.set(seed);
  input[seed.length] = nonce;
  const bits = shake256(input, noiseLengthBytes);
  input.fill(0);
  const polynomial = zeroPolynomial();
  for (let i = 0; i < noiseLengthBytes; i++) {
    const byte = bits[i] ?? 0;
    // Two coefficients a byte: the sum of two bits minus the sum of two bits, each.
    const pairs = (byte & 0x55) + ((byte >> 1) & 0x55);
    polynomial[2 * i] = reduceOnce((pairs & 3) - ((pairs >> 2) & 3) + modulus);
    polynomial[2 * i + 1] = reduceOnce(((pairs >> 4) & 3) - ((pairs >> 6) & 3) + modulus);
  }
  bits.fill(0);
  return polynomial;
}

/** Packs and unpacks polynomials of `bits` per coefficient, compressed unless `bits` is 12. */
export interface PolynomialCoder {
  readonly lengthBytes: number;
  readonly encode: (polynomial: Polynomial) => Bytes;
  /** The argument has `lengthBytes`. */
  readonly decode: (encoded: Uint8Array) => Polynomial;
}

/** Multiplier, shift and rounding that replace the division by 3329: exact for every coefficient (tested for all). */
const compressions = {
  1: { factor: 80635, shift: 28, round: 1665 },
  4: { factor: 80635, shift: 28, round: 1665 },
  5: { factor: 40318, shift: 27, round: 1664 },
  10: { factor: 1290167, shift: 32, round: 1665 },
  11: { factor: 645084, shift: 31, round: 1664 },
} as const;

/** The coder of compressed coefficients: Compress and Decompress of FIPS 203 §4.2.1, packed. */
export function compressedCoder(bits: keyof typeof compressions): PolynomialCoder {
  const { factor, shift, round } = compressions[bits];
  // Powers are constants here, not worked out anew for every coefficient.
  const [scale, width, half] = [2 ** -shift, 2 ** bits, 2 ** (bits - 1)];
  return coderOf(bits, {
    // Below 2^53, so the product is exact, and scaling by a power of two is exact too.
    encode: (coefficient) => Math.floor((coefficient * width + round) * factor * scale),
    decode: (compressed) => (compressed * modulus + half) >>> bits,
  });
}

/** The coder of whole coefficients; what is not reduced decodes modulo 3329. */
export const wholeCoder: PolynomialCoder = coderOf(12, {
  encode: (coefficient) => coefficient,
  decode: reduce,
});

function coderOf(
  bits: number,
  words: { readonly encode: (coefficient: number) => number; readonly decode: (word: number) => number },
): PolynomialCoder {
  const coder = bitsCoder(bits, words);
  return {
    lengthBytes: coder.bytesLen,
    encode: (polynomial) => toBytes(coder.encode(polynomial)),
    decode: (encoded) => coder.decode(encoded),
  };
}
