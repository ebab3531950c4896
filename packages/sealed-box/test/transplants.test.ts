// 10,000 transplants: parts of one row, envelope or key file put into another one.
import { describe, expect, it } from "vitest";
import { Plaintext } from "@coterie/bytes";
import { randomBytes } from "@coterie/primitives";
import { createKeyFile, type KeyFile, unlockKeyFile } from "../src/key-file.ts";
import { createContactOpener, type OpenContactInput, openEnvelope } from "../src/open.ts";
import { type ContactContext, type ContactHeader, sealEnvelope } from "../src/seal.ts";
import {
  alice,
  bob,
  countOutcomes,
  createContext,
  createRow,
  createScene,
  outcomeOf,
  pickBelow,
  randomId,
  signRow,
  withCheapArgon2id,
} from "./fixtures.ts";

const scene = createScene();
const { primitives, random, organisation, partner } = scene;
const pick = <Item>(list: readonly Item[]): Item => {
  const item = list[pickBelow(random, list.length)];
  if (item === undefined) throw new Error("an empty list");
  return item;
};

/** Rows that differ in one thing or in many: campaign, page, organisation, key, person. */
function createRows(): readonly OpenContactInput[] {
  const base = createContext(scene, organisation);
  const variants: readonly Partial<ContactContext>[] = [
    {},
    { campaign: randomId(random, "ccam") },
    { page: randomId(random, "cpag") },
    { organisation: randomId(random, "corg") },
    { consentHash: randomBytes(random, 32) },
  ];
  return [organisation, partner].flatMap((keyPair) =>
    variants.flatMap((variant) =>
      [alice, bob].map((person) => {
        const { key } = createContext(scene, keyPair);
        return createRow(scene, {
          person,
          keyPair,
          context: { ...base, action: randomId(random, "cact"), ...variant, key },
        });
      }),
    ),
  );
}

const contactParts = ["payload", "nonce", "publicKey", "signKey"] as const;
const headerParts = [
  "action",
  "campaign",
  "page",
  "organisation",
  "key",
  "signKey",
  "nonce",
  "payloadHash",
  "commitment",
  "consentHash",
] as const;
const rowParts = ["headerSignature", "consentHash"] as const;

/** `into` with one to four parts of `from`; signed again by the gateway where it helps. */
function transplant(into: OpenContactInput, from: OpenContactInput): OpenContactInput {
  const contact: Record<string, unknown> = { ...into.contact };
  const header: Record<string, unknown> = { ...into.header };
  const row: Record<string, unknown> = { headerSignature: into.headerSignature, consentHash: into.consentHash };
  for (let i = 0; i <= pickBelow(random, 4); i++) {
    const place = pickBelow(random, 3);
    if (place === 0) assign(contact, from.contact, pick(contactParts));
    else if (place === 1) assign(header, from.header, pick(headerParts));
    else assign(row, from, pick(rowParts));
  }
  // cast: the same members with values of the same types
  const joined = { ...row, contact, header } as unknown as OpenContactInput;
  if (pickBelow(random, 2) === 0) return joined;
  const { publicKey, signKey, nonce, payload } = joined.contact;
  const helped = {
    ...joined.header,
    key: publicKey.id,
    signKey: signKey.public,
    nonce,
    payloadHash: primitives.sha256(payload),
  };
  // cast: key ids of other rows are key ids
  return signRow(scene, { ...joined, header: helped as ContactHeader });
}

function assign(target: Record<string, unknown>, source: object, name: string): void {
  target[name] = new Map<string, unknown>(Object.entries(source)).get(name);
}

// Whatever the order of its members.
const fingerprint = (row: object): string =>
  JSON.stringify(row, (_, value: unknown) => {
    if (value instanceof Uint8Array) return value.join();
    if (typeof value !== "object" || value === null) return value;
    return Object.fromEntries(Object.entries(value).toSorted(([left], [right]) => (left < right ? -1 : 1)));
  });

describe("a transplant", () => {
  it("of parts between rows is refused, 8,000 times, half of them signed again by the gateway", () => {
    const rows = createRows();
    const opener = createContactOpener(scene, {
      keys: [organisation, partner],
      gatewaySigningKey: scene.gateway.publicKey,
    });
    const genuine = new Set(rows.map(fingerprint));
    for (const row of rows) expect(outcomeOf(() => opener.open(row))).toBe("opened");
    const outcomes: string[] = [];
    while (outcomes.length < 8000) {
      const changed = transplant(pick(rows), pick(rows));
      if (!genuine.has(fingerprint(changed))) outcomes.push(outcomeOf(() => opener.open(changed)));
    }
    const counts = countOutcomes(outcomes);
    expect(counts["opened"]).toBeUndefined();
    // Each check has stopped some: none of them is idle.
    for (const code of ["not-authentic", "context-mismatch", "commitment-mismatch", "consent-mismatch"])
      expect(counts[`sealed-box/${code}`]).toBeGreaterThan(0);
  });

  it("of an envelope into another place is refused, 1,000 times", () => {
    const places = ["tenant", "form", "row", "room", "epoch", "sender", "recipient", "version", "message type"];
    const base = places.map((name): string | number => `${name} 1`);
    const seal = (context: readonly (string | number)[]) =>
      sealEnvelope(scene, {
        plaintext: Plaintext.fromText("content"),
        recipients: [organisation.publicKey, partner.publicKey],
        context,
      });
    const envelope = seal(base);
    const open = (bytes: Uint8Array, context: readonly (string | number)[]) =>
      outcomeOf(() => openEnvelope(scene, { envelope: bytes, keyPair: pick([organisation, partner]), context }));
    expect(open(envelope, base)).toBe("opened");
    const outcomes = Array.from({ length: 500 }, (_, i) =>
      open(envelope, base.with(i % places.length, pick([`${pick(places)} 2`, "", i, base[i % places.length] + "\0"]))),
    );
    // Bytes of one envelope in another one for the same place.
    const twin = seal(base);
    while (outcomes.length < 1000) {
      const start = pickBelow(random, envelope.length);
      const end = start + 1 + pickBelow(random, envelope.length - start);
      if (start <= 2 && end === envelope.length) continue;
      const mixed = Uint8Array.from(envelope);
      mixed.set(twin.subarray(start, end), start);
      const same = (other: Uint8Array) => mixed.every((byte, i) => byte === other[i]);
      if (!same(envelope) && !same(twin)) outcomes.push(open(mixed, base));
    }
    expect(countOutcomes(outcomes)).toEqual({ "sealed-box/not-authentic": 1000 });
  });

  it("of values between key files is refused, 1,000 times", () => {
    const deps = { primitives: withCheapArgon2id(primitives).primitives, random, now: () => 0 };
    const passphrase = "a fake passphrase";
    const strengths = [3, 4].map((passes) => ({ memoryKiB: 65536, passes }));
    const files = [organisation, partner].flatMap((keyPair) =>
      strengths.map((strength) => createKeyFile(deps, { keyPair, passphrase, comment: "", strength })),
    );
    const unlock = (file: KeyFile) => outcomeOf(() => unlockKeyFile(deps, { file, passphrase }));
    const genuine = new Set(files.map(fingerprint));
    for (const file of files) expect(unlock(file)).toBe("opened");
    const outcomes: string[] = [];
    while (outcomes.length < 1000) {
      const [into, from] = [pick(files), pick(files)];
      const file: Record<string, unknown> = { ...into, kdf: { ...into.kdf } };
      for (let i = 0; i <= pickBelow(random, 3); i++)
        assign(file, from, pick(["keyId", "public", "kdf", "nonce", "commitment", "wrapped"]));
      if (pickBelow(random, 3) === 0) file["kdf"] = { ...into.kdf, [pick(["salt", "passes"])]: pick(files).kdf.passes };
      if (typeof new Map(Object.entries(file["kdf"] ?? {})).get("salt") !== "string") file["kdf"] = from.kdf;
      // cast: the same members with values of the same types
      const changed = file as unknown as KeyFile;
      if (!genuine.has(fingerprint(changed))) outcomes.push(unlock(changed));
    }
    expect(Object.keys(countOutcomes(outcomes)).toSorted()).toEqual([
      "sealed-box/key-file-malformed",
      "sealed-box/key-file-not-opened",
    ]);
  });
});
