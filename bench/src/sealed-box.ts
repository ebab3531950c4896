// Sealing and opening contacts and envelopes against named rivals, on one core: JSON lines with medians of interleaved runs.
import { encodeBase64Url, encodeTextForm, Plaintext } from "@coterie/bytes";
import {
  type AgreementKeyPair,
  generateAgreementKeyPair,
  generateSigningKeyPair,
  randomBytes,
} from "@coterie/primitives";
import { nodePrimitives as primitives, systemRandom as random } from "@coterie/primitives/node";
import { createContactOpener, openEnvelope } from "@coterie/sealed-box/open";
import {
  type ContactContext,
  contactCommitment,
  createContactHeader,
  createContactPlaintext,
  deriveKeyId,
  sealContact,
  type SealedContact,
  sealEnvelope,
  signContactHeader,
} from "@coterie/sealed-box/seal";
import { decryptPersonalInfo, loadKeyStoreFromString } from "@proca/crypto";
import sodium from "sodium-native";

const deps = { primitives, random };
const organisation = generateAgreementKeyPair(primitives, random);
const partner = generateAgreementKeyPair(primitives, random);
const gateway = generateSigningKeyPair(primitives, random);

const person = {
  firstName: "Alice",
  lastName: "Example",
  email: "alice@example.org",
  country: "FR",
  postcode: "75001",
  address: { locality: "Paris", street: "Rue de l’Exemple", streetNumber: "12" },
};
const salt = randomBytes(random, 32);
const context: ContactContext = {
  action: encodeTextForm("cact", randomBytes(random, 16)),
  campaign: encodeTextForm("ccam", randomBytes(random, 16)),
  page: encodeTextForm("cpag", randomBytes(random, 16)),
  organisation: encodeTextForm("corg", randomBytes(random, 16)),
  key: deriveKeyId(primitives, organisation.publicKey),
  consentHash: randomBytes(random, 32),
};
const plaintext = createContactPlaintext(primitives, { person, context, salt });
const plain = plaintext.exposePlainBytes();
const recipient = { public: organisation.publicKey };

/** Median microseconds of one call of each function, the runs of all functions taking turns. */
function medians(functions: readonly (() => unknown)[], calls: number): readonly number[] {
  // Many short turns instead of few long ones: most of them pass without another process in between.
  const rounds = 201;
  const times = functions.map((): number[] => []);
  for (const run of functions) for (let i = 0; i < 500; i++) run();
  for (let round = 0; round < rounds; round++) {
    for (const [at, run] of functions.entries()) {
      const start = performance.now();
      for (let i = 0; i < calls; i++) run();
      times[at]?.push(((performance.now() - start) * 1000) / calls);
    }
  }
  return times.map((list) => list.toSorted((left, right) => left - right)[Math.floor(rounds / 2)] ?? Number.NaN);
}

interface Comparison {
  readonly name: string;
  readonly ours: () => unknown;
  readonly rival: () => unknown;
  readonly note: string;
  readonly calls?: number;
}

function compare({ name, ours, rival, note, calls = 10 }: Comparison): void {
  const [oursUs = Number.NaN, rivalUs = Number.NaN] = medians([ours, rival], calls);
  const rounded = (value: number): number => Math.round(value * 100) / 100;
  const line = { name, ours: rounded(oursUs), rival: rounded(rivalUs), ratio: rounded(oursUs / rivalUs) };
  process.stdout.write(`${JSON.stringify({ ...line, unit: "µs", note })}\n`);
}

const contact: SealedContact = sealContact(deps, { plaintext, recipient });
const { key: _key, ...place } = context;
const header = createContactHeader(primitives, {
  contact,
  ...place,
  commitment: contactCommitment(primitives, { person, salt }),
  sealing: "gateway",
  createdAtMs: 1_700_000_000_000,
});
const headerSignature = signContactHeader(deps, { header, signingKey: gateway.secretKey });
const opener = createContactOpener(deps, { keys: [organisation], gatewaySigningKey: gateway.publicKey });
const openContact = (): unknown => opener.open({ contact, header, headerSignature, consentHash: context.consentHash });

const procaKeys = loadKeyStoreFromString(
  JSON.stringify({
    [encodeBase64Url(organisation.publicKey)]: {
      private: encodeBase64Url(organisation.secretKey.exposeSecretBytes()),
    },
  }),
);
const procaContact = {
  payload: encodeBase64Url(contact.payload),
  nonce: encodeBase64Url(contact.nonce),
  encryptKey: { id: 1, public: encodeBase64Url(contact.publicKey.public) },
  signKey: { id: 2, public: encodeBase64Url(contact.signKey.public) },
};

// As ours, the rivals give each result memory of its own.
const sealBySodium = (publicKey: Uint8Array): Uint8Array => {
  const sealed = new Uint8Array(plain.length + 48);
  sodium.crypto_box_seal(sealed, plain, publicKey);
  return sealed;
};
const openBySodium = ({ secretKey }: AgreementKeyPair): void => {
  const { payload, nonce, signKey } = contact;
  const plainOfBox = new Uint8Array(payload.length - 16);
  const opened = sodium.crypto_box_open_easy(plainOfBox, payload, nonce, signKey.public, secretKey.exposeSecretBytes());
  if (!opened) throw new Error("sodium-native does not open the contact");
};

compare({
  name: "seal a contact, throw-away sender, 512 bytes",
  ours: () => sealContact(deps, { plaintext, recipient }),
  rival: () => sealBySodium(organisation.publicKey),
  note: "rival: sodium-native crypto_box_seal of the same bytes; ours also derives both key ids. Goal: ratio <= 1.3",
});
compare({
  name: "open a contact, every check",
  ours: openContact,
  rival: () => decryptPersonalInfo(procaContact, procaKeys),
  note: "rival: @proca/crypto decryptPersonalInfo, which checks the box alone; ours also verifies an Ed25519 signature. Goal: ratio <= 0.067",
  calls: 3,
});
const openBoxAlone = (): unknown => {
  const key = primitives.deriveBoxKey(organisation.secretKey, contact.signKey.public);
  const opened = primitives.decryptBox(key, contact.nonce, contact.payload);
  key.destroy();
  return JSON.parse(new TextDecoder().decode(opened));
};
compare({
  name: "open the box of a contact and parse it, no other check",
  ours: openBoxAlone,
  rival: () => decryptPersonalInfo(procaContact, procaKeys),
  note: "rival: @proca/crypto decryptPersonalInfo: the same work on both sides, which no caller of ours can choose",
  calls: 3,
});
compare({
  name: "open a contact, every check, against the bare box",
  ours: openContact,
  rival: () => openBySodium(organisation),
  note: "rival: sodium-native crypto_box_open_easy; ours also verifies an Ed25519 signature and the content",
});
const verifyHeader = (): unknown => {
  return primitives.verify(gateway.publicKey, primitives.sha256(contact.payload), headerSignature);
};
compare({
  name: "sign a contact header",
  ours: () => signContactHeader(deps, { header, signingKey: gateway.secretKey }),
  rival: verifyHeader,
  note: "rival: one Ed25519 verification by the same backend, the part of opening that a bare box does not have",
});
const bodyPlaintext = Plaintext.copyOf(plain);
const envelopeInput = {
  plaintext: bodyPlaintext,
  recipients: [organisation.publicKey, partner.publicKey],
  context: ["coterie/bench/1"],
};
const sealTwice = (): void => {
  sealBySodium(organisation.publicKey);
  sealBySodium(partner.publicKey);
};
compare({
  name: "seal an envelope for two recipients, 512 bytes",
  ours: () => sealEnvelope(deps, envelopeInput),
  rival: sealTwice,
  note: "rival: sodium-native crypto_box_seal, once for each recipient, without key commitment",
});
const envelope = sealEnvelope(deps, envelopeInput);
compare({
  name: "open an envelope of two recipients, 512 bytes",
  ours: () => openEnvelope(deps, { envelope, keyPair: partner, context: envelopeInput.context }).destroy(),
  rival: () => openBySodium(organisation),
  note: "rival: sodium-native crypto_box_open_easy of 512 bytes, without key commitment",
});
