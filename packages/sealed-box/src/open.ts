/** Opening, for holders of keys. This file is the table of contents. */
export { decodeCanonicalJson } from "./canonical-json-decoder.ts";
export {
  type ContactOpener,
  type ContactOpenerInput,
  createContactOpener,
  type OpenContactInput,
} from "./contact-opener.ts";
export { type ContactRewrapper, type ContactRewrapperInput, createContactRewrapper } from "./contact-rewrapper.ts";
export type { OpenedContact } from "./contact-content.ts";
export {
  CommitmentMismatchError,
  ConsentMismatchError,
  ContextMismatchError,
  InvalidRecipientsError,
  MalformedEnvelopeError,
  MalformedHeaderError,
  MalformedPlaintextError,
  NotAuthenticError,
  type SealedBoxError,
  UnknownKeyError,
} from "./errors.ts";
export {
  createDeliveredContactVerifier,
  createStoredContactOpener,
  type DeliveredContact,
  type DeliveredContactVerifier,
  type StoredContactOpener,
} from "./stored-contact-opener.ts";
export { openEnvelope, type OpenEnvelopeInput } from "./open-envelope.ts";
