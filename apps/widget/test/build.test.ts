// What the build makes of the widget: each file that a visitor loads, and how much of it.
import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { buildWidget } from "../e2e/support/widget-build.ts";

const entries = ["coterie-action.js", "frame.js", "page.js", "page-sealing.js"];
const sealers = ["frame.js", "page-sealing.js"];
const goalBytes = 30_000;
let folder: string;

beforeAll(async () => {
  folder = await buildWidget();
});
afterAll(async () => await rm(folder, { recursive: true, force: true }));

function textOf(name: string): string {
  return readFileSync(join(folder, name), "utf8");
}

function named(prefix: string): readonly string[] {
  return readdirSync(folder).filter((name) => name.startsWith(prefix));
}

function gzipBytes(...names: readonly string[]): number {
  return names.reduce((sum, name) => sum + gzipSync(textOf(name), { level: 9 }).length, 0);
}

describe("the built widget", () => {
  it("imports nothing before it runs, so that an entry's integrity covers all that runs with it", () => {
    const assets = JSON.parse(textOf("assets.json"));
    for (const entry of entries) expect([entry, assets[entry].imports]).toEqual([entry, []]);
  });

  it("has the element under a name of its content, too", () => {
    const assets = JSON.parse(textOf("assets.json"));
    const { addressed, integrity } = assets["coterie-action.js"];
    const element = textOf("coterie-action.js");
    const digest = createHash("sha256").update(element).digest("hex");
    expect(addressed).toBe(`coterie-action-${digest.slice(0, 16)}.js`);
    expect(textOf(addressed)).toBe(element);
    // What may change under its name is given no integrity to embed it by.
    expect(integrity).toBeUndefined();
    expect(assets[addressed].integrity).toBe(`sha384-${createHash("sha384").update(element).digest("base64")}`);
  });

  it("names every file that is loaded later by its content", () => {
    const later = readdirSync(folder).filter((name) => name.endsWith(".js") && !entries.includes(name));
    expect(later.length).toBeGreaterThan(6);
    for (const name of later) expect(name).toMatch(/-[0-9a-f]{16}\.js$/);
  });

  it("carries key code only where the browser seals, and rules of nationalities only for initiatives", () => {
    const sealing = entries.filter((name) => textOf(name).includes("coterie/contact-commitment/1"));
    expect(sealing).toEqual(sealers);
    const initiatives = readdirSync(folder).filter((name) => textOf(name).includes("Rijksregisternummer"));
    expect(initiatives).toEqual(named("eci-"));
  });

  it("loads what some visitors need only there, from the very file that they loaded before", () => {
    const logs = named("pinned-log-");
    expect(logs).toHaveLength(2);
    const importsOf = (name: string): string[] =>
      [...textOf(name).matchAll(/from"([^"]*)"/g)].map(([, from = ""]) => from);
    expect(logs.flatMap(importsOf).toSorted()).toEqual(["./frame.js", "./page-sealing.js"]);
    for (const entry of entries) expect([entry, importsOf(entry)]).toEqual([entry, []]);
    expect(sealers.filter((name) => textOf(name).includes("coterie/key-log/1"))).toEqual([]);
  });

  // Mails are part of every number: the file that seals has what an address needs.
  it("is at most 30,000 bytes of gzip for a visit, in any language; what some visits add is bounded, too", () => {
    const [elementForm = ""] = named("element-form-");
    const [initiative = ""] = named("eci-");
    const log = Math.max(...named("pinned-log-").map((name) => gzipBytes(name)));
    const work = gzipBytes(...named("proof-of-work-"));
    expect(named("texts-")).toHaveLength(4);
    for (const texts of named("texts-")) {
      const inFrame = gzipBytes("coterie-action.js", "frame.js", "style.css", texts);
      const visits = [
        gzipBytes("coterie-action.js", elementForm, texts) + gzipBytes(initiative),
        inFrame,
        gzipBytes("page.js", "style.css", texts, initiative),
        gzipBytes("page-sealing.js", "style.css", texts, initiative),
      ];
      for (const visit of visits) expect(visit).toBeLessThanOrEqual(goalBytes);
      // Above the goal, by what the audited libraries weigh when they are taken whole (docs/adr/0007).
      expect(inFrame + gzipBytes(initiative)).toBeLessThanOrEqual(30_300);
      expect(inFrame + log).toBeLessThanOrEqual(32_200);
      expect(inFrame + work).toBeLessThanOrEqual(32_600);
      expect(inFrame + gzipBytes(initiative) + log).toBeLessThanOrEqual(33_400);
    }
  });
});
