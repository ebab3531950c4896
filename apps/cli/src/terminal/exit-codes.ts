/** Exit codes: what scripts branch on. They are documented in `coterie --help` and never change their meaning. */
import type { CliError } from "./errors.ts";

/** Every exit code by name. */
export const exitCodes: {
  readonly ok: 0;
  readonly internal: 1;
  readonly usage: 2;
  readonly someRefused: 3;
  readonly gatewayUnreachable: 4;
  readonly wrongPassphrase: 5;
  readonly gatewayRefused: 6;
  readonly gatewayKeyChanged: 7;
  readonly files: 8;
  readonly target: 9;
  readonly auditLogChanged: 10;
  readonly interrupted: 130;
} = {
  ok: 0,
  internal: 1,
  usage: 2,
  someRefused: 3,
  gatewayUnreachable: 4,
  wrongPassphrase: 5,
  gatewayRefused: 6,
  gatewayKeyChanged: 7,
  files: 8,
  target: 9,
  auditLogChanged: 10,
  interrupted: 130,
};

/** One of the exit codes. */
export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

/** What each code means, for the help text. */
export const exitCodeMeanings: readonly (readonly [ExitCode, string])[] = [
  [exitCodes.ok, "all done"],
  [exitCodes.internal, "a fault of this program"],
  [exitCodes.usage, "the command was not understood, or a passphrase is missing"],
  [exitCodes.someRefused, "done, but some contacts were refused or set aside"],
  [exitCodes.gatewayUnreachable, "the gateway does not answer"],
  [exitCodes.wrongPassphrase, "wrong passphrase, or mistyped words"],
  [exitCodes.gatewayRefused, "the gateway refused"],
  [exitCodes.gatewayKeyChanged, "the gateway's signing key is not the pinned one"],
  [exitCodes.files, "a file is missing, in the way, busy or damaged"],
  [exitCodes.target, "what contacts are synchronised to does not answer, or refuses"],
  [exitCodes.auditLogChanged, "the gateway's audit log is not what was seen before"],
  [exitCodes.interrupted, "stopped by Ctrl-C; the same command continues"],
];

const exitCodeByError: Readonly<Record<CliError["code"], ExitCode>> = {
  "cli/usage": exitCodes.usage,
  "cli/passphrase-missing": exitCodes.usage,
  "cli/wrong-passphrase": exitCodes.wrongPassphrase,
  "cli/key-mistyped": exitCodes.wrongPassphrase,
  "cli/gateway-unreachable": exitCodes.gatewayUnreachable,
  "cli/gateway-refused": exitCodes.gatewayRefused,
  "cli/gateway-misbehaved": exitCodes.gatewayRefused,
  "cli/gateway-key-changed": exitCodes.gatewayKeyChanged,
  "cli/file-exists": exitCodes.files,
  "cli/file-unusable": exitCodes.files,
  "cli/file-malformed": exitCodes.files,
  "cli/store-damaged": exitCodes.files,
  "cli/busy": exitCodes.files,
  "cli/target-unreachable": exitCodes.target,
  "cli/target-refused": exitCodes.target,
  "cli/audit-log-changed": exitCodes.auditLogChanged,
  "cli/interrupted": exitCodes.interrupted,
};

/** The exit code of an error's stable code; errors of other packages are faults of this program. */
export function exitCodeOf(errorCode: string): ExitCode {
  const known: Readonly<Record<string, ExitCode>> = exitCodeByError;
  return Object.hasOwn(known, errorCode) ? (known[errorCode] ?? exitCodes.internal) : exitCodes.internal;
}
