/** Errors of the gateway: what it says to callers ({@link RefusedError}) and what stops it from starting. */
import { CoterieError } from "@coterie/bytes";
import type { WireErrorCode } from "@coterie/protocol";

/**
 * A request that is refused for a reason of the wire's closed list. The reason travels in a header; no text of the
 * request is repeated.
 */
export class RefusedError extends CoterieError {
  readonly code = "gateway/refused";
  readonly reason: WireErrorCode;
  /** Dotted paths of the person's fields, only with "invalid-person". */
  readonly fields: readonly string[];
  /** What to solve, in base64url, only with "work-required". */
  readonly challenge: string | undefined;

  constructor(
    reason: WireErrorCode,
    fields: readonly string[] = [],
    { challenge }: { readonly challenge?: string } = {},
  ) {
    super("the request was refused");
    this.reason = reason;
    this.fields = fields;
    this.challenge = challenge;
  }
}

/** The gateway cannot start; the message is for the operator and names what to do. */
export class StartError extends CoterieError {
  readonly code = "gateway/cannot-start";
}

/** Another gateway, or a database server left over, holds the data folder. */
export class FolderInUseError extends CoterieError {
  readonly code = "gateway/folder-in-use";
}

/** The database does not keep what it acknowledges. */
export class UnsafeDatabaseError extends CoterieError {
  readonly code = "gateway/unsafe-database";
}

/** A file of the secrets folder is damaged or readable by others. */
export class SecretFileError extends CoterieError {
  readonly code = "gateway/secret-file";
}
