// Low-order and non-canonical public keys, at every function of this package that takes one.
import { describe, expect, it } from "vitest";
import { type Bytes, concatBytes, decodeHex, encodeBase64Url, Plaintext } from "@coterie/bytes";
import type { AgreementKeyPair } from "@coterie/primitives";
import { createKeyFile, keyFromWords, keyToWords, unlockKeyFile } from "../src/key-file.ts";
import { createContactOpener, openEnvelope } from "../src/open.ts";
import { createContactPlaintext, createHomeSender, deriveKeyId, sealContact, sealEnvelope } from "../src/seal.ts";
import {
  alice,
  backends,
  createContext,
  createRow,
  createScene,
  outcomeOf,
  withCheapArgon2id,
  withContact,
  withCountedEncryption,
} from "./fixtures.ts";

const good = createScene().organisation.publicKey;
const p = "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f";
const ofHex = (hex: string): Bytes => decodeHex(hex);
const withTopBit = (bytes: Bytes): Bytes => bytes.with(31, (bytes[31] ?? 0) | 0x80);
const order8 = [
  "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
  "5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157",
].map(ofHex);
const small = [`${"00".repeat(32)}`, `01${"00".repeat(31)}`, p.replace("ed", "ec")].map(ofHex);
const badKeys: readonly Uint8Array[] = [
  ...small,
  ...order8,
  ...[...small, ...order8].map(withTopBit),
  ...[p, p.replace("ed", "ee"), p.replace("ed", "ff"), "ff".repeat(32)].map(ofHex),
  withTopBit(good),
];
const badLengths: readonly Uint8Array[] = [new Uint8Array(), good.slice(1), concatBytes(good, Uint8Array.of(0))];
const all = [...badKeys, ...badLengths];

describe.each(backends)("a public key that must not be used ($backend)", (primitives) => {
  const scene = createScene(primitives, "public keys");
  const counted = withCountedEncryption(withCheapArgon2id(primitives).primitives);
  const deps = { primitives: counted.primitives, random: scene.random, now: () => 0 };
  const context = createContext(scene, scene.organisation);
  const plaintext = createContactPlaintext(primitives, { person: alice, context, salt: new Uint8Array(32) });
  const secretKey = scene.organisation.secretKey;
  const row = createRow(scene);
  const input = { gatewaySigningKey: scene.gateway.publicKey };
  const opener = createContactOpener(deps, { ...input, keys: [scene.organisation] });
  const envelope = sealEnvelope(deps, { plaintext, recipients: [scene.organisation.publicKey], context: [] });
  const passphrase = "a fake passphrase";
  const file = createKeyFile(deps, { keyPair: scene.organisation, passphrase, comment: "" });
  const pairOf = (publicKey: Uint8Array): AgreementKeyPair => ({ publicKey: new Uint8Array(publicKey), secretKey });

  it("is one of 18 encodings, five of them of small order", () => {
    expect(new Set(all.map((key) => key.join())).size).toBe(18);
    expect(outcomeOf(() => sealContact(deps, { plaintext, recipient: { public: good } }))).toBe("opened");
  });

  const invalid = "primitives/invalid-public-key";
  it.each<[string, string, readonly Uint8Array[], (key: Uint8Array) => unknown]>([
    ["sealContact", invalid, all, (key) => sealContact(deps, { plaintext, recipient: { public: key } })],
    [
      "the home sender",
      invalid,
      all,
      (key) => createHomeSender(deps, scene.partner).sealContact({ plaintext, recipient: { public: key } }),
    ],
    ["sealEnvelope, alone", invalid, all, (key) => sealEnvelope(deps, { plaintext, recipients: [key], context: [] })],
    [
      "sealEnvelope, after a good one",
      invalid,
      all,
      (key) => sealEnvelope(deps, { plaintext, recipients: [good, key], context: [] }),
    ],
    ["createContactOpener", invalid, all, (key) => createContactOpener(deps, { ...input, keys: [pairOf(key)] })],
    ["createKeyFile", invalid, all, (key) => createKeyFile(deps, { keyPair: pairOf(key), passphrase, comment: "" })],
    ["deriveKeyId", invalid, badLengths, (key) => deriveKeyId(primitives, key)],
    [
      "an opener, as the sender's",
      "sealed-box/not-authentic",
      badKeys,
      (key) => {
        const signKey = { id: deriveKeyId(primitives, key), public: key };
        return opener.open(withContact(scene, row, { ...row.contact, signKey }));
      },
    ],
    [
      "openEnvelope, as the ephemeral key",
      "sealed-box/not-authentic",
      badKeys,
      (key) => {
        const changed = new Uint8Array(envelope);
        changed.set(key, 2);
        return openEnvelope(deps, { envelope: changed, keyPair: scene.organisation, context: [] });
      },
    ],
    [
      "openEnvelope, as the recipient's",
      "sealed-box/unknown-key",
      badKeys,
      (key) => openEnvelope(deps, { envelope, keyPair: pairOf(key), context: [] }),
    ],
    [
      "unlockKeyFile",
      "sealed-box/key-file-not-opened",
      badKeys,
      (key) => {
        const claimed = { ...file, public: encodeBase64Url(key), keyId: deriveKeyId(primitives, key) };
        return unlockKeyFile(deps, { file: claimed, passphrase });
      },
    ],
    [
      "keyFromWords",
      "sealed-box/key-words-mismatch",
      all,
      (key) => keyFromWords(deps, { words: keyToWords(secretKey), expectedPublicKey: key }),
    ],
  ])("is refused by %s with %s, with nothing encrypted", (_name, code, keys, run) => {
    const before = counted.calls();
    for (const key of keys) expect(outcomeOf(() => run(key))).toBe(code);
    expect(counted.calls()).toBe(before);
  });

  it("is refused as the gateway's signing key: no row opens under it", () => {
    for (const gatewaySigningKey of badKeys) {
      const trusting = createContactOpener(deps, { keys: [scene.organisation], gatewaySigningKey });
      expect(outcomeOf(() => trusting.open(row))).toBe("sealed-box/not-authentic");
      const zeros = { ...row, headerSignature: new Uint8Array(64) };
      expect(outcomeOf(() => trusting.open(zeros))).toBe("sealed-box/not-authentic");
    }
    for (const gatewaySigningKey of badLengths)
      expect(outcomeOf(() => createContactOpener(deps, { keys: [], gatewaySigningKey }))).toBe(invalid);
  });

  it("leaves the good ones alone", () => {
    expect(opener.open(row).person).toEqual(alice);
    const content = openEnvelope(deps, { envelope, keyPair: scene.organisation, context: [] });
    expect(content.exposeText()).toBe(Plaintext.copyOf(plaintext.exposePlainBytes()).exposeText());
  });
});
