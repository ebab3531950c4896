// One organisation, one gateway and some rows, for the formats under attack.
import { encodeFields, encodeTextForm } from "@coterie/bytes";
import {
  type AgreementKeyPair,
  generateAgreementKeyPair,
  generateSigningKeyPair,
  type Primitives,
  randomBytes,
  type SigningKeyPair,
} from "@coterie/primitives";
import { nodePrimitives, systemRandom as random } from "@coterie/primitives/node";
import type { OpenContactInput } from "@coterie/sealed-box/open";
import {
  type ContactHeader,
  contactCommitment,
  createContactHeader,
  createContactPlaintext,
  deriveKeyId,
  type JsonObject,
  sealContact,
  signContactHeader,
} from "@coterie/sealed-box/seal";

export { random };
export const primitives: Primitives = nodePrimitives;
export const deps = { primitives, random };
export const organisation: AgreementKeyPair = generateAgreementKeyPair(primitives, random);
export const gateway: SigningKeyPair = generateSigningKeyPair(primitives, random);

/** The same with a key derivation that costs nothing: what is under attack is everything around it. */
export const cheapPrimitives: Primitives = {
  ...primitives,
  argon2id: ({ passphrase, salt, memoryKiB, passes, lengthBytes }) =>
    primitives.hkdfSha512({ secret: passphrase, salt, info: encodeFields(memoryKiB, passes), lengthBytes }),
};

export interface SealedRow extends OpenContactInput {
  readonly plain: Uint8Array;
}

/** A row for `organisation`, its header signed. */
export function createRow(person: JsonObject): SealedRow {
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
  const header = createContactHeader(primitives, {
    ...place,
    contact,
    consentHash,
    sealing: "gateway",
    createdAtMs: 1_700_000_000_000,
    commitment: contactCommitment(primitives, { person, salt }),
  });
  return { contact, header, headerSignature: sign(header), consentHash, plain: plaintext.exposePlainBytes() };
}

export function sign(header: ContactHeader): Uint8Array {
  return signContactHeader(deps, { header, signingKey: gateway.secretKey });
}

export const people: readonly JsonObject[] = [
  { firstName: "Alice", email: "alice@example.org", postcode: "8001" },
  { firstName: "Bob", email: "bob@example.org", address: { locality: "Zürich", street: 'Gasse "7"' } },
];
export const rows: readonly SealedRow[] = people.map(createRow);
