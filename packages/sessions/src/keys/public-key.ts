/** X25519 public keys as the protocol sends and signs them: a type byte before the 32 bytes (docs/protocol/sessions.md §2). */
import { type Bytes, concatBytes, copyBytes } from "@coterie/bytes";
import { MalformedMessageError } from "../errors.ts";

const agreementKeyType = 0x05;
const kyberKeyType = 0x08;

/** Lengths with the type byte. */
export const encodedAgreementKeyLengthBytes = 33;
export const encodedKyberLengthBytes = 1569;

/** 33 bytes: type and key. */
export function encodeAgreementKey(publicKey: Uint8Array): Bytes {
  return concatBytes(Uint8Array.of(agreementKeyType), publicKey);
}

/** The 32 bytes of the key. Whether it may be used is checked where it is used. */
export function decodeAgreementKey(encoded: Uint8Array): Bytes {
  if (encoded.length !== encodedAgreementKeyLengthBytes || encoded[0] !== agreementKeyType) {
    throw new MalformedMessageError("a public key is malformed");
  }
  return copyBytes(encoded.subarray(1));
}

/** 1,569 bytes: type and Kyber1024 public key or ciphertext. */
export function encodeKyber(bytes: Uint8Array): Bytes {
  return concatBytes(Uint8Array.of(kyberKeyType), bytes);
}

/** The 1,568 bytes of a Kyber1024 public key or ciphertext. */
export function decodeKyber(encoded: Uint8Array): Bytes {
  if (encoded.length !== encodedKyberLengthBytes || encoded[0] !== kyberKeyType) {
    throw new MalformedMessageError("a post-quantum key or ciphertext is malformed");
  }
  return copyBytes(encoded.subarray(1));
}
