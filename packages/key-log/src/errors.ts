/**
 * Errors of this package: one class per stable code (docs/protocol/key-log.md §10). All of them mean "do not seal". No
 * message contains input. Text forms that are mistyped are refused with `bytes/malformed-text`.
 */
import { CoterieError } from "@coterie/bytes";
import type { ForkProof } from "./fork-proof.ts";

/** Bytes that are no entry, head or fork proof: truncated, trailing bytes, other lengths, a time beyond all calendars. */
export class KeyLogMalformedError extends CoterieError {
  readonly code = "key-log/malformed";
}

/** An entry of a version or kind that this program does not know. It is refused, never skipped. */
export class KeyLogUnknownVersionError extends CoterieError {
  readonly code = "key-log/unknown-version";
  constructor() {
    super("an entry of the key log has a version or kind that is unknown here");
  }
}

/** More entries than a log may have, or an entry that is too long. Nothing was verified. */
export class KeyLogTooLargeError extends CoterieError {
  readonly code = "key-log/too-large";
}

/** The log is empty, or its beginning is missing. */
export class KeyLogTruncatedError extends CoterieError {
  readonly code = "key-log/truncated";
  constructor() {
    super("the beginning of the key log is missing");
  }
}

/** An entry does not follow the one before it: left out, repeated, reordered or taken from another branch. */
export class KeyLogBrokenChainError extends CoterieError {
  readonly code = "key-log/broken-chain";
  constructor() {
    super("an entry of the key log does not follow the one before it");
  }
}

/** The log, or one of its entries, belongs to another organisation than the expected one. */
export class KeyLogOtherOrganisationError extends CoterieError {
  readonly code = "key-log/other-organisation";
  constructor() {
    super("the key log belongs to another organisation");
  }
}

/** An entry names a key that must not be used: low order or not canonical. */
export class KeyLogInvalidKeyError extends CoterieError {
  readonly code = "key-log/invalid-key";
  constructor() {
    super("the key log names a key that must not be used");
  }
}

/** A well-formed entry that the rules of §5 forbid, such as activating a revoked key. The message says which rule. */
export class KeyLogAgainstRulesError extends CoterieError {
  readonly code = "key-log/against-rules";
}

/** A signature is not the key authority's. */
export class KeyLogBadSignatureError extends CoterieError {
  readonly code = "key-log/bad-signature";
  constructor() {
    super("an entry of the key log is not signed by the key authority");
  }
}

/** Neither the log nor its active key is what the pins name. */
export class KeyLogNotPinnedError extends CoterieError {
  readonly code = "key-log/not-pinned";
  constructor() {
    super("the key log is not the one that was pinned");
  }
}

/** Another log than the one that was seen before: it begins with another entry. */
export class KeyLogReplacedError extends CoterieError {
  readonly code = "key-log/replaced";
  constructor() {
    super("the key log is another one than was seen before");
  }
}

/** The log ends before an entry that was seen before. */
export class KeyLogRolledBackError extends CoterieError {
  readonly code = "key-log/rolled-back";
  constructor() {
    super("the key log is older than one that was seen before");
  }
}

/** The log holds another entry where one was seen before: two histories exist. `proof` convinces others, where it could be made. */
export class KeyLogForkedError extends CoterieError {
  readonly code = "key-log/forked";
  readonly proof: ForkProof | undefined;
  constructor(proof: ForkProof | undefined) {
    super("the key log differs from one that was seen before");
    this.proof = proof;
  }
}

/** The last activated key is no longer valid: the organisation did not renew it, or newer entries are withheld. */
export class KeyLogStaleError extends CoterieError {
  readonly code = "key-log/stale";
  constructor() {
    super("the key log is out of date: its key is no longer valid");
  }
}

/** The signer does not hold the log's authority key, so that nothing was signed. */
export class KeyLogWrongSignerError extends CoterieError {
  readonly code = "key-log/wrong-signer";
  constructor() {
    super("the signer is not the key authority of this log");
  }
}

/** All errors of this package, for an exhaustive `switch (error.code)`. */
export type KeyLogError =
  | KeyLogMalformedError
  | KeyLogUnknownVersionError
  | KeyLogTooLargeError
  | KeyLogTruncatedError
  | KeyLogBrokenChainError
  | KeyLogOtherOrganisationError
  | KeyLogInvalidKeyError
  | KeyLogAgainstRulesError
  | KeyLogBadSignatureError
  | KeyLogNotPinnedError
  | KeyLogReplacedError
  | KeyLogRolledBackError
  | KeyLogForkedError
  | KeyLogStaleError
  | KeyLogWrongSignerError;
