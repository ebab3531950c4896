// Envelopes, key files and text forms under attack.
import {
  decodeTextForm,
  encodeTextForm,
  encodeUtf8,
  equalBytes,
  Plaintext,
  type TextFormPrefix,
  textFormPrefixes,
} from "@coterie/bytes";
import { generateAgreementKeyPair, randomBytes } from "@coterie/primitives";
import { createKeyFile, encodeKeyFile, parseKeyFile, unlockKeyFile } from "@coterie/sealed-box/key-file";
import { openEnvelope } from "@coterie/sealed-box/open";
import { sealEnvelope } from "@coterie/sealed-box/seal";
import type { FuzzedFormat } from "./fuzz.ts";
import { cheapPrimitives, deps, organisation, primitives, random } from "./scene.ts";

const context = ["coterie/fuzz/1", new Uint8Array(16)];
const partners = [1, 2].map(() => generateAgreementKeyPair(primitives, random).publicKey);

const envelopes = [partners.slice(0, 0), partners].map((others) =>
  sealEnvelope(deps, {
    plaintext: Plaintext.fromText("the content of an envelope, of no interest to anybody"),
    recipients: [...others, organisation.publicKey],
    context,
  }),
);

/** Envelopes of one and three recipients. */
export const envelopeFormat: FuzzedFormat = {
  name: "envelope",
  sources: envelopes,
  others: envelopes,
  accept(value) {
    openEnvelope(deps, { envelope: value, keyPair: organisation, context }).destroy();
    return "accepted";
  },
};

const passphrase = "a fake passphrase";
const keyFileDeps = { primitives: cheapPrimitives, random, now: () => 0 };
const files = ["first", "second"].map((comment) =>
  createKeyFile(keyFileDeps, { keyPair: organisation, passphrase, comment }),
);

const fileTexts = files.map((file) => encodeUtf8(encodeKeyFile(file)));

/** Key files. Time and comment describe a file and are not authenticated: a change of them alone is no mutant. */
export const keyFileFormat: FuzzedFormat = {
  name: "key file",
  sources: fileTexts,
  others: fileTexts,
  accept(value) {
    const file = parseKeyFile(new TextDecoder().decode(value));
    const keyPair = unlockKeyFile(keyFileDeps, { file, passphrase });
    const same = files.some(({ createdAt, comment, ...rest }) =>
      sameMembers({ ...file, createdAt, comment }, { ...rest, createdAt, comment }),
    );
    return same && equalBytes(keyPair.publicKey, organisation.publicKey) ? "same" : "accepted";
  },
};

// cast: the keys of a literal object
const prefixes = Object.keys(textFormPrefixes) as TextFormPrefix[];
const lengthBytes = 32;
const texts = prefixes.flatMap((prefix) => [1, 2].map(() => encodeTextForm(prefix, randomBytes(random, lengthBytes))));

/** Ids and keys as text. White space around them and capitals throughout are allowed, and no mutant. */
export const textFormFormat: FuzzedFormat = {
  name: "text form",
  sources: texts.map(encodeUtf8),
  others: texts.map(encodeUtf8),
  accept(value, choose) {
    const text = new TextDecoder().decode(value);
    // Mostly as what it says it is, now and then as something else.
    const own = prefixes.find((prefix) => text.trim().toLowerCase().startsWith(prefix));
    const prefix = choose.below(8) === 0 ? prefixes[choose.below(prefixes.length)] : own;
    decodeTextForm(prefix ?? "cact", text, { lengthBytes });
    return texts.includes(text.trim().toLowerCase()) ? "same" : "accepted";
  },
};

function sameMembers(left: object, right: object): boolean {
  const sorted = (value: object): string =>
    JSON.stringify(Object.entries(value).toSorted(([first], [second]) => (first < second ? -1 : 1)));
  return sorted(left) === sorted(right);
}
