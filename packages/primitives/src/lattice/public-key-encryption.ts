/**
 * K-PKE, the encryption inside Kyber and ML-KEM (FIPS 203 §5), cut where its parts become known: the first part of a
 * ciphertext needs the seed of the public matrix alone, the second one the public vector. Not secure by itself; only the
 * KEMs beside it use it.
 */
import { type Bytes, concatBytes } from "@coterie/bytes";
import type { Keccak } from "./keccak.ts";
import {
  addProductTo,
  addTo,
  compressedCoder,
  createMatrix,
  type Polynomial,
  sampleNoise,
  subtractFrom,
  transform,
  transformBack,
  wholeCoder,
  zeroPolynomial,
} from "./polynomials.ts";

/** A parameter set: the rank of the matrix, and the bits kept of each part of the ciphertext. */
export interface LatticeParameters {
  readonly rank: 3 | 4;
  readonly firstPartBits: 10 | 11;
  readonly secondPartBits: 4 | 5;
}

/** A public vector: `encoded` as sent, the secret as transformed polynomials. */
export interface LatticeKeyPair {
  readonly publicVector: Bytes;
  /** Whoever got them wipes them: {@link wipe}. */
  readonly secretVector: readonly Polynomial[];
}

/** K-PKE with one parameter set. Arguments have the lengths that the set gives. */
export interface LatticeEncryption {
  readonly publicVectorLengthBytes: number;
  readonly firstPartLengthBytes: number;
  readonly secondPartLengthBytes: number;
  readonly deriveKeyPair: (seeds: { readonly matrix: Uint8Array; readonly noise: Uint8Array }) => LatticeKeyPair;
  /** Whether a public vector is reduced: the modulus check (§7.2). */
  readonly isReduced: (publicVector: Uint8Array) => boolean;
  readonly encryptFirst: (input: { readonly matrixSeed: Uint8Array; readonly coins: Uint8Array }) => Bytes;
  readonly encryptSecond: (input: {
    readonly publicVector: Uint8Array;
    readonly coins: Uint8Array;
    readonly message: Uint8Array;
  }) => Bytes;
  readonly decrypt: (input: {
    readonly secretVector: readonly Polynomial[];
    readonly first: Uint8Array;
    readonly second: Uint8Array;
  }) => Bytes;
}

const messageCoder = compressedCoder(1);

/** K-PKE of `parameters`. */
export function createLatticeEncryption(
  keccak: Keccak,
  { rank, firstPartBits, secondPartBits }: LatticeParameters,
): LatticeEncryption {
  const firstCoder = compressedCoder(firstPartBits);
  const secondCoder = compressedCoder(secondPartBits);
  const indices = Array.from({ length: rank }, (_, index) => index);
  const vectorLengthBytes = rank * wholeCoder.lengthBytes;
  const encodedAt = (vector: Uint8Array, index: number): Uint8Array =>
    slice(vector, { index, lengthBytes: wholeCoder.lengthBytes });
  const decodeAt = (vector: Uint8Array, index: number): Polynomial => wholeCoder.decode(encodedAt(vector, index));
  const secretsOf = (seed: Uint8Array): Polynomial[] =>
    indices.map((nonce) => transform(sampleNoise(keccak, { seed, nonce })));

  return {
    publicVectorLengthBytes: vectorLengthBytes,
    firstPartLengthBytes: rank * firstCoder.lengthBytes,
    secondPartLengthBytes: secondCoder.lengthBytes,
    deriveKeyPair({ matrix, noise }) {
      const secretVector = secretsOf(noise);
      const { entry } = createMatrix(keccak, matrix);
      const rows = indices.map((row) => {
        const sum = productOf(secretVector, (column) => entry({ row, column }));
        addTo(sum, transform(sampleNoise(keccak, { seed: noise, nonce: rank + row })));
        return wholeCoder.encode(sum);
      });
      return { publicVector: concatBytes(...rows), secretVector };
    },
    isReduced: (publicVector) =>
      indices.every((i) => sameBytes(wholeCoder.encode(decodeAt(publicVector, i)), encodedAt(publicVector, i))),
    encryptFirst({ matrixSeed, coins }) {
      const secrets = secretsOf(coins);
      const { entry } = createMatrix(keccak, matrixSeed);
      const parts = indices.map((row) => {
        // The transpose of the key's matrix.
        const sum = transformBack(productOf(secrets, (column) => entry({ row: column, column: row })));
        const noise = sampleNoise(keccak, { seed: coins, nonce: rank + row });
        addTo(sum, noise);
        const part = firstCoder.encode(sum);
        wipe([sum, noise]);
        return part;
      });
      wipe(secrets);
      return concatBytes(...parts);
    },
    encryptSecond({ publicVector, coins, message }) {
      const secrets = secretsOf(coins);
      const sum = transformBack(productOf(secrets, (index) => decodeAt(publicVector, index)));
      const [noise, encodedMessage] = [
        sampleNoise(keccak, { seed: coins, nonce: 2 * rank }),
        messageCoder.decode(message),
      ];
      addTo(sum, noise);
      addTo(sum, encodedMessage);
      const part = secondCoder.encode(sum);
      wipe([...secrets, sum, noise, encodedMessage]);
      return part;
    },
    decrypt({ secretVector, first, second }) {
      const product = productOf(secretVector, (index) =>
        transform(firstCoder.decode(slice(first, { index, lengthBytes: firstCoder.lengthBytes }))),
      );
      return decodeMessage({ product, noisyMessage: secondCoder.decode(second) });
    },
  };
}

/** Both arguments are wiped. */
function decodeMessage({
  product,
  noisyMessage,
}: {
  readonly product: Polynomial;
  readonly noisyMessage: Polynomial;
}): Bytes {
  subtractFrom(noisyMessage, transformBack(product));
  const message = messageCoder.encode(noisyMessage);
  wipe([product, noisyMessage]);
  return message;
}

/** The inner product of two transformed vectors; the other one is asked for in order, one polynomial at a time. */
function productOf(vector: readonly Polynomial[], other: (index: number) => Polynomial): Polynomial {
  const sum = zeroPolynomial();
  vector.forEach((b, index) => addProductTo(sum, { a: other(index), b }));
  return sum;
}

/** Zeroes polynomials that held secrets. */
export function wipe(polynomials: readonly Polynomial[]): void {
  for (const polynomial of polynomials) polynomial.fill(0);
}

function slice(
  bytes: Uint8Array,
  { index, lengthBytes }: { readonly index: number; readonly lengthBytes: number },
): Uint8Array {
  return bytes.subarray(index * lengthBytes, (index + 1) * lengthBytes);
}

/** Of public data. */
function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.every((byte, i) => byte === b[i]);
}
