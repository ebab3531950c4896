/**
 * The one rule for Ed25519 signatures, on inputs on which verifiers differ: keys and R with a part of small order, small
 * order alone, encodings that are not canonical, s beyond L. Made here from the curve itself; equations that hold
 * only after multiplying by the cofactor must hold on no backend.
 */
import { type Bytes, concatBytes, decodeHex, encodeHex, encodeUtf8 } from "@coterie/bytes";
import type { Primitives } from "@coterie/primitives";
import { ed25519 } from "@noble/curves/ed25519.js";
import { sha512 } from "@noble/hashes/sha2.js";

/** A signature and what the rule says of it. */
export interface OddSignature {
  readonly what: string;
  readonly publicKey: Bytes;
  readonly message: Bytes;
  readonly signature: Bytes;
}

const { Point } = ed25519;
const order = Point.Fn.ORDER;
type CurvePoint = typeof Point.BASE;

/** How many of them the rule accepts: parts of small order pass only where k * T1 + T2 is zero. */
export const acceptedOddSignatures = 6;

/** All combinations of a key a*B + T1 and R = r*B + T2 with T1, T2 of small order, and of s, s + L. */
export function oddSignatures(): readonly OddSignature[] {
  const small = smallOrderPoints();
  const odd: OddSignature[] = [];
  for (const [keyIndex, keyPart] of small.entries()) {
    for (const [rIndex, rPart] of small.entries()) {
      for (const [a, r] of [
        [12345n, 67890n],
        [0n, 67890n],
        [12345n, 0n],
        [0n, 0n],
      ] as const) {
        for (const beyondOrder of [false, true]) {
          const message = encodeUtf8(`odd ${keyIndex} ${rIndex}`);
          const key = times(a).add(keyPart);
          const commitment = times(r).add(rPart);
          const s = (r + challenge(commitment.toBytes(), key.toBytes(), message) * a) % order;
          odd.push({
            what: `a=${a} T${keyIndex}, r=${r} T${rIndex}${beyondOrder ? ", s+L" : ""}`,
            publicKey: Uint8Array.from(key.toBytes()),
            message,
            signature: concatBytes(commitment.toBytes(), scalarBytes(beyondOrder ? s + order : s)),
          });
        }
      }
    }
  }
  return [...odd, ...notCanonical()];
}

/** The verdicts of a backend as text, for comparing backends; and how many it accepts. */
export function verdictsOf(primitives: Primitives, odd: readonly OddSignature[]): string {
  return odd
    .map(({ publicKey, message, signature }) => (primitives.verify(publicKey, message, signature) ? "1" : "0"))
    .join("");
}

// Keys and R with y >= p, and with the sign of an x that is zero.
function notCanonical(): OddSignature[] {
  const encodings = [
    `ed${"ff".repeat(30)}7f`,
    `ee${"ff".repeat(30)}7f`,
    `ee${"ff".repeat(30)}ff`,
    `f0${"ff".repeat(30)}7f`,
    `${"ff".repeat(31)}7f`,
    "ff".repeat(32),
    `01${"00".repeat(30)}80`,
    `ec${"ff".repeat(30)}ff`,
  ];
  const message = encodeUtf8("odd");
  return encodings.flatMap((encoded) => {
    const odd = decodeHex(encoded);
    const good = Uint8Array.from(times(5n).toBytes());
    return [
      { what: `key ${encoded}`, publicKey: odd, message, signature: concatBytes(good, scalarBytes(5n)) },
      { what: `R ${encoded}`, publicKey: good, message, signature: concatBytes(odd, scalarBytes(0n)) },
      { what: `both ${encoded}`, publicKey: odd, message, signature: concatBytes(odd, scalarBytes(0n)) },
    ];
  });
}

function smallOrderPoints(): CurvePoint[] {
  const generator = Point.fromHex("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05");
  const points: CurvePoint[] = [Point.ZERO];
  for (let i = 1; i < 8; i++) points.push((points[i - 1] ?? Point.ZERO).add(generator));
  return points;
}

function times(scalar: bigint): CurvePoint {
  return scalar === 0n ? Point.ZERO : Point.BASE.multiply(scalar);
}

function challenge(commitment: Uint8Array, key: Uint8Array, message: Uint8Array): bigint {
  return fromLittleEndian(sha512(concatBytes(commitment, key, message))) % order;
}

function fromLittleEndian(bytes: Uint8Array): bigint {
  return BigInt(`0x${encodeHex(bytes.toReversed())}`);
}

function scalarBytes(scalar: bigint): Bytes {
  return decodeHex(scalar.toString(16).padStart(64, "0")).toReversed();
}
