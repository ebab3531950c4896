// The very file that visitors load, after all that the build does to it, against libsodium.
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { textsOf } from "@coterie/actions/form";
import { decodeBase64Url, encodeBase64Url } from "@coterie/bytes";
import { nodePrimitives } from "@coterie/primitives/node";
import { contactCommitment } from "@coterie/sealed-box/seal";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { buildWidget } from "../e2e/support/widget-build.ts";
import type { Sealing } from "../src/sealing.ts";
import { alpha, beta, noTracking, pageView } from "./fixture.ts";

let folder: string;
let sealing: Sealing;

beforeAll(async () => {
  folder = await buildWidget();
  // The frame's script looks for its place in the document, and does nothing without one.
  vi.stubGlobal("document", { querySelector: () => null });
  const frame: { loadBrowserSealing: () => Promise<Sealing> } = await import(
    pathToFileURL(join(folder, "frame.js")).href
  );
  sealing = await frame.loadBrowserSealing();
});
afterAll(async () => {
  vi.unstubAllGlobals();
  await rm(folder, { recursive: true, force: true });
});

interface Opened {
  readonly person: Readonly<Record<string, string>>;
  readonly salt: string;
  readonly commitment: string;
  readonly payloadBytes: number;
}

async function sealAndOpen(lastName: string): Promise<Opened> {
  const person = { firstName: "Zofia", lastName, email: "zofia@example.org" };
  const body = await sealing.encodeSubmission({
    page: pageView(),
    pins: new Set([alpha.keyId, beta.keyId]),
    wordings: textsOf("pl").wordings,
    answers: { optIns: new Map(), locale: "pl", givenAtMs: 1 },
    tracking: noTracking,
    person,
    actionId: sealing.newActionId(),
  });
  const { contacts, commitment } = JSON.parse(body).sealed;
  const contact = contacts.find(({ keyId }: { keyId: string }) => keyId === alpha.keyId);
  const key = nodePrimitives.deriveBoxKey(alpha.keys.secretKey, decodeBase64Url(contact.signKey));
  const payload = decodeBase64Url(contact.payload);
  const plain = nodePrimitives.decryptBox(key, decodeBase64Url(contact.nonce), payload);
  const { _coterie: context, ...opened } = JSON.parse(new TextDecoder().decode(plain));
  expect(() => nodePrimitives.decryptBox(key, decodeBase64Url(contact.nonce).fill(0), payload)).toThrow();
  return { person: opened, salt: context.salt, commitment, payloadBytes: payload.length };
}

describe("the built file that seals", () => {
  it("makes boxes and hashes that libsodium makes as well, for every length around a block and every size of contact", async () => {
    const lengths = [...Array.from({ length: 140 }, (_, length) => length), 500, 900, 1500, 2500, 3500];
    const sizes = new Set<number>();
    for (const length of lengths) {
      const lastName = "x".repeat(length);
      const { person, salt, commitment, payloadBytes } = await sealAndOpen(lastName);
      expect(person).toEqual({ firstName: "Zofia", lastName, email: "zofia@example.org" });
      const expected = contactCommitment(nodePrimitives, { person, salt: decodeBase64Url(salt) });
      expect(commitment).toBe(encodeBase64Url(expected));
      sizes.add(payloadBytes);
    }
    expect([...sizes].toSorted((left, right) => left - right)).toEqual([528, 1040, 2064, 4112]);
  });

  it("derives the ids of keys as everybody does", async () => {
    const page = pageView();
    expect(sealing.pinsOfPage(page)).toEqual(new Set([beta.keyId, alpha.keyId]));
    expect(await sealing.checkPins({ page, pins: sealing.parsePins(`${alpha.keyId} ${beta.keyId}`) })).toBeUndefined();
    expect(await sealing.checkPins({ page, pins: sealing.parsePins(`${alpha.keyId} ${alpha.keyId}`) })).toBe(
      "added-receiver",
    );
  });
});
