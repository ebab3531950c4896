/**
 * An organisation's log of its public keys: append-only, hash-chained, signed by a key authority that never leaves its
 * premises. Whoever seals verifies it against what the organisation pinned, so that nobody in between can swap a key.
 * This file is the table of contents; the format is docs/protocol/key-log.md.
 */
export {
  appendEntry,
  createKeyLog,
  type CreateKeyLogInput,
  type KeyLogSigner,
  type KeyLogUpdate,
} from "./append-entry.ts";
export {
  decodeKeyLogEntry,
  type KeyLogChange,
  type KeyLogEntry,
  type SignedKeyLogEntry,
} from "./entry.ts";
export {
  KeyLogAgainstRulesError,
  KeyLogBadSignatureError,
  KeyLogBrokenChainError,
  type KeyLogError,
  KeyLogForkedError,
  KeyLogInvalidKeyError,
  KeyLogMalformedError,
  KeyLogNotPinnedError,
  KeyLogOtherOrganisationError,
  KeyLogReplacedError,
  KeyLogRolledBackError,
  KeyLogStaleError,
  KeyLogTooLargeError,
  KeyLogTruncatedError,
  KeyLogUnknownVersionError,
  KeyLogWrongSignerError,
} from "./errors.ts";
export { findSealingKey, type SealingKeyInput } from "./find-sealing-key.ts";
export { decodeForkProof, encodeForkProof, findFork, type ForkProof, verifyForkProof } from "./fork-proof.ts";
export type { KeyLog, KeyLogDeps } from "./key-log.ts";
export {
  acceptsKey,
  type ActiveKey,
  evaluateKeyLog,
  type GraceKey,
  type KeyLogKeys,
  type RevokedKey,
} from "./key-state.ts";
export { keyLogLimits } from "./limits.ts";
export { type KeyLogPin, type LogId, logIdBytes, parseKeyLogPin, parseLogId } from "./log-id.ts";
export { plannedChanges } from "./planned-changes.ts";
export { decodeRememberedHead, encodeRememberedHead, type RememberedHead, rememberHead } from "./remembered-head.ts";
export type { ServedLog } from "./verify-entries.ts";
export { resumeKeyLog, verifyKeyLog, type VerifyKeyLogInput, type KeyLogState } from "./verify-key-log.ts";
