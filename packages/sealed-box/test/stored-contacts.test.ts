// Contacts that an organisation keeps: verified once, opened often. The public opener is the twin that must agree.
import { describe, expect, it } from "vitest";
import { encodeTextForm } from "@coterie/bytes";
import { randomBytes } from "@coterie/primitives";
import { createContactHeaderEncoder, type HeaderParts } from "../src/header-encoder.ts";
import {
  createContactOpener,
  createDeliveredContactVerifier,
  createStoredContactOpener,
  type DeliveredContact,
  type OpenContactInput,
} from "../src/open.ts";
import { createContactHeader, encodeContactHeader } from "../src/seal.ts";
import {
  alice,
  bob,
  createContext,
  createRow,
  createScene,
  flipByte,
  outcomeOf,
  pickBelow,
  randomId,
} from "./fixtures.ts";

const scene = createScene();
const { primitives, random, organisation, partner, gateway } = scene;
const gatewaySigningKey = gateway.publicKey;
const keys = [organisation];

const publicOpener = createContactOpener({ primitives }, { keys, gatewaySigningKey });
const opener = createStoredContactOpener({ primitives }, { keys, gatewaySigningKey });
const verifier = createDeliveredContactVerifier({ primitives }, { gatewaySigningKey });

function deliver({ contact, header, headerSignature, consentHash }: OpenContactInput): DeliveredContact {
  const { action, campaign, page, organisation: receiver, commitment, sealing, createdAtMs } = header;
  return {
    contact,
    action,
    campaign,
    page,
    organisation: receiver,
    commitment,
    sealing,
    createdAtMs,
    consentHash,
    headerSignature,
  };
}

function openPublicly(delivered: DeliveredContact): unknown {
  const header = createContactHeader(primitives, delivered);
  const { contact, headerSignature, consentHash } = delivered;
  return publicOpener.open({ contact, header, headerSignature, consentHash });
}

/** The same contact with one thing changed, by name of what was changed. */
function tamperedWith(row: DeliveredContact, other: DeliveredContact): Readonly<Record<string, DeliveredContact>> {
  const { contact } = row;
  return {
    payload: { ...row, contact: { ...contact, payload: flipByte(contact.payload, 40) } },
    "payload of another size": { ...row, contact: { ...contact, payload: contact.payload.subarray(1) } },
    nonce: { ...row, contact: { ...contact, nonce: flipByte(contact.nonce, 3) } },
    sender: { ...row, contact: { ...contact, signKey: other.contact.signKey } },
    "sender's id": { ...row, contact: { ...contact, signKey: { ...contact.signKey, id: other.contact.signKey.id } } },
    "key id": { ...row, contact: { ...contact, publicKey: { ...contact.publicKey, id: other.contact.signKey.id } } },
    "spelling of the key id": {
      ...row,
      contact: { ...contact, publicKey: { ...contact.publicKey, id: contact.publicKey.id.toUpperCase() } },
    },
    "mistyped key id": { ...row, contact: { ...contact, publicKey: { ...contact.publicKey, id: "ckey1" } } },
    "whole contact": { ...row, contact: other.contact },
    action: { ...row, action: other.action },
    campaign: { ...row, campaign: other.campaign },
    page: { ...row, page: other.page },
    organisation: { ...row, organisation: other.organisation },
    "kind of id": { ...row, page: row.campaign },
    commitment: { ...row, commitment: flipByte(row.commitment, 0) },
    "consent record": { ...row, consentHash: flipByte(row.consentHash, 31) },
    sealing: { ...row, sealing: "gateway" },
    time: { ...row, createdAtMs: row.createdAtMs + 1 },
    "impossible time": { ...row, createdAtMs: -1 },
    signature: { ...row, headerSignature: other.headerSignature },
    "one bit of the signature": { ...row, headerSignature: flipByte(row.headerSignature, 9) },
  };
}

describe("opening stored contacts", () => {
  const row = deliver(createRow(scene, { person: alice }));
  const other = deliver(createRow(scene, { person: bob }));

  it("gives what the public opener gives, with and without verifying the header again", () => {
    const expected = openPublicly(row);
    expect(expected).toMatchObject({ person: alice });
    expect(opener.open(row)).toEqual(expected);
    expect(() => verifier.verify(row)).not.toThrow();
    expect(opener.openWithVerifiedHeader(row)).toEqual(expected);
  });

  it.each(Object.keys(tamperedWith(row, other)))("refuses another %s as the public opener does", (what) => {
    const tampered = tamperedWith(row, other)[what];
    if (tampered === undefined) throw new Error("no such tampering");
    const refusal = outcomeOf(() => openPublicly(tampered));
    expect(refusal).toMatch(/^sealed-box\/|^bytes\/malformed-text$/);
    expect(outcomeOf(() => opener.open(tampered))).toBe(refusal);
    expect(outcomeOf(() => verifier.verify(tampered))).toBe(refusal);
  });

  it("refuses without the signature whatever the box itself tells apart", () => {
    for (const what of ["payload", "nonce", "sender", "whole contact", "action", "campaign", "page", "organisation"]) {
      const tampered = tamperedWith(row, other)[what] ?? row;
      expect(outcomeOf(() => opener.openWithVerifiedHeader(tampered))).toMatch(/not-authentic|context-mismatch/);
    }
    const withCommitment = { ...row, commitment: other.commitment };
    expect(outcomeOf(() => opener.openWithVerifiedHeader(withCommitment))).toBe("sealed-box/commitment-mismatch");
    const withConsent = { ...row, consentHash: other.consentHash };
    expect(outcomeOf(() => opener.openWithVerifiedHeader(withConsent))).toBe("sealed-box/context-mismatch");
  });

  it("refuses what is sealed to a key that is not here, and everything after it was destroyed", () => {
    const foreign = deliver(createRow(scene, { keyPair: partner }));
    expect(outcomeOf(() => opener.open(foreign))).toBe("sealed-box/unknown-key");
    expect(outcomeOf(() => opener.openWithVerifiedHeader(foreign))).toBe("sealed-box/unknown-key");
    const destroyed = createStoredContactOpener({ primitives }, { keys, gatewaySigningKey });
    destroyed.destroy();
    expect(outcomeOf(() => destroyed.openWithVerifiedHeader(row))).toBe("bytes/secret-destroyed");
  });
});

describe("the header encoder", () => {
  const times = [0, 1, 2 ** 32 - 1, 2 ** 32, Number.MAX_SAFE_INTEGER];

  function randomParts(encodedBefore: readonly HeaderParts[]): HeaderParts {
    const fresh = deliver(createRow(scene, { context: createContext(scene, organisation) }));
    const before = encodedBefore[pickBelow(random, Math.max(1, encodedBefore.length))];
    const sealing = pickBelow(random, 2) === 0 ? "gateway" : "browser";
    const createdAtMs = times[pickBelow(random, times.length)] ?? 0;
    const parts = { ...fresh, sealing, createdAtMs, payloadHash: randomBytes(random, 32) } as const;
    if (before === undefined || pickBelow(random, 3) === 0) return parts;
    return { ...parts, campaign: before.campaign, page: ` ${before.page.toUpperCase()} ` };
  }

  it("encodes 500 random headers, one after the other, like its simple twin", () => {
    const encoder = createContactHeaderEncoder();
    const before: HeaderParts[] = [];
    for (let i = 0; i < 500; i++) {
      const parts = randomParts(before);
      before.push(parts);
      const header = { ...createContactHeader(primitives, parts), payloadHash: parts.payloadHash };
      expect(Buffer.from(encoder.encode(parts)).equals(encodeContactHeader(header))).toBe(true);
    }
  });

  it("remembers ids of thousands of campaigns and still gives each its own bytes", () => {
    const encoder = createContactHeaderEncoder();
    const parts = randomParts([]);
    const campaigns = Array.from({ length: 2500 }, (_, i) => encodeTextForm("ccam", Uint8Array.of(...idOf(i))));
    for (const campaign of [...campaigns, ...campaigns]) {
      const header = { ...createContactHeader(primitives, { ...parts, campaign }), payloadHash: parts.payloadHash };
      expect(Buffer.from(encoder.encode({ ...parts, campaign })).equals(encodeContactHeader(header))).toBe(true);
    }
  });

  it("refuses what its twin refuses, also right after a good header", () => {
    const encoder = createContactHeaderEncoder();
    const parts = randomParts([]);
    const bad: readonly Partial<HeaderParts>[] = [
      { action: randomId(random, "ccam") },
      { campaign: randomId(random, "cact") },
      { organisation: "corg1" },
      { commitment: new Uint8Array(31) },
      { consentHash: new Uint8Array(33) },
      { createdAtMs: 0.5 },
    ];
    for (const change of bad) {
      encoder.encode(parts);
      const refusal = outcomeOf(() => encodeContactHeader(createContactHeader(primitives, { ...parts, ...change })));
      expect(refusal).not.toBe("opened");
      expect(outcomeOf(() => encoder.encode({ ...parts, ...change }))).toBe(refusal);
    }
  });
});

function idOf(number: number): number[] {
  return Array.from({ length: 16 }, (_, i) => (i < 2 ? (number >> (8 * i)) & 0xff : i));
}
