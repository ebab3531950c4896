/** Errors of this package. */
import { CoterieError } from "@coterie/bytes";

/** Decryption or opening failed. One code and one message for every cause, so that it is no oracle. */
export class AuthenticationFailedError extends CoterieError {
  readonly code = "primitives/authentication-failed";
  constructor() {
    super("the ciphertext was not made with this key, or was changed");
  }
}

/** A public key that must not be used: wrong length, low order, not canonical, or leading to a zero shared secret. */
export class InvalidPublicKeyError extends CoterieError {
  readonly code = "primitives/invalid-public-key";
}

/** A key, nonce, salt or parameter outside what the primitive takes: a mistake of the caller, not of the peer. */
export class InvalidParameterError extends CoterieError {
  readonly code = "primitives/invalid-parameter";
}

/** All errors of this package, for an exhaustive `switch (error.code)`. */
export type PrimitivesError = AuthenticationFailedError | InvalidPublicKeyError | InvalidParameterError;
