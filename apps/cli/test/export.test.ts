import { readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { coterie, restlessFile } from "./cli-process.ts";
import { alice, type ContactPlace, sealedContact } from "./contact-fixtures.ts";
import { type ExportTemplate, makeExportTemplate } from "./export-template.ts";
import { type FixtureGateway, placeOf, startFixtureGateway } from "./fixture-gateway.ts";
import { hostileTexts } from "./hostile-texts.ts";

let template: ExportTemplate;
let gateway: FixtureGateway;
let premises: string;
let common: string[];
let place: ContactPlace;
let organisationFolder: string;

beforeAll(async () => {
  template = await makeExportTemplate();
  ({ gateway } = template);
});
afterAll(async () => await template.close());

beforeEach(async () => {
  const fresh = await template.copy();
  ({ premises, organisationFolder, place } = fresh);
  common = ["--premises", premises, "--passphrase-file", fresh.passphraseFile];
});

const linesOf = async (path: string): Promise<string[]> =>
  (await readFile(path, "utf8")).split("\n").filter((line) => line !== "");
const actionsOf = async (path: string): Promise<string[]> =>
  (await linesOf(path)).map((line) => JSON.parse(line).actionId);
const wanted = (): string[] => gateway.contacts.map(({ actionId }) => actionId);

// Each starts the command several times: on a loaded machine a second or more each.
describe("exporting", { timeout: 180_000 }, () => {
  it("shows the person in clear as JSON lines and CSV, and adds later what came since", async () => {
    gateway.contacts.push(sealedContact(place, { customFields: { comment: '=1+1, "hi"' } }));
    const first = await coterie(["contacts", "export", "--json", ...common]);
    expect(first).toMatchObject({ code: 0 });
    expect(JSON.parse(first.out)).toMatchObject({ organisation: "harbour-watch", opened: 1, refused: 0 });
    const jsonl = join(organisationFolder, "contacts.jsonl");
    const csv = join(organisationFolder, "contacts.csv");
    expect(JSON.parse((await linesOf(jsonl))[0] ?? "")).toMatchObject({
      actionId: gateway.contacts[0]?.actionId,
      createdAt: "2030-01-02T00:00:00.000Z",
      person: alice,
      consent: { optIn: "yes", purpose: "newsletter", wordingId: "opt-in/1" },
      customFields: { comment: '=1+1, "hi"' },
    });
    const [head = "", row = ""] = await linesOf(csv);
    expect(head.split(",")).toContain("address.locality");
    expect(row).toContain("Éxample");
    expect(row).toContain(`"'=1+1, ""hi"""`);
    expect((await stat(csv)).mode & 0o777).toBe(0o600);

    gateway.contacts.push(sealedContact(place));
    expect(await coterie(["contacts", "export", ...common])).toMatchObject({ code: 0 });
    expect(await coterie(["contacts", "export", ...common])).toMatchObject({ code: 0 });
    expect(await actionsOf(jsonl)).toEqual(wanted());
    expect(await linesOf(csv)).toHaveLength(3);
    expect((await linesOf(csv)).slice(0, 2)).toEqual([head, row]);
  });

  it("keeps the order with several threads, and filters by campaign and day", async () => {
    for (let i = 0; i < 1500; i++) {
      const createdAtMs = Date.UTC(2030, 0, 1 + (i % 3));
      gateway.contacts.push(sealedContact(place, { createdAtMs, campaignName: i % 2 === 0 ? "even" : "odd" }));
    }
    const out = join(organisationFolder, "all.jsonl");
    expect(await coterie(["contacts", "export", "--out", out, "--workers", "4", ...common])).toMatchObject({ code: 0 });
    expect(await actionsOf(out)).toEqual(wanted());
    const opened = await coterie(["contacts", "open", "--only", "odd", "--since", "2030-01-02", ...common]);
    expect(opened).toMatchObject({ code: 0, err: "" });
    const some = gateway.contacts.filter((_, i) => i % 2 === 1 && i % 3 > 0).map(({ actionId }) => actionId);
    expect(
      opened.out
        .trimEnd()
        .split("\n")
        .map((line) => JSON.parse(line).actionId),
    ).toEqual(some);
  });

  it("refuses what was tampered with, swapped or sealed to an unknown key, by action id, with exit code 3", async () => {
    const stranger = placeOf(gateway);
    const good = sealedContact(place);
    const [a, b] = [sealedContact(place), sealedContact(place)];
    const flipped = sealedContact(place);
    flipped.payload = flipped.payload.map((byte, i) => (i === 100 ? byte ^ 1 : byte));
    const otherConsent = sealedContact(place);
    if (otherConsent.consent !== undefined) otherConsent.consent.locale = "de";
    const foreign = sealedContact(placeOf(gateway, template.keyPair), {});
    foreign.organisationId = sealedContact({ ...place, organisation: place.organisation }).campaignId.replace(
      "ccam",
      "corg",
    );
    const forged = sealedContact({ ...place, gateway: (await startAndClose()).signing });
    gateway.contacts.push(
      good,
      { ...a, payload: b.payload, nonce: b.nonce, signKey: b.signKey },
      flipped,
      otherConsent,
      foreign,
      forged,
      sealedContact(stranger),
      { ...sealedContact(place), headerSignature: new Uint8Array(64) },
    );
    const ended = await coterie(["contacts", "export", "--json", ...common]);
    expect(ended).toMatchObject({ code: 3 });
    expect(JSON.parse(ended.out)).toMatchObject({ opened: 1, refused: 7, quarantined: 0 });
    expect(await actionsOf(join(organisationFolder, "contacts.jsonl"))).toEqual([good.actionId]);
    const refused = (await linesOf(join(organisationFolder, "contacts.refused.jsonl"))).map((line) => JSON.parse(line));
    expect(refused.map(({ actionId }) => actionId)).toEqual(wanted().slice(1));
    const codes = refused.map(({ code }) => code);
    expect(codes.slice(0, 3)).toEqual(Array(3).fill("sealed-box/not-authentic"));
    expect(codes).toContain("cli/other-organisation");
    expect(codes).toContain("sealed-box/unknown-key");
    const opened = await coterie(["contacts", "open", ...common]);
    expect(opened).toMatchObject({ code: 3 });
    for (const { actionId, code } of refused) expect(opened.err).toContain(`refused ${actionId} ${code}`);
  });

  it("quarantines persons that do not follow the form schema: hostile texts do not reach the export as persons", async () => {
    const texts = hostileTexts.filter((text) => text.normalize("NFC") === text && text.length < 800);
    for (const text of texts)
      gateway.contacts.push(
        sealedContact(place, { person: { ...alice, firstName: text }, customFields: { comment: text } }),
      );
    gateway.contacts.push(
      sealedContact(place, { person: { lastName: "without the rest" } }),
      sealedContact(place, { formSchema: "unknown/9" }),
    );
    const ended = await coterie(["contacts", "export", "--json", ...common]);
    expect(ended).toMatchObject({ code: 3 });
    const { opened, quarantined, refused } = JSON.parse(ended.out);
    expect(opened + quarantined + refused).toBe(gateway.contacts.length);
    expect(quarantined).toBeGreaterThan(100);
    const quarantine = await linesOf(join(organisationFolder, "contacts.quarantine.jsonl"));
    expect(quarantine).toHaveLength(quarantined);
    expect(JSON.parse(quarantine.at(-2) ?? "").problems).toContainEqual({ field: "firstName", problem: "missing" });
    const exported = new Set(await actionsOf(join(organisationFolder, "contacts.jsonl")));
    for (const line of quarantine) expect(exported.has(JSON.parse(line).actionId)).toBe(false);
    const csv = await readFile(join(organisationFolder, "contacts.csv"), "utf8");
    expect(csv).not.toMatch(/[\u0000\u202e\u001b]/);
  });

  it("does not touch a file that it did not make, nor one made with other options", async () => {
    gateway.contacts.push(sealedContact(place));
    const out = join(organisationFolder, "mine.csv");
    await writeFile(out, "mine");
    const refused = await coterie(["contacts", "export", "--format", "csv", "--out", out, ...common]);
    expect(refused).toMatchObject({ code: 8 });
    expect(await readFile(out, "utf8")).toBe("mine");
    expect(
      await coterie(["contacts", "export", "--format", "csv", "--overwrite", "--out", out, ...common]),
    ).toMatchObject({ code: 0 });
    expect(await coterie(["contacts", "export", "--format", "csv", "--bom", "--out", out, ...common])).toMatchObject({
      code: 8,
    });
    expect(await linesOf(out)).toHaveLength(2);
    expect(
      await coterie(["contacts", "export", "--format", "csv", "--bom", "--overwrite", "--out", out, ...common]),
    ).toMatchObject({ code: 0 });
    expect((await readFile(out))[0]).toBe(0xef);
  });

  it("makes the CSV anew when a new custom field needs a column", async () => {
    gateway.contacts.push(sealedContact(place, { customFields: { b: "1" } }));
    await coterie(["contacts", "export", ...common]);
    gateway.contacts.push(sealedContact(place, { customFields: { a: "2" } }));
    expect(await coterie(["contacts", "export", ...common])).toMatchObject({ code: 0 });
    const [head = "", ...rows] = await linesOf(join(organisationFolder, "contacts.csv"));
    expect(head).toContain("custom.a,custom.b,otherCustomFields");
    expect(rows.map((row) => row.split(",").slice(-3).join(",").trimEnd())).toEqual([",1,", "2,,"]);
    expect(await actionsOf(join(organisationFolder, "contacts.jsonl"))).toEqual(wanted());
  });

  it("loses and doubles nothing through kills at random points, with a checkpoint after every piece", async () => {
    for (let i = 0; i < 3500; i++) gateway.contacts.push(sealedContact(place));
    expect(await coterie(["contacts", "pull", "--premises", premises])).toMatchObject({ code: 0 });
    const jsonl = join(organisationFolder, "contacts.jsonl");
    const whole = join(organisationFolder, "whole.jsonl");
    let kills = 0;
    let resumed = 0;
    for (let run = 0; run < 60; run++) {
      const before = await sizeAtCheckpoint();
      if (before > 0) resumed++;
      const ended = await coterie(["contacts", "export", "--no-pull", "--quiet", "--workers", "2", ...common], {
        entry: restlessFile,
        onStart: (child) => {
          void growBeyond(jsonl, before).then(() => child.kill("SIGKILL"));
        },
      });
      if (ended.signal === "SIGKILL") {
        kills++;
        expect(await sizeAtCheckpoint()).toBeGreaterThanOrEqual(before);
        // A torn tail, as a crash leaves it: cut off by the next run.
        await writeFile(jsonl, '{"actionId":"torn', { flag: "a" });
      } else break;
    }
    expect(await coterie(["contacts", "export", "--no-pull", ...common])).toMatchObject({ code: 0 });
    expect(await actionsOf(jsonl)).toEqual(wanted());
    expect(await linesOf(join(organisationFolder, "contacts.csv"))).toHaveLength(3501);
    await coterie(["contacts", "export", "--no-pull", "--out", whole, ...common]);
    expect(await readFile(jsonl)).toEqual(await readFile(whole));
    expect(kills).toBeGreaterThanOrEqual(3);
    expect(resumed).toBeGreaterThanOrEqual(2);
  });

  async function sizeAtCheckpoint(): Promise<number> {
    const text = await readFile(join(organisationFolder, "contacts.checkpoint"), "utf8").catch(() => undefined);
    return text === undefined ? 0 : JSON.parse(text).sizes[0];
  }
});

/** Waits until a file outgrows what its checkpoint held, and a random moment more. */
async function growBeyond(path: string, size: number): Promise<void> {
  for (let i = 0; i < 5000; i++) {
    const now = (await stat(path).catch(() => undefined))?.size ?? 0;
    if (now > size + 200_000) break;
    await sleep(1);
  }
  await sleep(Math.random() * 150);
}

async function startAndClose(): Promise<FixtureGateway> {
  const other = await startFixtureGateway();
  await other.close();
  return other;
}
