// Contacts for other implementations to open, and theirs for us: JSON that Node, a browser and Python all read. Portable:
// the browser's half of the check calls the same function with the browser's primitives.
import { decodeBase64Url, encodeBase64Url, encodeTextForm } from "@coterie/bytes";
import {
  type AgreementKeyPair,
  generateAgreementKeyPair,
  type Primitives,
  type RandomSource,
  randomBytes,
  type SigningKeyPair,
} from "@coterie/primitives";
import { createContactOpener, type OpenedContact } from "@coterie/sealed-box/open";
import {
  type ContactHeader,
  type ContactText,
  contactCommitment,
  contactToText,
  createContactHeader,
  createContactPlaintext,
  deriveKeyId,
  type JsonObject,
  parseContactText,
  parseKeyId,
  type ReceivedContact,
  sealContact,
  signContactHeader,
} from "@coterie/sealed-box/seal";

export interface Deps {
  readonly primitives: Primitives;
  readonly random: RandomSource;
}

/** A header with its bytes in base64url. */
export interface HeaderText {
  readonly action: string;
  readonly campaign: string;
  readonly page: string;
  readonly organisation: string;
  readonly commitment: string;
  readonly consentHash: string;
  readonly createdAtMs: number;
  readonly signature: string;
}

export interface SealedContactsText {
  /** The organisation's fake secret key, for whoever opens. */
  readonly secretKey: string;
  readonly publicKey: string;
  readonly gatewaySigningKey: string;
  readonly rows: readonly { readonly contact: ContactText; readonly header: HeaderText; readonly plain: string }[];
}

/** `count` contacts of different people, sealed to a fresh key, with everything that is needed to open them. */
export function createSealedContacts(deps: Deps, count: number): SealedContactsText {
  const { primitives, random } = deps;
  const organisation = generateAgreementKeyPair(primitives, random);
  const gateway = deriveGateway(deps);
  const rows = Array.from({ length: count }, (_, number) => createRow(deps, { number, organisation, gateway }));
  return {
    secretKey: encodeBase64Url(organisation.secretKey.exposeSecretBytes()),
    publicKey: encodeBase64Url(organisation.publicKey),
    gatewaySigningKey: encodeBase64Url(gateway.publicKey),
    rows,
  };
}

/** The people in `text`, opened with every check. */
export function openSealedContacts({ primitives }: Pick<Deps, "primitives">, text: SealedContactsText): JsonObject[] {
  const keyPair = primitives.deriveAgreementKeyPair(decodeBase64Url(text.secretKey));
  const opener = createContactOpener(
    { primitives },
    { keys: [keyPair], gatewaySigningKey: decodeBase64Url(text.gatewaySigningKey) },
  );
  try {
    return text.rows.map((row) => openRow({ primitives }, { row, opener }).person);
  } finally {
    opener.destroy();
    keyPair.secretKey.destroy();
  }
}

/** The person that {@link createSealedContacts} seals as number `number`. */
export function personOf(number: number): JsonObject {
  return {
    firstName: `Person ${number}`,
    email: `person-${number}@example.org`,
    address: { locality: "Zürich – 東京" },
    ...(number % 3 === 0 && { area: "x".repeat(number % 900) }),
  };
}

interface RowInput {
  readonly number: number;
  readonly organisation: AgreementKeyPair;
  readonly gateway: SigningKeyPair;
}

function createRow(deps: Deps, { number, organisation, gateway }: RowInput): SealedContactsText["rows"][number] {
  const { primitives, random } = deps;
  const person = personOf(number);
  const salt = randomBytes(random, 32);
  const consentHash = randomBytes(random, 32);
  const place = {
    action: encodeTextForm("cact", randomBytes(random, 16)),
    campaign: encodeTextForm("ccam", randomBytes(random, 16)),
    page: encodeTextForm("cpag", randomBytes(random, 16)),
    organisation: encodeTextForm("corg", randomBytes(random, 16)),
  };
  const key = deriveKeyId(primitives, organisation.publicKey);
  const plaintext = createContactPlaintext(primitives, { person, salt, context: { ...place, key, consentHash } });
  const contact = sealContact(deps, { plaintext, recipient: { public: organisation.publicKey } });
  const commitment = contactCommitment(primitives, { person, salt });
  const createdAtMs = 1_700_000_000_000 + number;
  const header = createContactHeader(primitives, {
    ...place,
    contact,
    commitment,
    consentHash,
    createdAtMs,
    sealing: "browser",
  });
  return {
    contact: contactToText(contact),
    plain: encodeBase64Url(plaintext.exposePlainBytes()),
    header: {
      ...place,
      commitment: encodeBase64Url(commitment),
      consentHash: encodeBase64Url(consentHash),
      createdAtMs,
      signature: encodeBase64Url(signContactHeader(deps, { header, signingKey: gateway.secretKey })),
    },
  };
}

function openRow(
  { primitives }: Pick<Deps, "primitives">,
  {
    row,
    opener,
  }: { readonly row: SealedContactsText["rows"][number]; readonly opener: ReturnType<typeof createContactOpener> },
): OpenedContact {
  const contact = parseContactText(row.contact);
  const consentHash = decodeBase64Url(row.header.consentHash);
  const header = headerOf(primitives, { contact, text: row.header });
  return opener.open({ contact, header, headerSignature: decodeBase64Url(row.header.signature), consentHash });
}

function headerOf(
  primitives: Primitives,
  { contact, text }: { readonly contact: ReceivedContact; readonly text: HeaderText },
): ContactHeader {
  return {
    action: text.action,
    campaign: text.campaign,
    page: text.page,
    organisation: text.organisation,
    key: parseKeyId(contact.publicKey.id),
    signKey: contact.signKey.public,
    nonce: contact.nonce,
    payloadHash: primitives.sha256(contact.payload),
    commitment: decodeBase64Url(text.commitment),
    consentHash: decodeBase64Url(text.consentHash),
    sealing: "browser",
    createdAtMs: text.createdAtMs,
  };
}

function deriveGateway({ primitives, random }: Deps): SigningKeyPair {
  return primitives.deriveSigningKeyPair(randomBytes(random, 32));
}

/** Replaces each payload by one that another implementation sealed, and signs the header for it with `gateway`. */
export function withForeignBoxes(
  { primitives }: Pick<Deps, "primitives">,
  {
    text,
    boxes,
    gatewaySecret,
  }: {
    readonly text: SealedContactsText;
    readonly boxes: readonly { readonly payload: string; readonly nonce: string; readonly senderKey: string }[];
    /** 32 bytes: the seed of a gateway signing key of the caller. */
    readonly gatewaySecret: Uint8Array;
  },
): SealedContactsText {
  const gateway = primitives.deriveSigningKeyPair(gatewaySecret);
  const rows = text.rows.map((row, index) => {
    const box = boxes[index];
    if (box === undefined) throw new Error("fewer boxes than rows");
    const id = deriveKeyId(primitives, decodeBase64Url(box.senderKey));
    const { payload, nonce } = box;
    const contact: ContactText = { ...row.contact, payload, nonce, signKey: { id, public: box.senderKey } };
    const header = headerOf(primitives, { contact: parseContactText(contact), text: row.header });
    const signature = encodeBase64Url(signContactHeader({ primitives }, { header, signingKey: gateway.secretKey }));
    return { ...row, contact, header: { ...row.header, signature } };
  });
  return { ...text, gatewaySigningKey: encodeBase64Url(gateway.publicKey), rows };
}
