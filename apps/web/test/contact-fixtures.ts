// Sealed contacts as a gateway delivers them, made with the real functions.
import { create, toBinary } from "@bufbuild/protobuf";
import { type ConsentRecord, hashConsentRecord } from "@coterie/actions";
import { encodeTextForm } from "@coterie/bytes";
import {
  type AgreementKeyPair,
  generateAgreementKeyPair,
  generateSigningKeyPair,
  randomBytes,
} from "@coterie/primitives";
import { nodePrimitives as primitives, systemRandom as random } from "@coterie/primitives/node";
import { type Contact, ContactSchema, OptIn, PullContactsResponseSchema, Sealing } from "@coterie/protocol";
import {
  contactCommitment,
  createContactHeader,
  createContactPlaintext,
  deriveKeyId,
  type JsonObject,
  sealContact,
  signContactHeader,
} from "@coterie/sealed-box/seal";

export const organisationId = textId("corg");
export const keys: AgreementKeyPair = generateAgreementKeyPair(primitives, random);
export const gatewayKeys: ReturnType<typeof generateSigningKeyPair> = generateSigningKeyPair(primitives, random);

export function textId(prefix: "corg" | "ccam" | "cpag" | "cact"): string {
  return encodeTextForm(prefix, randomBytes(random, 16));
}

export interface ContactOptions {
  readonly person?: JsonObject;
  readonly organisation?: string;
  readonly recipient?: AgreementKeyPair;
  readonly customFields?: Record<string, string>;
}

export const alice: JsonObject = { firstName: "Alice", email: "alice@example.org" };

export function makeContact(options: ContactOptions = {}): Contact {
  const { person = alice, organisation = organisationId, recipient = keys, customFields = {} } = options;
  const [action, campaign, page] = [textId("cact"), textId("ccam"), textId("cpag")];
  const record: ConsentRecord = {
    organisationId: organisation,
    pageId: page,
    purpose: "newsletter",
    optIn: "yes",
    wordingId: "newsletter/1",
    wordingHash: primitives.sha256(new Uint8Array(3)),
    locale: "en",
    givenAtMs: 1_700_000_000_000,
  };
  const consentHash = hashConsentRecord(primitives, record);
  const salt = randomBytes(random, 32);
  const key = deriveKeyId(primitives, recipient.publicKey);
  const context = { action, campaign, page, organisation, key, consentHash };
  const plaintext = createContactPlaintext(primitives, { person, context, salt });
  const sealed = sealContact({ primitives, random }, { plaintext, recipient: { public: recipient.publicKey } });
  const createdAtMs = 1_700_000_000_500;
  const commitment = contactCommitment(primitives, { person, salt });
  const header = createContactHeader(primitives, {
    contact: sealed,
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
    payload: sealed.payload,
    nonce: sealed.nonce,
    publicKey: sealed.publicKey,
    signKey: sealed.signKey,
    commitment,
    sealing: Sealing.GATEWAY,
    createdAtMs: BigInt(createdAtMs),
    headerSignature: signContactHeader({ primitives }, { header, signingKey: gatewayKeys.secretKey }),
    consent: {
      organisationId: organisation,
      purpose: record.purpose,
      optIn: OptIn.YES,
      wordingId: record.wordingId,
      wordingHash: new Uint8Array(record.wordingHash),
      locale: "en",
      givenAtMs: BigInt(record.givenAtMs),
    },
    actionType: "petition",
    campaignName: "river",
    pageName: "river-en",
    pageLocale: "en",
    formSchema: "basic/1",
    customFields,
  });
}

export function encodeBatch(
  contacts: readonly Contact[],
  rest: { readonly nextCursor?: string; readonly more?: boolean } = {},
): Uint8Array<ArrayBuffer> {
  const message = create(PullContactsResponseSchema, { contacts: [...contacts], nextCursor: "", more: false, ...rest });
  return new Uint8Array(toBinary(PullContactsResponseSchema, message));
}
