/**
 * Errors of this package: one class per stable code. No message contains input. Public keys that must not be used are
 * refused with `primitives/invalid-public-key`, text forms that are mistyped with `bytes/malformed-text`.
 */
import { CoterieError } from "@coterie/bytes";

/** A value that canonical JSON does not express: null, a fraction, text that is not NFC, more than four levels. */
export class InvalidJsonError extends CoterieError {
  readonly code = "sealed-box/invalid-json";
}

/** More than a format holds. Nothing was sealed. */
export class ContentTooLargeError extends CoterieError {
  readonly code = "sealed-box/too-large";
}

/** A plain text that was not made by `createContactPlaintext`: its length is none of the four sizes. */
export class NotPaddedError extends CoterieError {
  readonly code = "sealed-box/not-padded";
  constructor() {
    super("a contact's plain text has 512, 1024, 2048 or 4096 bytes");
  }
}

/** A header or contact whose parts have other lengths or forms than docs/protocol/actions.md §3 and §4 fix. */
export class MalformedHeaderError extends CoterieError {
  readonly code = "sealed-box/malformed-header";
}

/** Sealed to a key that this opener does not hold. */
export class UnknownKeyError extends CoterieError {
  readonly code = "sealed-box/unknown-key";
  constructor() {
    super("sealed to a key that is not among the given ones");
  }
}

/** Signature, box or binding failed. One code and one message for every cause, so that it is no oracle. */
export class NotAuthenticError extends CoterieError {
  readonly code = "sealed-box/not-authentic";
  constructor() {
    super("not made by who it should be, or changed since");
  }
}

/** It opened, but the content is not canonical JSON with the exact padding: two openers could read it differently. */
export class MalformedPlaintextError extends CoterieError {
  readonly code = "sealed-box/malformed-plaintext";
  constructor() {
    super("the content does not have the one form that is allowed");
  }
}

/** It opened, but was sealed for another action, campaign, page, organisation or key than the header says. */
export class ContextMismatchError extends CoterieError {
  readonly code = "sealed-box/context-mismatch";
  constructor() {
    super("the content was sealed for another place than its header says");
  }
}

/** It opened, but the person is not the one that the header commits to: another organisation may have got another one. */
export class CommitmentMismatchError extends CoterieError {
  readonly code = "sealed-box/commitment-mismatch";
  constructor() {
    super("the person is not the one that the header commits to");
  }
}

/** It opened, but the consent record beside it is not the one that was sealed and signed. */
export class ConsentMismatchError extends CoterieError {
  readonly code = "sealed-box/consent-mismatch";
  constructor() {
    super("the consent record is not the one that was sealed");
  }
}

/** Bytes that are not an envelope of version 1, suite 1. */
export class MalformedEnvelopeError extends CoterieError {
  readonly code = "sealed-box/malformed-envelope";
}

/** No recipients, more than 20, or one of them twice. */
export class InvalidRecipientsError extends CoterieError {
  readonly code = "sealed-box/invalid-recipients";
  constructor() {
    super("an envelope has 1 to 20 recipients, each once");
  }
}

/** All errors of sealing and opening, for an exhaustive `switch (error.code)`. */
export type SealedBoxError =
  | InvalidJsonError
  | ContentTooLargeError
  | NotPaddedError
  | MalformedHeaderError
  | UnknownKeyError
  | NotAuthenticError
  | MalformedPlaintextError
  | ContextMismatchError
  | CommitmentMismatchError
  | ConsentMismatchError
  | MalformedEnvelopeError
  | InvalidRecipientsError;
