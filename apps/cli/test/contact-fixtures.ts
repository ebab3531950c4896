/** Really sealed contacts, as a gateway would deliver them. */
import { create } from "@bufbuild/protobuf";
import { type ConsentRecord, hashConsentRecord } from "@coterie/actions";
import { encodeTextForm } from "@coterie/bytes";
import { type AgreementKeyPair, randomBytes, type SigningKeyPair } from "@coterie/primitives";
import { nodePrimitives as primitives, systemRandom as random } from "@coterie/primitives/node";
import { type Contact, ContactSchema, OptIn, Sealing } from "@coterie/protocol";
import {
  contactCommitment,
  createContactHeader,
  createContactPlaintext,
  deriveKeyId,
  type JsonObject,
  sealContact,
  signContactHeader,
} from "@coterie/sealed-box/seal";

/** Who seals, for whom, and where. */
export interface ContactPlace {
  readonly gateway: SigningKeyPair;
  readonly recipient: AgreementKeyPair;
  readonly organisation: string;
  readonly campaign: string;
  readonly page: string;
}

export interface ContactWish {
  readonly person?: JsonObject;
  readonly createdAtMs?: number;
  readonly customFields?: Record<string, string>;
  readonly formSchema?: string;
  readonly campaignName?: string;
  readonly action?: string;
}

export const alice: JsonObject = {
  firstName: "Alice",
  lastName: "Éxample",
  email: "alice@example.org",
  phone: "+49 30 1234567",
  country: "DE",
  postcode: "10115",
  address: { locality: "Berlin", street: "Invalidenstraße", streetNumber: "1" },
};

export function newId(prefix: "cact" | "ccam" | "cpag" | "corg"): string {
  return encodeTextForm(prefix, randomBytes(random, 16));
}

/** One contact with everything around it. */
export function sealedContact(place: ContactPlace, wish: ContactWish = {}): Contact {
  const { gateway, recipient, organisation, campaign, page } = place;
  const action = wish.action ?? newId("cact");
  const createdAtMs = wish.createdAtMs ?? Date.UTC(2030, 0, 2);
  const person = wish.person ?? alice;
  const salt = randomBytes(random, 32);
  const record: ConsentRecord = {
    organisationId: organisation,
    pageId: page,
    purpose: "newsletter",
    optIn: "yes",
    wordingId: "opt-in/1",
    wordingHash: primitives.sha256(salt),
    locale: "en",
    givenAtMs: createdAtMs,
  };
  const consentHash = hashConsentRecord(primitives, record);
  const key = deriveKeyId(primitives, recipient.publicKey);
  const context = { action, campaign, page, organisation, key, consentHash };
  const plaintext = createContactPlaintext(primitives, { person, context, salt });
  const contact = sealContact({ primitives, random }, { plaintext, recipient: { public: recipient.publicKey } });
  const commitment = contactCommitment(primitives, { person, salt });
  const header = createContactHeader(primitives, {
    contact,
    action,
    campaign,
    page,
    organisation,
    commitment,
    consentHash,
    sealing: "gateway",
    createdAtMs,
  });
  return create(ContactSchema, {
    actionId: action,
    campaignId: campaign,
    pageId: page,
    organisationId: organisation,
    payload: contact.payload,
    nonce: contact.nonce,
    publicKey: contact.publicKey,
    signKey: contact.signKey,
    commitment,
    sealing: Sealing.GATEWAY,
    createdAtMs: BigInt(createdAtMs),
    headerSignature: signContactHeader({ primitives }, { header, signingKey: gateway.secretKey }),
    consent: {
      organisationId: organisation,
      purpose: record.purpose,
      optIn: OptIn.YES,
      wordingId: record.wordingId,
      wordingHash: record.wordingHash,
      locale: record.locale,
      givenAtMs: BigInt(createdAtMs),
    },
    actionType: "petition",
    customFields: wish.customFields ?? {},
    tracking: { source: "newsletter", medium: "email", campaign: "", content: "", location: "" },
    campaignName: wish.campaignName ?? "clean-harbour",
    pageName: "clean-harbour-en",
    pageLocale: "en",
    formSchema: wish.formSchema ?? "basic/1",
  });
}
