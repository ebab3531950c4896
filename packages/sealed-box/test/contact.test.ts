import { describe, expect, it } from "vitest";
import { encodeTextForm, Plaintext } from "@coterie/bytes";
import { generateAgreementKeyPair, generateSigningKeyPair, randomBytes } from "@coterie/primitives";
import type { ContactHeader } from "../src/contact-header.ts";
import { createContactOpener, type OpenContactInput } from "../src/open.ts";
import { contactSizes, contactToText, createContactPlaintext, parseContactText, sealContact } from "../src/seal.ts";
import {
  alice,
  backends,
  bob,
  createContext,
  createRow,
  createScene,
  flipByte,
  outcomeOf,
  randomId,
  type Scene,
  signRow,
  withContact,
} from "./fixtures.ts";

function openerOf(scene: Scene) {
  return createContactOpener(scene, { keys: [scene.organisation], gatewaySigningKey: scene.gateway.publicKey });
}

function outcome(scene: Scene, row: OpenContactInput): string {
  return outcomeOf(() => openerOf(scene).open(row));
}

describe.each(backends)("a contact ($backend)", (primitives) => {
  const scene = createScene(primitives, "contact");

  it("opens to the person and the place it was sealed for", () => {
    const context = createContext(scene, scene.organisation);
    expect(openerOf(scene).open(createRow(scene, { context }))).toEqual({ person: alice, context });
  });

  it("is opened by the same key after the organisation has a newer one, and by no other", () => {
    const newer = generateAgreementKeyPair(primitives, scene.random);
    const row = createRow(scene);
    const input = { gatewaySigningKey: scene.gateway.publicKey };
    const both = createContactOpener(scene, { ...input, keys: [newer, scene.organisation] });
    expect(both.open(row).person).toEqual(alice);
    const newerAlone = createContactOpener(scene, { ...input, keys: [newer] });
    expect(outcomeOf(() => newerAlone.open(row))).toBe("sealed-box/unknown-key");
  });

  it("is refused when any byte of its payload is changed, by anybody", () => {
    const row = createRow(scene, { person: bob });
    const step = primitives.backend === "node" ? 1 : 66;
    for (let at = 0; at < row.contact.payload.length; at += step) {
      const contact = { ...row.contact, payload: flipByte(row.contact.payload, at) };
      expect(outcome(scene, { ...row, contact })).toBe("sealed-box/not-authentic");
      expect(outcome(scene, withContact(scene, row, contact))).toBe("sealed-box/not-authentic");
    }
  });
});

describe("a row of contacts", () => {
  const scene = createScene();
  const row = createRow(scene);
  const other = createRow(scene, { person: bob });
  const partnerRow = createRow(scene, { keyPair: scene.partner });
  const changed = (header: Partial<ContactHeader>): OpenContactInput => ({
    ...row,
    header: { ...row.header, ...header },
  });

  it("is refused when any byte of nonce, keys, hashes or signature is changed", () => {
    for (const name of ["signKey", "nonce", "payloadHash", "commitment", "consentHash"] as const)
      for (let at = 0; at < row.header[name].length; at++)
        expect(outcome(scene, changed({ [name]: flipByte(row.header[name], at) }))).toBe("sealed-box/not-authentic");
    for (let at = 0; at < 64; at++)
      expect(outcome(scene, { ...row, headerSignature: flipByte(row.headerSignature, at) })).toBe(
        "sealed-box/not-authentic",
      );
    for (let at = 0; at < 32; at++) {
      const publicKey = { ...row.contact.publicKey, public: flipByte(row.contact.publicKey.public, at) };
      const signKey = { ...row.contact.signKey, public: flipByte(row.contact.signKey.public, at) };
      expect(outcome(scene, { ...row, contact: { ...row.contact, publicKey } })).toBe("sealed-box/not-authentic");
      expect(outcome(scene, { ...row, contact: { ...row.contact, signKey } })).toBe("sealed-box/not-authentic");
    }
    for (let at = 0; at < 24; at++) {
      const contact = { ...row.contact, nonce: flipByte(row.contact.nonce, at) };
      expect(outcome(scene, { ...row, contact })).toBe("sealed-box/not-authentic");
    }
  });

  it("is refused when two contacts swap places, with the gateway's help or without", () => {
    expect(outcome(scene, { ...row, contact: other.contact })).toBe("sealed-box/not-authentic");
    expect(outcome(scene, { ...row, header: other.header })).toBe("sealed-box/not-authentic");
    expect(outcome(scene, withContact(scene, row, other.contact))).toBe("sealed-box/context-mismatch");
    expect(outcome(scene, other)).toBe("opened");
  });

  it.each([
    ["action", randomId(scene.random, "cact")],
    ["campaign", randomId(scene.random, "ccam")],
    ["page", randomId(scene.random, "cpag")],
    ["organisation", randomId(scene.random, "corg")],
    ["consentHash", randomBytes(scene.random, 32)],
  ])("is refused under another %s, even where the gateway signs it", (name, value) => {
    const forged = changed({ [name]: value });
    expect(outcome(scene, forged)).toBe("sealed-box/not-authentic");
    expect(outcome(scene, signRow(scene, forged))).toBe("sealed-box/context-mismatch");
  });

  it("is refused under another commitment, sealing, time or key id", () => {
    const commitment = flipByte(row.header.commitment, 0);
    expect(outcome(scene, changed({ commitment }))).toBe("sealed-box/not-authentic");
    expect(outcome(scene, signRow(scene, changed({ commitment })))).toBe("sealed-box/commitment-mismatch");
    expect(outcome(scene, changed({ sealing: "gateway" }))).toBe("sealed-box/not-authentic");
    expect(outcome(scene, changed({ createdAtMs: row.header.createdAtMs + 1 }))).toBe("sealed-box/not-authentic");
    expect(outcome(scene, changed({ key: partnerRow.header.key }))).toBe("sealed-box/not-authentic");
    const { publicKey } = partnerRow.contact;
    const renamed = { ...row.contact, publicKey: { ...publicKey, public: row.contact.publicKey.public } };
    expect(outcome(scene, withContact(scene, row, renamed))).toBe("sealed-box/unknown-key");
    const both = createContactOpener(scene, {
      keys: [scene.organisation, scene.partner],
      gatewaySigningKey: scene.gateway.publicKey,
    });
    const moved = withContact(scene, row, { ...row.contact, publicKey });
    expect(outcomeOf(() => both.open(moved))).toBe("sealed-box/not-authentic");
    expect(outcomeOf(() => both.open(partnerRow))).toBe("opened");
  });

  it("is refused where the consent record beside it is another one", () => {
    expect(outcome(scene, { ...row, consentHash: other.consentHash })).toBe("sealed-box/consent-mismatch");
    expect(outcome(scene, { ...row, consentHash: new Uint8Array() })).toBe("sealed-box/consent-mismatch");
  });

  it("is refused under the signing key of another gateway", () => {
    const elsewhere = generateSigningKeyPair(scene.primitives, scene.random);
    const { headerSignature } = signRow({ ...scene, gateway: elsewhere }, row);
    expect(outcome(scene, { ...row, headerSignature })).toBe("sealed-box/not-authentic");
    const wrong = createContactOpener(scene, { keys: [scene.organisation], gatewaySigningKey: elsewhere.publicKey });
    expect(outcomeOf(() => wrong.open(row))).toBe("sealed-box/not-authentic");
  });

  it("gives two organisations one person, or at least one of them refuses", () => {
    const salt = randomBytes(scene.random, 32);
    const mine = createRow(scene, { salt, person: alice });
    const forged = createRow(scene, { salt, person: bob, keyPair: scene.partner, commitment: mine.header.commitment });
    const partner = createContactOpener(scene, { keys: [scene.partner], gatewaySigningKey: scene.gateway.publicKey });
    expect(outcome(scene, mine)).toBe("opened");
    expect(outcomeOf(() => partner.open(forged))).toBe("sealed-box/commitment-mismatch");
    const honest = createRow(scene, { salt, keyPair: scene.partner, commitment: mine.header.commitment });
    expect(partner.open(honest).person).toEqual(alice);
  });

  it("gives ids in their one spelling, so that a capital letter makes no second action", () => {
    const loud = { ...row, header: { ...row.header, action: row.header.action.toUpperCase() } };
    expect(openerOf(scene).open(loud).context.action).toBe(row.header.action);
  });

  it("opens nothing after the opener was destroyed, and leaves the caller's keys alone", () => {
    const opener = openerOf(scene);
    opener.destroy();
    expect(outcomeOf(() => opener.open(row))).toBe("bytes/secret-destroyed");
    expect(outcome(scene, row)).toBe("opened");
  });

  it("has a text form that opens the same, and refuses other lengths", () => {
    const text = contactToText(row.contact);
    expect(openerOf(scene).open({ ...row, contact: parseContactText(text) }).person).toEqual(alice);
    expect(outcomeOf(() => parseContactText({ ...text, nonce: `${text.nonce}AA` }))).toBe(
      "sealed-box/malformed-header",
    );
    const tooLong = { ...text, payload: "A".repeat(5484) };
    expect(outcomeOf(() => parseContactText(tooLong))).toBe("sealed-box/malformed-header");
    expect(outcomeOf(() => parseContactText({ ...text, payload: "=" }))).toBe("bytes/malformed-text");
  });
});

describe("the plain text of a contact", () => {
  const scene = createScene();
  const context = createContext(scene, scene.organisation);
  const salt = new Uint8Array(32);
  const withName = (lengthBytes: number) =>
    createContactPlaintext(scene.primitives, { person: { firstName: "a".repeat(lengthBytes) }, context, salt });
  const rest = new TextDecoder().decode(withName(0).exposePlainBytes()).trimEnd().length;

  it.each(contactSizes)("is padded to %i bytes up to the last byte", (size) => {
    expect(withName(size - 1 - rest).lengthBytes).toBe(size);
    expect(withName(size - rest).lengthBytes).toBe(size);
    if (size === 4096) expect(outcomeOf(() => withName(size + 1 - rest))).toBe("sealed-box/too-large");
    else expect(withName(size + 1 - rest).lengthBytes).toBe(size * 2);
  });

  it("is the only thing that is sealed", () => {
    const recipient = { public: scene.organisation.publicKey };
    const seal = (lengthBytes: number) =>
      outcomeOf(() => sealContact(scene, { plaintext: Plaintext.own(new Uint8Array(lengthBytes)), recipient }));
    for (const lengthBytes of [0, 511, 513, 4095, 4097]) expect(seal(lengthBytes)).toBe("sealed-box/not-padded");
    expect(seal(512)).toBe("opened");
  });

  it("has no place for a person with a field of our own, or for ids of another kind", () => {
    const make = (person: object, changes: object) => () =>
      createContactPlaintext(scene.primitives, { person: { ...person }, context: { ...context, ...changes }, salt });
    expect(outcomeOf(make({ _coterie: "x" }, {}))).toBe("sealed-box/invalid-json");
    expect(outcomeOf(make(alice, { action: context.page }))).toBe("bytes/malformed-text");
    expect(outcomeOf(make(alice, { consentHash: salt.subarray(1) }))).toBe("sealed-box/malformed-header");
    expect(outcomeOf(make(alice, { campaign: encodeTextForm("ccam", salt) }))).toBe("bytes/malformed-text");
    expect(outcomeOf(make(alice, {}))).toBe("opened");
  });

  // What a sealer that does not keep to the format could put inside.
  const exact = new TextDecoder().decode(withName(5).exposePlainBytes());
  it.each([
    ["a name twice", exact.replace(/^\{(.*)\} {19}/, '{$1,"firstName":"b"}')],
    ["white space between tokens", exact.replace('":"aaaaa', '": "aaaaa').slice(0, -1)],
    ["a needless escape", exact.replace("aaaaa", "\\u0061aaaa").slice(0, -5)],
    ["text that is not in NFC", exact.replace("aaaaa", "aae\u0301a").slice(0, -1)],
    ["a null member", `${exact.trimEnd().slice(0, -1)},"zip":null}`.padEnd(512)],
    ["members out of order", `${exact.trimEnd().slice(0, -1)},"a":1}`.padEnd(512)],
    ["an unknown member of the context", exact.replace('"v":1}', '"v":1,"w":1}').slice(0, -6)],
    ["a missing member of the context", exact.replace(',"v":1}', "}      ")],
    ["no context", '{"firstName":"Bob"}'.padEnd(512)],
    ["a context that is not an object", '{"_coterie":"x","firstName":"Bob"}'.padEnd(512)],
    ["too much padding", exact.padEnd(1024)],
    ["other padding", `${exact.slice(0, -1)}\n`],
    ["padding in front", ` ${exact.slice(0, -1)}`],
    ["nothing but padding", " ".repeat(512)],
    ["bytes after the object", `${exact.slice(0, -1)}}`],
    ["a list", "[1]".padEnd(512)],
  ])("is refused with %s", (_what, text) => {
    const bytes = new TextEncoder().encode(text);
    const size = contactSizes.find((candidate) => bytes.length <= candidate) ?? 0;
    const padded = new Uint8Array(size).fill(0x20);
    padded.set(bytes);
    const plaintext = Plaintext.own(padded);
    const row = createRow(scene, { context, salt, seal: (input) => sealContact(scene, { ...input, plaintext }) });
    expect(outcome(scene, row)).toBe("sealed-box/malformed-plaintext");
  });

  it("is opened where it is exact", () => {
    const plaintext = Plaintext.fromText(exact);
    const person = { firstName: "aaaaa" };
    const row = createRow(scene, {
      person,
      context,
      salt,
      seal: (input) => sealContact(scene, { ...input, plaintext }),
    });
    expect(openerOf(scene).open(row).person).toEqual(person);
  });
});
