/** Checks of lengths, made once at the border of every backend, so that the backends cannot differ in them. */
import { InvalidParameterError, InvalidPublicKeyError } from "../errors.ts";

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
