/**
 * The registry of labels: every hash, derivation and associated data of this package starts with one, so that bytes made for
 * one purpose are never valid for another. A test shows that they are distinct and that none starts another.
 */

/** First field of an `encodeFields` list. */
export const fieldLabels = {
  field: "coterie/field/1",
  fieldKeyId: "coterie/field-key-id/1",
  blindIndex: "coterie/blind-index/1",
  mailKeyId: "coterie/mail-key-id/1",
  mailKeyFile: "coterie/mail-key-file/1",
} as const;

/** The whole `info` of an HKDF derivation. */
export const derivationLabels = {
  fieldBody: "coterie/field/1 body",
  fieldCommitment: "coterie/field/1 commitment",
} as const;
