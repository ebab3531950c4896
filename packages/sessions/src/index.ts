/**
 * The Signal protocol: PQXDH, Double Ratchet and the sparse post-quantum ratchet (docs/protocol/sessions.md).
 * This file is the table of contents.
 */
export {
  ChainExhaustedError,
  InvalidBundleError,
  MalformedMessageError,
  MessageTooLongError,
  type SessionsError,
  UnreadableRecordError,
} from "./errors.ts";
export { checkBundle, type PrekeyBundle } from "./keys/bundle.ts";
export {
  generateKemPrekey,
  generatePrekey,
  generateSignedPrekey,
  type KemPrekey,
  type KeyDeps,
  type Prekey,
  type SignedPrekey,
} from "./keys/prekeys.ts";
export { decodeAgreementKey, decodeKyber, encodeAgreementKey, encodeKyber } from "./keys/public-key.ts";
export { sessionLimits } from "./limits.ts";
export { type DecodedPrekeyMessage, decodePrekeyMessage, type PrekeyMessage } from "./messages/prekey-message.ts";
export { type DecodedRatchetMessage, decodeRatchetMessage, type RatchetMessage } from "./messages/ratchet-message.ts";
export type { SessionMessage } from "./session/encrypt-step.ts";
export {
  archiveCurrent,
  decryptPrekeyWithRecord,
  decryptWithRecord,
  encryptWithRecord,
  findByBaseKey,
  type RecordDecryptStep,
  type RecordEncryptStep,
  withNewSession,
} from "./session/record-steps.ts";
export { emptyRecord, type SessionRecord } from "./session/session-state.ts";
export {
  initiateSession,
  type LocalDevice,
  type ResponderPrekeys,
  type SessionDeps,
} from "./session/start-session.ts";
