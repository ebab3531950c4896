/** Errors of this package: mistakes of the calling code. What people type wrong is a value with a `kind`, not an error. */
import { CoterieError } from "@coterie/bytes";

/** A form schema, locale or wording that this version does not know. */
export class UnknownNameError extends CoterieError {
  readonly code = "actions/unknown-name";
}

/** A consent record whose members do not follow docs/protocol/actions.md §5. */
export class InvalidConsentError extends CoterieError {
  readonly code = "actions/invalid-consent";
}

/** A request that does not fit the largest size it may be padded to. */
export class RequestTooLargeError extends CoterieError {
  readonly code = "actions/request-too-large";
}

/** All errors of this package, for an exhaustive `switch (error.code)`. */
export type ActionsError = UnknownNameError | InvalidConsentError | RequestTooLargeError;
