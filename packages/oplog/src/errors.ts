/** Errors of this package: one class per stable code. No message contains input. */
import { CoterieError } from "@coterie/bytes";

/** Bytes that are no block, or a block whose parts contradict each other. */
export class MalformedBlockError extends CoterieError {
  readonly code = "oplog/malformed-block";
}

/** All errors of this package, for an exhaustive `switch (error.code)`. */
export type OplogError = MalformedBlockError;
