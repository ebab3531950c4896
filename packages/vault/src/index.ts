/**
 * Encryption at rest for a server: fields under tagged keys, rotation, blind indexes, and addresses for mails that can be made
 * unreadable. This file is the table of contents. What a widget may import is `@coterie/vault/mail-plaintext`.
 */
export { type BlindIndex, type BlindIndexInput, createBlindIndex } from "./blind-index/blind-index.ts";
export { assessEntropy, type EntropyAssessment, type EntropyQuestion } from "./blind-index/entropy.ts";
export { type FieldKind, indexableKinds, lowEntropyKinds } from "./blind-index/field-kind.ts";
export { normaliseForIndex } from "./blind-index/normalise.ts";
export { type IndexedTable, type IndexPlan, planBlindIndex } from "./blind-index/plan.ts";
export { type CloakReader, createCloakReader, importCloakField, type ImportCloakFieldInput } from "./cloak.ts";
export {
  ContentTooLargeError,
  InvalidIndexError,
  InvalidIndexValueError,
  InvalidKeyringError,
  InvalidMailKeyError,
  InvalidMailPolicyError,
  InvalidPlaceError,
  InvalidRotationError,
  KeyStillUsedError,
  LowEntropyFieldError,
  MailContextMismatchError,
  MailKeyFileError,
  MalformedCloakKeyError,
  MalformedCloakMessageError,
  MalformedFieldError,
  MalformedMailBoxError,
  NotAuthenticError,
  UnknownKeyError,
  UnknownMailKeyError,
  type VaultError,
} from "./errors.ts";
export { deriveFieldKeyId, type FieldKeyId, generateFieldKey } from "./field/key-id.ts";
export type { FieldKeyring } from "./field/keyring.ts";
export { readFieldKeyId } from "./field/layout.ts";
export type { FieldPlace } from "./field/place.ts";
export { createVault, type Vault, type VaultDeps } from "./field/vault.ts";
export { vaultLimits } from "./limits.ts";
export {
  type MailBox,
  type MailSealingDeps,
  openMailBox,
  type OpenMailBoxInput,
  parseMailBox,
  type ReceivedMailBox,
  sealForMail,
  type SealForMailInput,
} from "./mail/mail-box.ts";
export { deriveMailKeyId, type MailKeyId, type MailPublicKey, parseMailKeyId } from "./mail/mail-key.ts";
export type { MailKeyEntry, MailKeyStore, StoredMailKey } from "./mail/mail-key-store.ts";
export { createMailKeyring, type MailKeyring, type MailKeyringDeps, type OpenMailInput } from "./mail/mail-keyring.ts";
export {
  acceptsMailKey,
  type MailPlan,
  type MailPlanInput,
  type MailPolicy,
  planMailKeys,
  type StoredMailBox,
} from "./mail/mail-policy.ts";
export { createMemoryMailKeyStore } from "./mail/memory-mail-key-store.ts";
export type { OpenedMail } from "./mail/parse-mail.ts";
export {
  countFieldsUnder,
  destroyFieldKey,
  type DestroyFieldKeyInput,
  type KeyCoverage,
  type KeyDestruction,
} from "./rotation/destroy-key.ts";
export {
  type BatchRequest,
  type FieldReplacement,
  type RotatableTable,
  rotateTable,
  type RotateTableInput,
  type RotationFailure,
  type RotationProgress,
  type RotationReport,
  type StoredField,
} from "./rotation/rotate-table.ts";
export { MailTooLargeError, MalformedMailError } from "./mail-plaintext-errors.ts";
