/**
 * What can go wrong between a person and the command line. Messages may name files, options and commands, since whoever
 * reads them chose those; they never repeat the content of a file, a token, a passphrase or words.
 */
import { CoterieError } from "@coterie/bytes";

/** The command was called in a way that it does not understand. */
export class UsageError extends CoterieError {
  readonly code = "cli/usage";
}

/** A passphrase is needed and there is nobody and no file to ask. */
export class PassphraseMissingError extends CoterieError {
  readonly code = "cli/passphrase-missing";
}

/** The passphrase opens no key file that is needed. */
export class WrongPassphraseError extends CoterieError {
  readonly code = "cli/wrong-passphrase";
}

/** No answer from the gateway, after all retries. Nothing is known about what it did. */
export class GatewayUnreachableError extends CoterieError {
  readonly code = "cli/gateway-unreachable";
}

/** The gateway answered "no". `reason` is its wire code (`@coterie/protocol/wire-error`). */
export class GatewayRefusedError extends CoterieError {
  readonly code = "cli/gateway-refused";
  readonly reason: string;
  constructor(reason: string, message: string) {
    super(message);
    this.reason = reason;
  }
}

/** The gateway answered something that its protocol does not allow. */
export class GatewayMisbehavedError extends CoterieError {
  readonly code = "cli/gateway-misbehaved";
}

/** The gateway signs with another key than the one that was pinned at first contact. */
export class GatewayKeyChangedError extends CoterieError {
  readonly code = "cli/gateway-key-changed";
}

/** A file that must not be overwritten exists. */
export class FileExistsError extends CoterieError {
  readonly code = "cli/file-exists";
}

/** A file that is needed is missing or cannot be read or written. */
export class FileUnusableError extends CoterieError {
  readonly code = "cli/file-unusable";
}

/** A file does not hold what it should. */
export class FileMalformedError extends CoterieError {
  readonly code = "cli/file-malformed";
}

/** The local store of contacts is damaged where it was already committed. */
export class StoreDamagedError extends CoterieError {
  readonly code = "cli/store-damaged";
}

/** Another process works on the same folder. */
export class BusyError extends CoterieError {
  readonly code = "cli/busy";
}

/** Words or a secret key that were typed are not a key, or not the expected one. */
export class KeyMistypedError extends CoterieError {
  readonly code = "cli/key-mistyped";
}

/** What contacts are synchronised to does not answer. */
export class TargetUnreachableError extends CoterieError {
  readonly code = "cli/target-unreachable";
}

/** What contacts are synchronised to answers, and does not take them. */
export class TargetRefusedError extends CoterieError {
  readonly code = "cli/target-refused";
}

/** The gateway's audit log is not what it was. `finding` is the code of what was found (docs/protocol/audit.md §6). */
export class AuditLogChangedError extends CoterieError {
  readonly code = "cli/audit-log-changed";
  readonly finding: string;
  constructor(finding: string, message: string) {
    super(message);
    this.finding = finding;
  }
}

/** Stopped by a signal; what was written so far is complete up to its checkpoint. */
export class InterruptedError extends CoterieError {
  readonly code = "cli/interrupted";
  constructor() {
    super("stopped; the same command continues where this one ended");
  }
}

/** All errors of the command line, for an exhaustive `switch (error.code)`. */
export type CliError =
  | UsageError
  | PassphraseMissingError
  | WrongPassphraseError
  | GatewayUnreachableError
  | GatewayRefusedError
  | GatewayMisbehavedError
  | GatewayKeyChangedError
  | FileExistsError
  | FileUnusableError
  | FileMalformedError
  | StoreDamagedError
  | BusyError
  | KeyMistypedError
  | TargetUnreachableError
  | TargetRefusedError
  | AuditLogChangedError
  | InterruptedError;
