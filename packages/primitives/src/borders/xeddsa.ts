/**
 * XEdDSA (signal.org/docs/specifications/xeddsa): signatures by X25519 keys, in the form that Signal's messengers use. The
 * sign of the Edwards point travels in the top bit of s, where the specification negates the key instead; both verify alike.
 * Verification is the Ed25519 rule of every backend after the key was taken to its Edwards form.
 */
import { type Bytes, concatBytes, copyBytes } from "@coterie/bytes";
import type { Primitives } from "../types.ts";
import { checkAgreementPublicKey } from "./agreement-keys.ts";
import { type FixedLength, requireLength } from "./checks.ts";
import { edwardsKeyOf } from "./edwards-key.ts";
import { InvalidPublicKeyError } from "../errors.ts";

/** What a backend supplies: scalars are 32 bytes, little-endian, modulo the group's order L. */
export interface EdwardsGroup {
  /** 64 bytes modulo L. */
  readonly reduceScalar: (wide: Uint8Array) => Bytes;
  readonly multiplyScalars: (a: Uint8Array, b: Uint8Array) => Bytes;
  readonly addScalars: (a: Uint8Array, b: Uint8Array) => Bytes;
  /** The encoding of scalar times base point. */
  readonly multiplyBase: (scalar: Uint8Array) => Bytes;
  /** Whether an encoding is a point of the prime-order group other than the identity. */
  readonly isPrimeOrderPoint: (encoded: Uint8Array) => boolean;
}

/** The part of {@link Primitives} that reads X25519 keys as Edwards points. */
export type AgreementSignatures = Pick<
  Primitives,
  "signWithAgreementKey" | "verifyWithAgreementKey" | "checkPrimeOrderPublicKey"
>;

const secretRule: FixedLength = { what: "an X25519 secret key", lengthBytes: 32 };
const randomRule: FixedLength = { what: "the randomness of an XEdDSA signature", lengthBytes: 64 };
/** hash1 of the specification (§2.5): 2^256 - 2, little-endian, before the hash of the nonce. */
const noncePrefix = new Uint8Array(32).fill(0xff);
noncePrefix[0] = 0xfe;

/** XEdDSA over a backend's group, hash and Ed25519 verification. */
export function createAgreementSignatures(
  { sha512, verify }: Pick<Primitives, "sha512" | "verify">,
  group: EdwardsGroup,
): AgreementSignatures {
  return {
    signWithAgreementKey(secretKey, { message, random }) {
      const secret = secretKey.exposeSecretBytes();
      requireLength(secret, secretRule);
      requireLength(random, randomRule);
      return sign({ sha512, group }, { secret, message, random });
    },
    verifyWithAgreementKey(publicKey, message, signature) {
      if (publicKey.length !== 32 || signature.length !== 64) return false;
      const sign = (signature[63] ?? 0) & 0x80;
      const edwardsKey = edwardsKeyOf(publicKey);
      if (edwardsKey === undefined) return false;
      edwardsKey[31] = (edwardsKey[31] ?? 0) | sign;
      const unsigned = copyBytes(signature);
      unsigned[63] = (unsigned[63] ?? 0) & 0x7f;
      return verify(edwardsKey, message, unsigned);
    },
    checkPrimeOrderPublicKey(publicKey) {
      checkAgreementPublicKey(publicKey);
      const edwardsKey = edwardsKeyOf(publicKey);
      if (edwardsKey === undefined || !group.isPrimeOrderPoint(edwardsKey)) {
        throw new InvalidPublicKeyError("the X25519 public key is not of the prime-order group");
      }
    },
  };
}

interface SignInput {
  readonly secret: Bytes;
  readonly message: Uint8Array;
  readonly random: Uint8Array;
}

function sign(
  { sha512, group }: { readonly sha512: Primitives["sha512"]; readonly group: EdwardsGroup },
  { secret, message, random }: SignInput,
): Bytes {
  const wide = new Uint8Array(64);
  wide.set(clamped(secret));
  const scalar = group.reduceScalar(wide);
  const edwardsKey = group.multiplyBase(scalar);
  const nonceInput = concatBytes(noncePrefix, wide.subarray(0, 32), message, random);
  const nonceHash = sha512(nonceInput);
  const nonce = group.reduceScalar(nonceHash);
  const commitment = group.multiplyBase(nonce);
  const challenge = group.reduceScalar(sha512(concatBytes(commitment, edwardsKey, message)));
  const product = group.multiplyScalars(challenge, scalar);
  const signature = concatBytes(commitment, group.addScalars(nonce, product));
  signature[63] = (signature[63] ?? 0) | ((edwardsKey[31] ?? 0) & 0x80);
  for (const secretBytes of [wide, scalar, nonceInput, nonceHash, nonce, product]) secretBytes.fill(0);
  return signature;
}

function clamped(secret: Bytes): Bytes {
  const scalar = copyBytes(secret);
  scalar[0] = (scalar[0] ?? 0) & 0xf8;
  scalar[31] = ((scalar[31] ?? 0) & 0x7f) | 0x40;
  return scalar;
}
