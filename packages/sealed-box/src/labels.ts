/**
 * The registry of labels: every hash, signature, derivation and associated data of this package starts with one, so that
 * bytes made for one purpose are never valid for another. A test shows that, as encoded, no label starts another. The
 * label of key ids is `keyIdLabel` of the primitives.
 */
/** First field of an `encodeFields` list about contacts: all that a form in a browser needs. */
export const contactLabels = {
  contactCommitment: "coterie/contact-commitment/1",
  contactHeader: "coterie/contact-header/1",
} as const;

/** First field of any other `encodeFields` list. */
export const fieldLabels = {
  envelopeBody: "coterie/envelope/1",
  keyAuthorityFile: "coterie/key-authority-file/1",
  keyAuthorityFileCommitment: "coterie/key-authority-file-commitment/1",
  keyFile: "coterie/key-file/1",
  keyFileCommitment: "coterie/key-file-commitment/1",
} as const;

/** The whole `info` of an HKDF derivation. */
export const derivationLabels = {
  envelopeBody: "coterie/envelope/1 body",
  envelopeCommitment: "coterie/envelope/1 commitment",
  envelopeWrap: "coterie/envelope/1 wrap",
} as const;
