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
export {
  concernsCurrentSession,
  decodeResendRequest,
  encodeResendRequest,
  type ResendRequest,
} from "./messages/resend-request.ts";
export {
  openPrekey,
  openRecord,
  type PrekeyPlace,
  type SealedPrekey,
  type SealedRecord,
  sealPrekey,
  sealRecord,
  type StoreDeps,
  type StoreKey,
} from "./record/sealed-record.ts";
export {
  deriveSafetyNumber,
  matchesScannedSafetyNumber,
  type SafetyNumber,
  type SafetyNumberParty,
} from "./safety-number/safety-number.ts";
export {
  type DecodedSenderKeyMessage,
  decodeSenderKeyDistribution,
  decodeSenderKeyMessage,
  encodeSenderKeyDistribution,
  type SenderKeyDistribution,
} from "./sender-key/sender-key-message.ts";
export type { SenderKeyRecord } from "./sender-key/sender-key-state.ts";
export {
  decryptWithSenderKey,
  distributionOf,
  encryptWithSenderKey,
  generateSenderKey,
  receiveDistribution,
  type SenderKeyDecryptStep,
} from "./sender-key/sender-key-steps.ts";
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
export {
  encryptOrStart,
  type FailedMessage,
  resend,
  resendRequestFor,
  type SendInput,
  type SendOutcome,
} from "./store/flows.ts";
export { createMemorySessionStore, type MemorySessionStore } from "./store/memory-store.ts";
export {
  createSessionCipher,
  type DecryptOutcome,
  type DeviceAddresses,
  type EncryptOutcome,
  type SessionCipher,
  type SessionCipherDeps,
  type StartOutcome,
} from "./store/session-cipher.ts";
export type { KemUse, SessionChange, SessionStore } from "./store/session-store.ts";
export type { Observe, SessionSpan } from "./store/telemetry.ts";
export { Uncommitted } from "./store/uncommitted.ts";
