/** Errors of this package: one class per stable code (docs/protocol/vault.md §8). No message contains input. */
import { CoterieError } from "@coterie/bytes";
import type { MalformedMailError, MailTooLargeError } from "./mail-plaintext-errors.ts";

/** Bytes that are not a field of version 1, suite 1. */
export class MalformedFieldError extends CoterieError {
  readonly code = "vault/malformed-field";
  constructor() {
    super("not an encrypted field of a known version");
  }
}

/** Encrypted under a key that the keyring does not hold: another gateway's, or destroyed. */
export class UnknownKeyError extends CoterieError {
  readonly code = "vault/unknown-key";
  constructor() {
    super("encrypted under a key that is not in the keyring");
  }
}

/** Key, place or bytes are not the ones it was encrypted with. One code and one message for every cause, so that it is no oracle. */
export class NotAuthenticError extends CoterieError {
  readonly code = "vault/not-authentic";
  constructor() {
    super("not made with this key for this place, or changed since");
  }
}

/** A place whose tenant, table, column or row is empty, too long or not a plain name. */
export class InvalidPlaceError extends CoterieError {
  readonly code = "vault/invalid-place";
}

/** More than a field or a value for an index may hold. Nothing was encrypted. */
export class ContentTooLargeError extends CoterieError {
  readonly code = "vault/too-large";
}

/** A keyring with a key twice, with too many keys, or with a key of another length than 32 bytes. */
export class InvalidKeyringError extends CoterieError {
  readonly code = "vault/invalid-keyring";
}

/** A key cannot be destroyed: fields are still encrypted under it, or it is the one that new fields use. */
export class KeyStillUsedError extends CoterieError {
  readonly code = "vault/key-still-used";
  /** How many fields would have become unreadable; 0 where it is the current key. */
  readonly fields: number;
  constructor(fields: number) {
    super("the key is still in use: rotate first");
    this.fields = fields;
  }
}

/** A rotation that was asked for with numbers outside of the limits. */
export class InvalidRotationError extends CoterieError {
  readonly code = "vault/invalid-rotation";
}

/** Text that is not a Cloak key of version 1. */
export class MalformedCloakKeyError extends CoterieError {
  readonly code = "vault/malformed-cloak-key";
  constructor() {
    super("not a Cloak key of version 1");
  }
}

/** Text that is not a Cloak message of version 1: often a value that was never encrypted, so nothing of it is repeated. */
export class MalformedCloakMessageError extends CoterieError {
  readonly code = "vault/malformed-cloak-message";
  constructor() {
    super("not a Cloak message of version 1");
  }
}

/** The field takes so few or so unequal values that an index would tell them. */
export class LowEntropyFieldError extends CoterieError {
  readonly code = "vault/low-entropy-field";
}

/** A blind index with parameters outside of what can be chosen. */
export class InvalidIndexError extends CoterieError {
  readonly code = "vault/invalid-index";
}

/** A value that is empty once it is normalised, or not Unicode. */
export class InvalidIndexValueError extends CoterieError {
  readonly code = "vault/invalid-index-value";
}

/** A mail box whose parts have other lengths than docs/protocol/vault.md §6 fixes. */
export class MalformedMailBoxError extends CoterieError {
  readonly code = "vault/malformed-mail-box";
}

/** A mail box for a key that does not exist (any more): what it held cannot be read again. */
export class UnknownMailKeyError extends CoterieError {
  readonly code = "vault/unknown-mail-key";
  constructor() {
    super("sealed to a mail key that does not exist any more");
  }
}

/** It opened, but belongs to another action. */
export class MailContextMismatchError extends CoterieError {
  readonly code = "vault/mail-context-mismatch";
  constructor() {
    super("the mail box belongs to another action");
  }
}

/** A mail key whose id, public key or secret do not belong together, or the current one where it must not be. */
export class InvalidMailKeyError extends CoterieError {
  readonly code = "vault/invalid-mail-key";
}

/** The files of mail keys cannot be used as they are: open to others, damaged, or not where they should be. */
export class MailKeyFileError extends CoterieError {
  readonly code = "vault/mail-key-file";
}

/** A rotation policy whose times make no sense. */
export class InvalidMailPolicyError extends CoterieError {
  readonly code = "vault/invalid-mail-policy";
}

/** All errors of this package, for an exhaustive `switch (error.code)`. */
export type VaultError =
  | MalformedFieldError
  | UnknownKeyError
  | NotAuthenticError
  | InvalidPlaceError
  | ContentTooLargeError
  | InvalidKeyringError
  | KeyStillUsedError
  | InvalidRotationError
  | MalformedCloakKeyError
  | MalformedCloakMessageError
  | LowEntropyFieldError
  | InvalidIndexError
  | InvalidIndexValueError
  | MalformedMailBoxError
  | UnknownMailKeyError
  | MailContextMismatchError
  | InvalidMailKeyError
  | MailKeyFileError
  | InvalidMailPolicyError
  | MailTooLargeError
  | MalformedMailError;
