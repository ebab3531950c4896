/**
 * A contact as one line of the local store: JSON, still sealed, with everything that opening needs. Bytes are base64url.
 * Written by this program from the wire's message, read back by the threads that open.
 */
import { ConsentConfirmation, type Contact, OptIn, Sealing } from "@coterie/protocol";

/** A consent record as it was delivered beside a contact. */
export interface StoredConsent {
  readonly organisation: string;
  readonly purpose: string;
  readonly optIn: "yes" | "no" | "not-asked" | "unknown";
  readonly wordingId: string;
  readonly wordingHash: string;
  readonly locale: string;
  readonly givenAtMs: number;
  /** Whether it was confirmed by mail when the contact was delivered; absent: not asked. What came later is an event. */
  readonly confirmation?: string | undefined;
  readonly confirmedAtMs?: number | undefined;
}

/** A public key beside its id. */
export interface StoredKey {
  readonly id: string;
  readonly public: string;
}

/** Where an action came from. */
export interface StoredTracking {
  readonly source: string;
  readonly medium: string;
  readonly campaign: string;
  readonly content: string;
  readonly location: string;
}

/** One line of the store. */
export interface StoredContact {
  readonly action: string;
  readonly campaign: string;
  readonly page: string;
  readonly organisation: string;
  readonly createdAtMs: number;
  readonly sealing: "gateway" | "browser" | "unknown";
  readonly payload: string;
  readonly nonce: string;
  readonly publicKey: StoredKey;
  readonly signKey: StoredKey;
  readonly commitment: string;
  readonly signature: string;
  readonly consent: StoredConsent;
  readonly formSchema: string;
  readonly actionType: string;
  readonly campaignName: string;
  readonly pageName: string;
  readonly pageLocale: string;
  readonly customFields: Readonly<Record<string, string>>;
  readonly tracking: StoredTracking;
  /** Absent: the person's first in the campaign, as far as the gateway could tell. */
  readonly duplicateRank?: number | undefined;
}

/** The line of a contact from the wire, without the line feed. Nothing of it is trusted yet. */
export function encodeStoredContact(contact: Contact): string {
  return JSON.stringify(toStoredContact(contact));
}

/** A contact from the wire in the store's form. */
export function toStoredContact(contact: Contact): StoredContact {
  const { consent, tracking } = contact;
  return {
    action: contact.actionId,
    campaign: contact.campaignId,
    page: contact.pageId,
    organisation: contact.organisationId,
    createdAtMs: Number(contact.createdAtMs),
    sealing: sealingOf(contact.sealing),
    payload: textOf(contact.payload),
    nonce: textOf(contact.nonce),
    publicKey: { id: contact.publicKey?.id ?? "", public: textOf(contact.publicKey?.public) },
    signKey: { id: contact.signKey?.id ?? "", public: textOf(contact.signKey?.public) },
    commitment: textOf(contact.commitment),
    signature: textOf(contact.headerSignature),
    consent: {
      organisation: consent?.organisationId ?? "",
      purpose: consent?.purpose ?? "",
      optIn: optInOf(consent?.optIn),
      wordingId: consent?.wordingId ?? "",
      wordingHash: textOf(consent?.wordingHash),
      locale: consent?.locale ?? "",
      givenAtMs: Number(consent?.givenAtMs ?? 0n),
      ...confirmationOf(contact),
    },
    formSchema: contact.formSchema,
    actionType: contact.actionType,
    campaignName: contact.campaignName,
    pageName: contact.pageName,
    pageLocale: contact.pageLocale,
    customFields: contact.customFields,
    tracking: {
      source: tracking?.source ?? "",
      medium: tracking?.medium ?? "",
      campaign: tracking?.campaign ?? "",
      content: tracking?.content ?? "",
      location: tracking?.location ?? "",
    },
    ...(contact.duplicateRank === 0 ? {} : { duplicateRank: contact.duplicateRank }),
  };
}

// Public bytes and ciphertext only: Buffer's encoder looks up tables, which is fine for what is no secret, and fast.
function textOf(bytes: Uint8Array | undefined): string {
  return bytes === undefined ? "" : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString("base64url");
}

function confirmationOf({
  consentConfirmation,
  consentConfirmedAtMs,
}: Contact): Pick<StoredConsent, "confirmation" | "confirmedAtMs"> {
  switch (consentConfirmation) {
    case ConsentConfirmation.AWAITED:
      return { confirmation: "awaited" };
    case ConsentConfirmation.CONFIRMED:
      return { confirmation: "confirmed", confirmedAtMs: Number(consentConfirmedAtMs) };
    case ConsentConfirmation.DECLINED:
      return { confirmation: "declined", confirmedAtMs: Number(consentConfirmedAtMs) };
    default:
      return {};
  }
}

function sealingOf(sealing: Sealing): StoredContact["sealing"] {
  if (sealing === Sealing.GATEWAY) return "gateway";
  return sealing === Sealing.BROWSER ? "browser" : "unknown";
}

function optInOf(optIn: OptIn | undefined): StoredConsent["optIn"] {
  if (optIn === OptIn.YES) return "yes";
  if (optIn === OptIn.NO) return "no";
  return optIn === OptIn.NOT_ASKED ? "not-asked" : "unknown";
}
