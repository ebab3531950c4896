/** What a form needs to hand in: made by the files that touch hashes and keys. */
import { encodeTextForm } from "@coterie/bytes";
import { type RandomSource, randomBytes } from "@coterie/primitives";
import { encodeSubmission, type SubmissionDeps, type SubmissionInput } from "./submission.ts";

/** Makes submissions. */
export interface Submitter {
  /** A fresh action id as text: the idempotency id of a submission. */
  readonly newActionId: () => string;
  /** See `encodeSubmission`. */
  readonly encodeSubmission: (input: SubmissionInput) => Promise<string>;
}

/** A submitter with these primitives. */
export function createSubmitter(deps: SubmissionDeps & { readonly random: RandomSource }): Submitter {
  return {
    newActionId: () => encodeTextForm("cact", randomBytes(deps.random, 16)),
    encodeSubmission: (input) => encodeSubmission(deps, input),
  };
}
