/**
 * The root of all errors of Coterie and those of this package. Callers branch on `code`, never on the message;
 * no message contains input, since inputs may be secrets.
 */

/** Every error that a Coterie package throws on purpose. `code` is stable: "package/what-happened". */
export abstract class CoterieError extends Error {
  abstract readonly code: string;
  override get name(): string {
    return this.code;
  }
}

/** Bytes that do not follow their format: truncated, trailing bytes, or a value outside the format. */
export class MalformedBytesError extends CoterieError {
  readonly code = "bytes/malformed";
}

/** Text that is not in the expected encoding or text form, or whose checksum is wrong. */
export class MalformedTextError extends CoterieError {
  readonly code = "bytes/malformed-text";
}

/** Input longer than its stated limit. Nothing was allocated for it. */
export class TooLargeError extends CoterieError {
  readonly code = "bytes/too-large";
}

/** Bytes of another length than the format fixes. */
export class WrongLengthError extends CoterieError {
  readonly code = "bytes/wrong-length";
}

/** A secret was used after `destroy()`. */
export class SecretDestroyedError extends CoterieError {
  readonly code = "bytes/secret-destroyed";
}

/** Something tried to turn a secret into JSON. */
export class SecretSerialisedError extends CoterieError {
  readonly code = "bytes/secret-serialised";
}

/** All errors of this package, for an exhaustive `switch (error.code)`. */
export type BytesError =
  | MalformedBytesError
  | MalformedTextError
  | TooLargeError
  | WrongLengthError
  | SecretDestroyedError
  | SecretSerialisedError;
