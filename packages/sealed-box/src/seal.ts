/** Sealing, for anyone: contacts, headers, envelopes. Holds nothing that opens. This file is the table of contents. */
export { encodeCanonicalJson, type JsonObject, type JsonValue } from "./canonical-json.ts";
export {
  type ContactKey,
  type ContactText,
  contactToText,
  parseContactText,
  type ReceivedContact,
  type SealedContact,
} from "./contact.ts";
export {
  type ContactHeader,
  type ContactHeaderInput,
  type ContactSealing,
  createContactHeader,
  encodeContactHeader,
  signContactHeader,
} from "./contact-header.ts";
export { type ContactContext, contactCommitment, createContactPlaintext } from "./contact-plaintext.ts";
export type { ContextField } from "./envelope-keys.ts";
export {
  ContentTooLargeError,
  InvalidJsonError,
  InvalidRecipientsError,
  MalformedHeaderError,
  NotPaddedError,
} from "./errors.ts";
export { createHomeSender, type HomeSender } from "./home-sender.ts";
export { deriveKeyId, type KeyId, keyIdBytes, parseKeyId } from "./key-id.ts";
export { contactSizes, sealedBoxLimits } from "./limits.ts";
export { padmeLength } from "./padme.ts";
export { sealContact, type SealContactInput, type SealingDeps } from "./seal-contact.ts";
export { sealEnvelope, type SealEnvelopeInput } from "./seal-envelope.ts";
