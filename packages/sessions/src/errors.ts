/**
 * Errors of this package: one class per stable code (docs/protocol/sessions.md §9). They mean misuse or input that no honest peer
 * sends. What happens in ordinary life (a message twice, or too late) is a value with a `kind` instead. No message contains
 * input.
 */
import { CoterieError } from "@coterie/bytes";

/** Bytes that are no message, key or record of this protocol: truncated, trailing bytes, a field missing, twice or unknown. */
export class MalformedMessageError extends CoterieError {
  readonly code = "sessions/malformed";
}

/** A prekey bundle whose signatures or keys are not in order. No session was made. */
export class InvalidBundleError extends CoterieError {
  readonly code = "sessions/invalid-bundle";
}

/** A stored session record that this program cannot read: of another version, or damaged. */
export class UnreadableRecordError extends CoterieError {
  readonly code = "sessions/unreadable-record";
}

/** A message longer than {@link sessionLimits}. */
export class MessageTooLongError extends CoterieError {
  readonly code = "sessions/too-long";
  constructor() {
    super("the message is longer than its limit");
  }
}

/** The chain has used all its numbers; a new session is needed. Nobody reaches it by honest use. */
export class ChainExhaustedError extends CoterieError {
  readonly code = "sessions/chain-exhausted";
  constructor() {
    super("the chain has no numbers left");
  }
}

/** All errors of this package, for an exhaustive `switch (error.code)`. */
export type SessionsError =
  | MalformedMessageError
  | InvalidBundleError
  | UnreadableRecordError
  | MessageTooLongError
  | ChainExhaustedError;
