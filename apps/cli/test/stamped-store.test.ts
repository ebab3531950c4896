// A store whose lines were verified when they were stored: what mallory changes on the disk is refused by the same names.
import { createHmac, randomBytes as systemBytes } from "node:crypto";
import { readFile, stat, writeFile } from "node:fs/promises";
import { planColumns } from "@coterie/actions/csv";
import { encodeFields } from "@coterie/bytes";
import { generateAgreementKeyPair, generateSigningKeyPair } from "@coterie/primitives";
import { nodePrimitives as primitives, systemRandom as random } from "@coterie/primitives/node";
import type { Contact } from "@coterie/protocol";
import { describe, expect, it } from "vitest";
import { LineStamps, type StampKeys } from "../src/contacts/line-stamps.ts";
import { LineVerifier } from "../src/contacts/line-verifier.ts";
import { createOpeningDeps, runOpeningJob } from "../src/contacts/opening-worker.ts";
import { encodeStoredContact } from "../src/contacts/stored-contact.ts";
import { pathsOf } from "../src/premises/organisation-folder.ts";
import { findStoreKey, getStoreKey } from "../src/premises/store-key.ts";
import { temporaryFolder } from "./cli-process.ts";
import { type ContactPlace, newId, sealedContact } from "./contact-fixtures.ts";

const recipient = generateAgreementKeyPair(primitives, random);
const gateway = generateSigningKeyPair(primitives, random);
const place: ContactPlace = {
  recipient,
  gateway,
  organisation: newId("corg"),
  campaign: newId("ccam"),
  page: newId("cpag"),
};
const storeKey = new Uint8Array(systemBytes(32));
const stampKeys: StampKeys = { storeKey, gatewaySigningKey: gateway.publicKey };
const anotherGateway = (): ContactPlace => ({ ...place, gateway: generateSigningKeyPair(primitives, random) });

async function stampedLines(contacts: readonly Contact[], threads = 1): Promise<string[]> {
  const verifier = new LineVerifier(stampKeys, threads);
  const bytes = await verifier.verify(contacts.map((contact) => `${encodeStoredContact(contact)}\n`));
  await verifier.close();
  return bytes.toString("utf8").trimEnd().split("\n");
}

interface Opened {
  readonly opened: number;
  readonly quarantined: number;
  readonly rows: string;
  readonly codes: readonly string[];
  /** Ed25519 verifications that were made. */
  readonly verifications: number;
}

function open(
  lines: readonly (string | Buffer)[],
  { key = storeKey }: { readonly key?: Uint8Array<ArrayBuffer> | "none" } = {},
): Opened {
  const setup = {
    secretKeys: [recipient.secretKey.exposeSecretBytes().slice()],
    gatewaySigningKey: gateway.publicKey,
    storeKey: key === "none" ? undefined : key.slice(),
    organisationId: place.organisation,
    filter: { sinceMs: undefined, campaign: undefined },
    formats: ["jsonl"] as const,
    columns: planColumns({ formSchemas: [], customFields: [] }),
    events: undefined,
    receiver: { name: "harbour-watch", title: "Harbour Watch" },
  };
  let verifications = 0;
  const counting: typeof primitives = {
    ...primitives,
    verify(publicKey, message, signature) {
      verifications++;
      return primitives.verify(publicKey, message, signature);
    },
  };
  const deps = createOpeningDeps(setup, counting);
  const input = new Uint8Array(Buffer.concat(lines.flatMap((line) => [Buffer.from(line), Buffer.from("\n")])));
  const outputs = [0, 1, 2].map(() => new Uint8Array(1024));
  const result = runOpeningJob(deps, { setup, job: { sequence: 0, input, lengthBytes: input.length, outputs } });
  deps.opener.destroy();
  const [rows = "", refused = ""] = result.outputs.map((bytes, i) =>
    Buffer.from(bytes.subarray(0, result.filledBytes[i])).toString("utf8"),
  );
  const refusals = refused.split("\n").filter((line) => line !== "");
  const { opened, quarantined } = result.counts;
  return { opened, quarantined, rows, codes: refusals.map((line) => JSON.parse(line).code), verifications };
}

describe("a store of stamped lines", () => {
  it("opens to the same rows as without stamps, and verifies no signature again", async () => {
    const contacts = Array.from({ length: 20 }, () => sealedContact(place));
    const plain = open(contacts.map(encodeStoredContact));
    const stamped = open(await stampedLines(contacts));
    expect(plain).toMatchObject({ opened: 20, verifications: 20 });
    expect(stamped).toMatchObject({ opened: 20, verifications: 0 });
    expect(stamped.rows).toBe(plain.rows);
  });

  it("is made by threads as it is made by one", async () => {
    const contacts = Array.from({ length: 600 }, () => sealedContact(place));
    const lines = await stampedLines(contacts, 2);
    expect(lines).toEqual(await stampedLines(contacts));
    expect(open(lines)).toMatchObject({ opened: 600, verifications: 0 });
  });

  it("holds what did not verify without a stamp, and refuses it by its name", async () => {
    const otherConsent = sealedContact(place);
    if (otherConsent.consent !== undefined) otherConsent.consent.locale = "de";
    const unsigned = { ...sealedContact(place), headerSignature: new Uint8Array(64) };
    const lines = await stampedLines([sealedContact(anotherGateway()), otherConsent, unsigned, sealedContact(place)]);
    expect(lines.map((line) => line.includes('"stamp":'))).toEqual([false, false, false, true]);
    expect(open(lines)).toMatchObject({ opened: 1, codes: Array(3).fill("sealed-box/not-authentic") });
  });

  it("is verified in full where the key is missing, another one, or of another gateway", async () => {
    const lines = await stampedLines([sealedContact(place)]);
    expect(open(lines, { key: "none" })).toMatchObject({ opened: 1, verifications: 1 });
    expect(open(lines, { key: new Uint8Array(32) })).toMatchObject({ opened: 1, verifications: 1 });
    const gatewaySigningKey = generateSigningKeyPair(primitives, random).publicKey;
    const stampOfAnother = new LineStamps({ storeKey, gatewaySigningKey });
    const line = Buffer.from(encodeStoredContact(sealedContact(place)), "utf8");
    const stamped = stampOfAnother.stamp(line, { consentHash: "A".repeat(43) });
    expect(open([stamped])).toMatchObject({ opened: 1, verifications: 1 });
  });

  it("counts no stamp that was not made with the key, whatever else the line says", async () => {
    const [a = "", b = ""] = await stampedLines([sealedContact(place), sealedContact(place)]);
    const forged = JSON.parse(encodeStoredContact(sealedContact(anotherGateway())));
    const { consentHash, stamp } = JSON.parse(b);
    for (const more of [{ consentHash }, { consentHash, stamp }, { stamp }, { consentHash, stamp: "A".repeat(43) }]) {
      const opened = open([JSON.stringify({ ...forged, ...more })]);
      expect(opened).toMatchObject({ opened: 0, codes: ["sealed-box/not-authentic"], verifications: 1 });
    }
    const copied = `${a.slice(0, a.indexOf(',"stamp"'))}${b.slice(b.indexOf(',"stamp"'))}`;
    expect(open([copied])).toMatchObject({ opened: 1, verifications: 1 });
  });

  it.each([
    "action",
    "campaign",
    "page",
    "payload",
    "nonce",
    "commitment",
    "signature",
    "createdAtMs",
    "sealing",
    "publicKey",
    "signKey",
    "consent",
  ])("refuses another line's %s, with the stamp of either", async (member) => {
    const elsewhere: ContactPlace = {
      ...place,
      campaign: newId("ccam"),
      page: newId("cpag"),
      recipient: generateAgreementKeyPair(primitives, random),
    };
    const mine = sealedContact(place, { createdAtMs: Date.UTC(2030, 0, 1) });
    const [line = "", foreign = ""] = await stampedLines([mine, sealedContact(elsewhere)]);
    const [json, donor] = [JSON.parse(line), JSON.parse(foreign)];
    const value = member === "sealing" ? "browser" : donor[member];
    expect(value).not.toEqual(json[member]);
    for (const { stamp, consentHash } of [json, donor, { stamp: json.stamp, consentHash: donor.consentHash }]) {
      const opened = open([JSON.stringify({ ...json, [member]: value, consentHash, stamp })]);
      expect(opened).toMatchObject({ opened: 0, codes: ["sealed-box/not-authentic"], verifications: 1 });
    }
  });

  it("trusts no line of which any one byte was changed", async () => {
    const [line = ""] = await stampedLines([sealedContact(place)]);
    const bytes = Buffer.from(line, "utf8");
    let verified = 0;
    for (let at = 0; at < bytes.length; at += 5) {
      const changed = Buffer.from(bytes);
      changed[at] = (changed[at] ?? 0) ^ 0x04;
      // Names of campaign and page, tracking and custom fields stand beside what the gateway signed.
      const { opened, quarantined, codes, verifications } = open([changed]);
      expect(opened + quarantined + codes.length).toBe(1);
      if (codes.length === 0) expect(verifications).toBe(1);
      verified += verifications;
    }
    expect(verified).toBeGreaterThan(100);
  });
});

describe("a damaged line", () => {
  it("is refused by name, not an end of everything, whatever member is missing or of another kind", async () => {
    const json = JSON.parse(encodeStoredContact(sealedContact(place)));
    const good = JSON.stringify(json);
    const paths = Object.entries(json).flatMap(([name, value]) =>
      typeof value === "object" && value !== null
        ? [[name], ...Object.keys(value).map((inner) => [name, inner])]
        : [[name]],
    );
    expect(paths.length).toBeGreaterThan(30);
    for (const [name = "", inner] of paths) {
      for (const value of [undefined, null, 1.5, [], "gatewax"]) {
        const changed = inner === undefined ? value : { ...json[name], [inner]: value };
        const outcome = open([JSON.stringify({ ...json, [name]: changed }), good]);
        const isText = value === "gatewax" && name !== "sealing";
        expect(outcome.opened).toBeGreaterThanOrEqual(1);
        // Custom fields are a list of any length, also of none.
        if (!isText && name !== "customFields")
          expect(outcome.codes).toEqual([expect.stringMatching(/^cli\/damaged-line$|^sealed-box\/|^actions\//)]);
      }
    }
  });
});

describe("a stamp", () => {
  it("is HMAC-SHA-256 of the line, under a key for this purpose and gateway", () => {
    const label = encodeFields("coterie/stored-contact/1", gateway.publicKey);
    const key = createHmac("sha256", storeKey).update(label).digest();
    for (const lengthBytes of [0, 1, 900, 5000, 20_000, 10]) {
      const line = Buffer.from(JSON.stringify({ text: "x".repeat(lengthBytes) }), "utf8");
      const stamps = new LineStamps(stampKeys);
      const stamped = stamps.stamp(line, { more: "1" }).toString("utf8");
      const covered = stamped.slice(0, stamped.indexOf(',"stamp"'));
      expect(JSON.parse(stamped).stamp).toBe(createHmac("sha256", key).update(covered).digest("base64url"));
      const framed = Buffer.from(`before\n${stamped}\nafter`, "utf8");
      const range = { startOffset: 7, endOffset: 7 + stamped.length };
      expect(stamps.isStamped(framed, range)).toBe(true);
      expect(stamps.isStamped(framed, { ...range, startOffset: 8 })).toBe(false);
      stamps.destroy();
      expect(stamps.isStamped(framed, range)).toBe(false);
    }
  });
});

describe("the store key", () => {
  it("is made once, for its owner alone", async () => {
    const folder = await temporaryFolder();
    expect(await findStoreKey(folder)).toBeUndefined();
    const keys = await Promise.all(Array.from({ length: 8 }, () => getStoreKey({ random }, folder)));
    for (const key of keys) expect(key).toEqual(await findStoreKey(folder));
    expect((await stat(pathsOf(folder).storeKey)).mode & 0o777).toBe(0o600);
    expect(Buffer.from((await readFile(pathsOf(folder).storeKey, "utf8")).trim(), "base64url")).toHaveLength(32);
  });

  it("is refused where the file holds something else", async () => {
    const folder = await temporaryFolder();
    for (const text of ["", "AAAA", "not base64!", "A".repeat(900)]) {
      await writeFile(pathsOf(folder).storeKey, text);
      await expect(findStoreKey(folder)).rejects.toMatchObject({ code: "cli/file-malformed" });
    }
  });
});
