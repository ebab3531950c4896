/** A line of the store as what the sealed box verifies and opens. */
import { type ConsentRecord, hashConsentRecord } from "@coterie/actions";
import { CoterieError } from "@coterie/bytes";
import type { Primitives } from "@coterie/primitives";
import type { DeliveredContact } from "@coterie/sealed-box/open";
import type { StoredContact } from "./stored-contact.ts";

/** The sealing of a contact is none that this version knows. */
export class UnknownSealingError extends CoterieError {
  readonly code = "cli/unknown-sealing";
}

/** The consent record is none that can be hashed. */
export class UnknownConsentError extends CoterieError {
  readonly code = "cli/unknown-consent";
}

/**
 * The contact with the hash of the consent record that stands beside it.
 * @throws UnknownSealingError, UnknownConsentError, and what hashing a consent record throws
 */
export function deliveredContact(deps: Pick<Primitives, "sha256">, contact: StoredContact): DeliveredContact {
  return withConsentHash(contact, hashConsentRecord(deps, consentRecordOf(contact)));
}

/** The contact with a consent hash that is known to be that of its record. Throws UnknownSealingError. */
export function withConsentHash(contact: StoredContact, consentHash: Uint8Array): DeliveredContact {
  const { action, campaign, page, organisation, sealing, createdAtMs } = contact;
  if (sealing === "unknown") throw new UnknownSealingError("neither sealed by the gateway nor in the browser");
  return {
    contact: {
      payload: bytesOf(contact.payload),
      nonce: bytesOf(contact.nonce),
      publicKey: { id: contact.publicKey.id, public: bytesOf(contact.publicKey.public) },
      signKey: { id: contact.signKey.id, public: bytesOf(contact.signKey.public) },
    },
    action,
    campaign,
    page,
    organisation,
    sealing,
    createdAtMs,
    commitment: bytesOf(contact.commitment),
    consentHash,
    headerSignature: bytesOf(contact.signature),
  };
}

function consentRecordOf({ consent, page }: StoredContact): ConsentRecord {
  const { organisation, purpose, optIn, wordingId, wordingHash, locale, givenAtMs } = consent;
  if (!isPurpose(purpose) || optIn === "unknown") throw new UnknownConsentError("a consent record of an unknown form");
  return {
    organisationId: organisation,
    pageId: page,
    purpose,
    optIn,
    wordingId,
    wordingHash: bytesOf(wordingHash),
    locale,
    givenAtMs,
  };
}

function isPurpose(purpose: string): purpose is ConsentRecord["purpose"] {
  return purpose === "delivery" || purpose === "newsletter";
}

/** Lenient about spelling: what counts is the bytes, which the signature and the box authenticate. */
export function bytesOf(text: string): Uint8Array {
  return Buffer.from(text, "base64url");
}
