// 1,000 ciphertexts of each kind against constant keys and other people's; tags that are cut or extended.
import { describe, expect, it } from "vitest";
import { type Bytes, decodeBase64Url, Plaintext, SecretKey } from "@coterie/bytes";
import { generateAgreementKeyPair } from "@coterie/primitives";
import { createKeyFile, unlockKeyFile } from "../src/key-file.ts";
import { decodeKeyFile, keyFileAssociatedData, keyFileLabels } from "../src/key-file-format.ts";
import { bodyAssociatedData } from "../src/envelope-keys.ts";
import { decodeEnvelope } from "../src/envelope-layout.ts";
import { createContactOpener, openEnvelope } from "../src/open.ts";
import { createContactPlaintext, sealContact, sealEnvelope } from "../src/seal.ts";
import { alice, createContext, createRow, createScene, outcomeOf, withCheapArgon2id, withContact } from "./fixtures.ts";

const count = 1000;
const scene = createScene();
const { primitives, random, organisation, partner } = scene;
const constants: readonly Bytes[] = [
  new Uint8Array(32),
  new Uint8Array(32).fill(0xff),
  primitives.sha256(new Uint8Array()),
];
const strangers = Array.from({ length: 5 }, () => generateAgreementKeyPair(primitives, random));
const context = createContext(scene, organisation);
const plaintext = createContactPlaintext(primitives, { person: alice, context, salt: new Uint8Array(32) });
const times = <Value>(make: () => Value): readonly Value[] => Array.from({ length: count }, make);
const distinct = (list: readonly Uint8Array[]): number => new Set(list.map((bytes) => bytes.join())).size;
const opened = (runs: readonly (() => unknown)[]): number => runs.filter((run) => outcomeOf(run) === "opened").length;

describe("1,000 ciphertexts of one plain text", () => {
  it("as contacts are all different and open under no constant key and nobody else's", () => {
    const contacts = times(() => sealContact(scene, { plaintext, recipient: { public: organisation.publicKey } }));
    expect(distinct(contacts.map((contact) => contact.payload))).toBe(count);
    expect(distinct(contacts.map((contact) => contact.nonce))).toBe(count);
    const boxKeys = constants.map((bytes) => SecretKey.copyOf("box", bytes));
    const secretKeys = [
      ...constants.map((bytes) => SecretKey.copyOf("x25519", bytes)),
      ...strangers.map((pair) => pair.secretKey),
    ];
    for (const { payload, nonce, signKey } of contacts) {
      const open = (key: SecretKey<"box">) => () => primitives.decryptBox(key, nonce, payload);
      const derived = secretKeys.map((secret) => primitives.deriveBoxKey(secret, signKey.public));
      expect(opened([...boxKeys, ...derived].map(open))).toBe(0);
      expect(opened([open(primitives.deriveBoxKey(organisation.secretKey, signKey.public))])).toBe(1);
    }
  });

  it("as envelopes are all different and open under no constant key and nobody else's", () => {
    const recipients = [organisation.publicKey, partner.publicKey];
    const envelopes = times(() => sealEnvelope(scene, { plaintext, recipients, context: [] }));
    expect(distinct(envelopes)).toBe(count);
    expect(distinct(envelopes.map((envelope) => decodeEnvelope(envelope).body))).toBe(count);
    for (const envelope of envelopes) {
      const { nonce, body, open, head, recipients: wraps } = decodeEnvelope(envelope);
      const associatedData = bodyAssociatedData(open, []);
      const runs = constants.flatMap((key) => [
        () => primitives.xchacha20Poly1305.decrypt({ key, nonce, ciphertext: body, associatedData }),
        ...wraps.map(
          ({ wrappedKey }) =>
            () =>
              primitives.xchacha20Poly1305.decrypt({ key, nonce, ciphertext: wrappedKey, associatedData: head }),
        ),
      ]);
      expect(opened(runs)).toBe(0);
      expect(opened(strangers.map((keyPair) => () => openEnvelope(scene, { envelope, keyPair, context: [] })))).toBe(0);
      // Somebody who takes a recipient's place in the list, with a secret key of their own.
      const thief = { publicKey: organisation.publicKey, secretKey: strangers[0]?.secretKey ?? partner.secretKey };
      expect(opened([() => openEnvelope(scene, { envelope, keyPair: thief, context: [] })])).toBe(0);
    }
    const [envelope = new Uint8Array()] = envelopes;
    expect(
      opened([organisation, partner].map((keyPair) => () => openEnvelope(scene, { envelope, keyPair, context: [] }))),
    ).toBe(2);
  });

  it("as key files are all different and open under no constant key and no other passphrase", () => {
    const deps = { primitives: withCheapArgon2id(primitives).primitives, random, now: () => 0 };
    const passphrase = "a fake passphrase";
    const files = times(() => createKeyFile(deps, { keyPair: organisation, passphrase, comment: "" }));
    expect(distinct(files.map((file) => decodeBase64Url(file.wrapped)))).toBe(count);
    for (const file of files) {
      const bytes = decodeKeyFile(file);
      const associatedData = keyFileAssociatedData(keyFileLabels.organisation, bytes);
      const { nonce, wrapped: ciphertext } = bytes;
      const runs = constants.map(
        (key) => () => primitives.xchacha20Poly1305.decrypt({ key, nonce, ciphertext, associatedData }),
      );
      expect(opened(runs)).toBe(0);
      const unlock = (text: string) => () => unlockKeyFile(deps, { file, passphrase: text });
      expect(opened([unlock("        "), unlock("A fake passphrase"), unlock("another fake passphrase")])).toBe(0);
      expect(opened([unlock(passphrase)])).toBe(1);
    }
  });
});

describe("a tag of another length", () => {
  const lengths = [...Array.from({ length: 16 }, (_, i) => i), 17];

  it("is refused in a contact", () => {
    const row = createRow(scene);
    const opener = createContactOpener(scene, { keys: [organisation], gatewaySigningKey: scene.gateway.publicKey });
    for (const length of lengths) {
      const payload = resized(row.contact.payload.subarray(0, 16), length, row.contact.payload.subarray(16));
      const forged = withContact(scene, row, { ...row.contact, payload });
      expect(outcomeOf(() => opener.open(forged))).toBe("sealed-box/malformed-header");
      // The primitive itself, without our check of the size in front of it.
      const key = primitives.deriveBoxKey(organisation.secretKey, row.contact.signKey.public);
      const bare = () => primitives.decryptBox(key, row.contact.nonce, payload);
      expect(outcomeOf(bare)).toBe("primitives/authentication-failed");
    }
    expect(outcomeOf(() => opener.open(row))).toBe("opened");
  });

  it("is refused in the body and in a wrap of an envelope", () => {
    const content = Plaintext.own(new Uint8Array(1020));
    const envelope = sealEnvelope(scene, { plaintext: content, recipients: [organisation.publicKey], context: [] });
    const open = (bytes: Uint8Array) =>
      outcomeOf(() => openEnvelope(scene, { envelope: bytes, keyPair: organisation, context: [] }));
    const none = new Uint8Array();
    for (const length of lengths) {
      const cut = envelope.length - 16;
      const body = joined(envelope.subarray(0, cut), resized(envelope.subarray(cut), length, none));
      expect(open(body)).toMatch(/malformed-envelope|not-authentic/);
      const wrapEnd = 91 + 68;
      const wrap = resized(envelope.subarray(wrapEnd - 16, wrapEnd), length, none);
      expect(open(joined(envelope.subarray(0, wrapEnd - 16), wrap, envelope.subarray(wrapEnd)))).toMatch(
        /malformed-envelope|not-authentic/,
      );
    }
    expect(open(envelope)).toBe("opened");
  });
});

function resized(tag: Uint8Array, length: number, rest: Uint8Array): Uint8Array {
  return joined(tag.subarray(0, length), new Uint8Array(Math.max(0, length - 16)), rest);
}

function joined(...parts: readonly Uint8Array[]): Uint8Array {
  return Uint8Array.from(parts.flatMap((part) => [...part]));
}
