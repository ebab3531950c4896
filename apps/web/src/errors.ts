/** Errors of the organisation pages, and what any error means to the person in front of them. */
import { CoterieError } from "@coterie/bytes";
import { type WireErrorCode, wireErrorCodes } from "@coterie/protocol";

/** The gateway refused a call. */
export class GatewayRefusedError extends CoterieError {
  readonly code = "web/gateway-refused";
  readonly reason: WireErrorCode;
  constructor(reason: WireErrorCode) {
    super(wireErrorCodes[reason]);
    this.reason = reason;
  }
}

/** No answer came: no network, a stopped gateway, or an answer that is none. */
export class GatewayUnreachableError extends CoterieError {
  readonly code = "web/gateway-unreachable";
  constructor() {
    super("the gateway does not answer");
  }
}

/** An answer that an honest gateway does not give. Nothing of it is used. */
export class GatewayMisbehavedError extends CoterieError {
  readonly code = "web/gateway-misbehaved";
}

/** A worker failed or could not be started. `cause` is the stable code of what happened inside. */
export class WorkerFailedError extends CoterieError {
  readonly code = "web/worker-failed";
  readonly reason: string;
  constructor(reason: string) {
    super("the work in the background failed");
    this.reason = reason;
  }
}

/** Entries that were signed before activate a key that was not shown to open yet: only its file finishes them. */
export class RotationUnfinishedError extends CoterieError {
  readonly code = "web/rotation-unfinished";
  constructor() {
    super("an interrupted rotation to another key is not finished");
  }
}

/** The browser keeps nothing, so that what is signed could be signed twice. */
export class NothingKeptError extends CoterieError {
  readonly code = "web/nothing-kept";
  constructor() {
    super("the browser does not keep what was signed");
  }
}

/** The log is shorter than what this browser saw. */
export class LogWithheldError extends CoterieError {
  readonly code = "key-log/rolled-back";
  constructor() {
    super("the gateway no longer serves the key log that was published");
  }
}

/** What can be told to a person. A closed list: each has its text in every language. */
export type ProblemCode =
  | WireErrorCode
  | "unreachable"
  | "misbehaved"
  | "wrong-passphrase"
  | "weak-passphrase"
  | "not-a-key-file"
  | "log-replaced"
  | "log-rolled-back"
  | "log-forked"
  | "log-invalid"
  | "log-forbids"
  | "wrong-authority"
  | "rotation-unfinished"
  | "nothing-kept"
  | "background"
  | "unexpected";

/** What an error means to a person. */
export function problemOf(error: unknown): ProblemCode {
  if (error instanceof GatewayRefusedError) return error.reason;
  if (error instanceof WorkerFailedError) return problemOfCode(error.reason);
  return error instanceof CoterieError ? problemOfCode(error.code) : "unexpected";
}

function problemOfCode(code: string): ProblemCode {
  switch (code) {
    case "web/gateway-unreachable":
      return "unreachable";
    case "web/gateway-misbehaved":
      return "misbehaved";
    case "sealed-box/key-file-not-opened":
      return "wrong-passphrase";
    case "sealed-box/key-file-passphrase":
      return "weak-passphrase";
    case "sealed-box/key-file-malformed":
    case "sealed-box/key-file-parameters":
      return "not-a-key-file";
    case "web/worker-failed":
      return "background";
    case "web/rotation-unfinished":
      return "rotation-unfinished";
    case "web/nothing-kept":
      return "nothing-kept";
    default:
      return code.startsWith("key-log/") || code === "web/remembered-log-damaged" ? logProblemOf(code) : "unexpected";
  }
}

function logProblemOf(code: string): ProblemCode {
  switch (code) {
    case "key-log/replaced":
    case "key-log/not-pinned":
    case "web/remembered-log-damaged":
      return "log-replaced";
    case "key-log/rolled-back":
      return "log-rolled-back";
    case "key-log/forked":
      return "log-forked";
    case "key-log/wrong-signer":
      return "wrong-authority";
    case "key-log/against-rules":
      return "log-forbids";
    default:
      return "log-invalid";
  }
}
