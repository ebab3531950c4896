/** Errors of the widget: what a person is told is chosen by `code` and `failure`, never by the message. */
import type { FailureCode } from "@coterie/actions/form";
import { CoterieError } from "@coterie/bytes";

/** A request that did not succeed. */
export class RequestFailedError extends CoterieError {
  readonly code = "widget/request-failed";
  readonly failure: FailureCode;
  /** Fields that the gateway refused, as dotted paths. */
  readonly refusedFields: readonly string[];
  /** What the gateway wants solved before it takes the request. */
  readonly challenge: string | undefined;

  constructor({
    failure,
    refusedFields = [],
    challenge,
  }: {
    readonly failure: FailureCode;
    readonly refusedFields?: readonly string[];
    readonly challenge?: string | undefined;
  }) {
    super("the request did not succeed");
    this.failure = failure;
    this.refusedFields = refusedFields;
    this.challenge = challenge;
  }
}

/** An answer of the gateway that does not follow its form. */
export class MalformedAnswerError extends CoterieError {
  readonly code = "widget/malformed-answer";
}

/** The page's key is not one that may be sealed to. Thrown where a check that the form already made is made again. */
export class UnpinnedKeyError extends CoterieError {
  readonly code = "widget/unpinned-key";
}

/** What to tell a person about an error of a request. */
export function failureIn(error: unknown): FailureCode {
  return error instanceof RequestFailedError ? error.failure : "refused";
}
