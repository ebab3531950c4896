// Organisations, keys and pages made through the API, and people who sign.
import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { type ActionPageView, type OptIn as Answer, recordConsents } from "@coterie/actions";
import { type Bytes, decodeTextForm, encodeTextForm } from "@coterie/bytes";
import { type AgreementKeyPair, generateAgreementKeyPair, randomBytes } from "@coterie/primitives";
import { nodePrimitives, systemRandom } from "@coterie/primitives/node";
import {
  type ActionPage,
  type Campaign,
  OptIn,
  type Organisation,
  Sealing,
  SubmitRequestSchema,
  type SubmitRequest,
} from "@coterie/protocol";
import { createContactOpener, openEnvelope, type OpenContactInput } from "@coterie/sealed-box/open";
import {
  contactCommitment,
  createContactPlaintext,
  deriveKeyId,
  type JsonObject,
  keyIdBytes,
  parseKeyId,
  sealContact,
} from "@coterie/sealed-box/seal";
import { hashConsentRecord, type ConsentRecord } from "@coterie/actions";
import type { Contact } from "@coterie/protocol";
import { type Clients, connectClients, type TestGateway } from "./gateway.ts";

export interface TestOrganisation {
  readonly organisation: Organisation;
  readonly token: string;
  readonly keys: AgreementKeyPair;
  readonly keyId: string;
  readonly clients: Clients;
}

let serial = 0;

/** A short name that no other test has. */
export function uniqueName(stem: string): string {
  serial++;
  return `${stem}-${process.pid}-${serial}`;
}

export async function makeOrganisation(
  gateway: Pick<TestGateway, "address" | "operatorToken">,
  { stem = "org", activate = true }: { stem?: string; activate?: boolean } = {},
): Promise<TestOrganisation> {
  const { administration } = connectClients(gateway.address, gateway.operatorToken);
  const name = uniqueName(stem);
  const { organisation, token } = await administration.createOrganisation({ name, title: `Title of ${name}` });
  if (organisation === undefined) throw new Error("no organisation");
  const clients = connectClients(gateway.address, token);
  const keys = generateAgreementKeyPair(nodePrimitives, systemRandom);
  const made = { organisation, token, keys, keyId: deriveKeyId(nodePrimitives, keys.publicKey), clients };
  await clients.organisations.importPublicKey({ public: keys.publicKey, label: "first" });
  if (activate) await activateKey(made, keys);
  return made;
}

/** Opens the challenge and activates. */
export async function activateKey(owner: TestOrganisation, keys: AgreementKeyPair): Promise<void> {
  const keyId = deriveKeyId(nodePrimitives, keys.publicKey);
  const { challenge } = await owner.clients.organisations.startActivation({ keyId });
  const proof = openChallenge(owner, { keys, challenge });
  await owner.clients.organisations.activatePublicKey({ keyId, proof });
}

export function openChallenge(
  owner: Pick<TestOrganisation, "organisation">,
  { keys, challenge }: { keys: AgreementKeyPair; challenge: Uint8Array },
): Bytes {
  const keyId = deriveKeyId(nodePrimitives, keys.publicKey);
  const context = [
    "coterie/activation/1",
    decodeTextForm("corg", owner.organisation.id, { lengthBytes: 16 }),
    keyIdBytes(keyId),
  ];
  const plaintext = openEnvelope({ primitives: nodePrimitives }, { envelope: challenge, keyPair: keys, context });
  return plaintext.exposePlainBytes();
}

export async function rotateKey(owner: TestOrganisation): Promise<AgreementKeyPair> {
  const keys = generateAgreementKeyPair(nodePrimitives, systemRandom);
  await owner.clients.organisations.importPublicKey({ public: keys.publicKey, label: "next" });
  await activateKey(owner, keys);
  return keys;
}

export interface TestPage {
  readonly campaign: Campaign;
  readonly page: ActionPage;
  readonly snippet: string;
}

export async function makePage(
  { lead, runner = lead }: { lead: TestOrganisation; runner?: TestOrganisation },
  options: {
    sealing?: Sealing;
    delivers?: boolean;
    forcesDelivery?: boolean;
    formSchema?: string;
    embedOrigins?: string[];
  } = {},
): Promise<TestPage> {
  const { campaign } = await lead.clients.organisations.createCampaign({
    name: uniqueName("campaign"),
    title: "Keep the river clean",
    forcesDelivery: options.forcesDelivery ?? false,
    formSchema: options.formSchema ?? "basic/1",
  });
  if (campaign === undefined) throw new Error("no campaign");
  if (runner !== lead) {
    await lead.clients.organisations.allowPartner({ campaignId: campaign.id, organisationId: runner.organisation.id });
  }
  const made = await runner.clients.organisations.createActionPage({
    campaignId: campaign.id,
    name: uniqueName("page"),
    locale: "en",
    sealing: options.sealing ?? Sealing.GATEWAY,
    delivers: options.delivers ?? true,
    actionType: "petition",
    requiredFields: [],
    description: "Sign.",
    embedOrigins: options.embedOrigins ?? [],
  });
  if (made.page === undefined) throw new Error("no page");
  return { campaign, page: made.page, snippet: made.embedSnippet };
}

export const alice: JsonObject = { firstName: "Alice", lastName: "Liddell", email: "alice@example.org" };

/** A person whom no other test has, and who therefore counts. */
export function someone(): JsonObject {
  return { ...alice, email: `${uniqueName("someone")}@example.org` };
}

export type Answers = Readonly<Record<string, Answer>>;

export function viewOf(page: ActionPage): ActionPageView {
  return {
    id: page.id,
    name: page.name,
    locale: page.locale,
    campaignId: page.campaignId,
    campaignTitle: page.campaignTitle,
    sealing: page.sealing === Sealing.BROWSER ? "browser" : "gateway",
    formSchema: page.formSchema === "eci/1" ? "eci/1" : "basic/1",
    requiredFields: page.requiredFields,
    actionType: page.actionType,
    pageOrganisationId: page.pageOrganisationId,
    leadOrganisationId: page.leadOrganisationId,
    pageDelivers: page.pageDelivers,
    campaignForcesDelivery: page.campaignForcesDelivery,
    receivers: page.receivers.map(({ organisationId, organisationName, publicKey, asksOptIn }) => ({
      organisationId,
      organisationName,
      publicKey: publicKey === undefined ? undefined : { id: publicKey.id, public: publicKey.public },
      asksOptIn,
    })),
    accepting: page.accepting,
    description: page.description,
  };
}

const optInMessage = { yes: OptIn.YES, no: OptIn.NO, "not-asked": OptIn.NOT_ASKED } as const;

export function consentsFor(
  page: ActionPage,
  { answers = {}, atMs = Date.now() }: { answers?: Answers; atMs?: number } = {},
): ConsentRecord[] {
  const optIns = new Map(Object.entries(answers));
  return [
    ...recordConsents(nodePrimitives, { page: viewOf(page), answers: { optIns, locale: "en", givenAtMs: atMs } }),
  ];
}

export function consentMessages(
  records: readonly ConsentRecord[],
): NonNullable<MessageInitShape<typeof SubmitRequestSchema>["consents"]> {
  return records.map(({ organisationId, purpose, optIn, wordingId, wordingHash, locale, givenAtMs }) => ({
    organisationId,
    purpose,
    optIn: optInMessage[optIn],
    wordingId,
    wordingHash: new Uint8Array(wordingHash),
    locale,
    givenAtMs: BigInt(givenAtMs),
  }));
}

export function newActionId(): string {
  return encodeTextForm("cact", randomBytes(systemRandom, 16));
}

export interface SigningOptions {
  readonly answers?: Answers;
  readonly person?: JsonObject;
  readonly actionId?: string;
  readonly customFields?: Record<string, string>;
  /** When the person answered; default now. */
  readonly atMs?: number;
}

/** A request of a gateway-sealing page. */
export function clearRequest(page: ActionPage, options: SigningOptions = {}): SubmitRequest {
  return create(SubmitRequestSchema, {
    actionId: options.actionId ?? newActionId(),
    pageId: page.id,
    consents: consentMessages(consentsFor(page, options)),
    customFields: options.customFields ?? {},
    person: { case: "personJson", value: JSON.stringify(options.person ?? alice) },
  });
}

/** A request of a browser-sealing page, sealed as the widget does. */
export function sealedRequest(page: ActionPage, options: SigningOptions = {}): SubmitRequest {
  const actionId = options.actionId ?? newActionId();
  const person = options.person ?? alice;
  const consents = consentsFor(page, options);
  const salt = randomBytes(systemRandom, 32);
  const receiving = consents.filter(
    ({ organisationId, optIn }) => optIn === "yes" || receivesAnyway(page, organisationId),
  );
  const contacts = receiving.map((consent) => {
    const receiver = page.receivers.find(({ organisationId }) => organisationId === consent.organisationId);
    if (receiver?.publicKey === undefined) throw new Error("no key");
    const context = {
      action: actionId,
      campaign: page.campaignId,
      page: page.id,
      organisation: consent.organisationId,
      key: parseKeyId(receiver.publicKey.id),
      consentHash: hashConsentRecord(nodePrimitives, consent),
    };
    const plaintext = createContactPlaintext(nodePrimitives, { person, context, salt });
    const sealed = sealContact(
      { primitives: nodePrimitives, random: systemRandom },
      { plaintext, recipient: { public: receiver.publicKey.public } },
    );
    plaintext.destroy();
    return {
      organisationId: consent.organisationId,
      payload: sealed.payload,
      nonce: sealed.nonce,
      keyId: sealed.publicKey.id,
      signKey: sealed.signKey.public,
    };
  });
  return create(SubmitRequestSchema, {
    actionId,
    pageId: page.id,
    consents: consentMessages(consents),
    customFields: options.customFields ?? {},
    person: { case: "sealed", value: { commitment: contactCommitment(nodePrimitives, { person, salt }), contacts } },
  });
}

// Written out here, not taken from the rule under test: split pages deliver or not, leads by force or by necessity.
function receivesAnyway(page: ActionPage, organisationId: string): boolean {
  const split = page.pageOrganisationId !== page.leadOrganisationId;
  if (!split) return true;
  if (organisationId === page.pageOrganisationId) return page.pageDelivers;
  return !page.pageDelivers || page.campaignForcesDelivery;
}

/** All contacts waiting for an organisation. */
export async function pullAll(owner: TestOrganisation): Promise<Contact[]> {
  const all: Contact[] = [];
  for (let cursor = "0", more = true; more; ) {
    const pulled = await owner.clients.organisations.pullContacts({ cursor, limit: 1000 });
    all.push(...pulled.contacts);
    cursor = pulled.nextCursor;
    more = pulled.more;
  }
  return all;
}

const optInText = new Map<OptIn, Answer>([
  [OptIn.YES, "yes"],
  [OptIn.NO, "no"],
  [OptIn.NOT_ASKED, "not-asked"],
]);

/** A delivered contact as openers take it. */
export function openInputOf(contact: Contact): OpenContactInput {
  const { consent, publicKey, signKey } = contact;
  if (consent === undefined || publicKey === undefined || signKey === undefined) throw new Error("incomplete contact");
  const record: ConsentRecord = {
    organisationId: consent.organisationId,
    pageId: contact.pageId,
    purpose: consent.purpose === "delivery" ? "delivery" : "newsletter",
    optIn: optInText.get(consent.optIn) ?? "not-asked",
    wordingId: consent.wordingId,
    wordingHash: consent.wordingHash,
    locale: consent.locale,
    givenAtMs: Number(consent.givenAtMs),
  };
  const consentHash = hashConsentRecord(nodePrimitives, record);
  const received = { payload: contact.payload, nonce: contact.nonce, publicKey, signKey };
  const header = {
    action: contact.actionId,
    campaign: contact.campaignId,
    page: contact.pageId,
    organisation: contact.organisationId,
    key: parseKeyId(publicKey.id),
    signKey: signKey.public,
    nonce: contact.nonce,
    payloadHash: nodePrimitives.sha256(contact.payload),
    commitment: contact.commitment,
    consentHash,
    sealing: contact.sealing === Sealing.BROWSER ? ("browser" as const) : ("gateway" as const),
    createdAtMs: Number(contact.createdAtMs),
  };
  return { contact: received, header, headerSignature: contact.headerSignature, consentHash };
}

/** Opens a delivered contact with every check of docs/protocol/actions.md §4. */
export async function openContact(
  owner: TestOrganisation,
  { contact, keys = owner.keys }: { contact: Contact; keys?: AgreementKeyPair },
): Promise<JsonObject> {
  const { gatewaySigningKey } = await owner.clients.organisations.getOrganisation({});
  const opener = createContactOpener({ primitives: nodePrimitives }, { keys: [keys], gatewaySigningKey });
  try {
    return opener.open(openInputOf(contact)).person;
  } finally {
    opener.destroy();
  }
}
