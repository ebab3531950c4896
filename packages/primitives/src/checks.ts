/** Checks of lengths, made once at the border of every backend, so that the backends cannot differ in them. */
import { InvalidParameterError, InvalidPublicKeyError } from "./errors.ts";

/** A thing of one fixed length; `what` appears in the error. */
export interface FixedLength {
  readonly what: string;
  readonly lengthBytes: number;
}

/** Throws InvalidParameterError where `bytes` has another length than `rule` says. */
export function requireLength(bytes: Uint8Array, rule: FixedLength): void {
  if (bytes.length !== rule.lengthBytes) throw new InvalidParameterError(`${rule.what} has ${rule.lengthBytes} bytes`);
}

/** The same for keys of other people: throws InvalidPublicKeyError. */
export function requirePublicKeyLength(bytes: Uint8Array, rule: FixedLength): void {
  if (bytes.length !== rule.lengthBytes) throw new InvalidPublicKeyError(`${rule.what} has ${rule.lengthBytes} bytes`);
}

/** Throws InvalidParameterError unless `value` is a whole number from `least` to `most`. */
export function requireWithin(
  value: number,
  { what, least, most }: { readonly what: string; readonly least: number; readonly most: number },
): void {
  if (!Number.isSafeInteger(value) || value < least || value > most) {
    throw new InvalidParameterError(`${what} is a whole number from ${least} to ${most}`);
  }
}

/** 32 bytes of any value; X25519 clamps them itself. */
export const agreementSecretRule: FixedLength = { what: "an X25519 secret key", lengthBytes: 32 };
/** The seed of RFC 8032. */
export const signingSeedRule: FixedLength = { what: "an Ed25519 seed", lengthBytes: 32 };
/** The result of an agreement after HSalsa20. */
export const boxKeyRule: FixedLength = { what: "a box key", lengthBytes: 32 };
export const boxNonceRule: FixedLength = { what: "the nonce of a box", lengthBytes: 24 };
export const aes256KeyRule: FixedLength = { what: "an AES-256 key", lengthBytes: 32 };
export const cbcIvRule: FixedLength = { what: "the initialisation vector", lengthBytes: 16 };
/** d || z of FIPS 203. */
export const kemSeedRule: FixedLength = { what: "the seed of an ML-KEM key", lengthBytes: 64 };
