import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { encodeBase64Url } from "@coterie/bytes";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { coterie } from "./cli-process.ts";
import { alice, type ContactPlace, sealedContact } from "./contact-fixtures.ts";
import { type ExportTemplate, makeExportTemplate } from "./export-template.ts";
import type { FixtureGateway } from "./fixture-gateway.ts";

let template: ExportTemplate;
let gateway: FixtureGateway;
let premises: string;
let passphraseFile: string;
let place: ContactPlace;
let target: string;

beforeAll(async () => {
  template = await makeExportTemplate();
  ({ gateway } = template);
});
afterAll(async () => await template.close());

beforeEach(async () => {
  const fresh = await template.copy();
  ({ premises, passphraseFile, place } = fresh);
  target = join(fresh.organisationFolder, "contacts.proca");
});

const messages = async () =>
  (await readFile(target, "utf8"))
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));

describe("exporting for Proca's tools", { timeout: 180_000 }, () => {
  it("writes sealed messages without a passphrase, in which nobody is to be read", async () => {
    gateway.contacts.push(sealedContact(place, { customFields: { size: "3" } }), sealedContact(place));
    const ended = await coterie(["contacts", "export", "--format", "proca", "--premises", premises]);
    expect(ended).toMatchObject({ code: 0 });
    const [first, ...rest] = await messages();
    const [contact] = gateway.contacts;
    expect(rest).toHaveLength(1);
    expect(first).toEqual({
      schema: "proca:action:2",
      stage: "deliver",
      actionId: contact?.actionId,
      actionPageId: place.page,
      campaignId: place.campaign,
      orgId: place.organisation,
      action: {
        actionType: "petition",
        customFields: { size: "3" },
        createdAt: "2030-01-02T00:00:00.000Z",
        testing: false,
      },
      actionPage: {
        locale: "en",
        name: "clean-harbour-en",
        thankYouTemplate: null,
        thankYouTemplateRef: null,
        supporterConfirmTemplate: null,
      },
      campaign: { name: "clean-harbour", title: "clean-harbour", externalId: null, contactSchema: "basic" },
      org: { name: "harbour-watch", title: "Harbour Watch" },
      contact: { contactRef: contact?.actionId, dupeRank: 0 },
      personalInfo: {
        payload: encodeBase64Url(contact?.payload ?? new Uint8Array(0)),
        nonce: encodeBase64Url(contact?.nonce ?? new Uint8Array(0)),
        encryptKey: { id: contact?.publicKey?.id, public: encodeBase64Url(template.keyPair.publicKey) },
        signKey: {
          id: contact?.signKey?.id,
          public: encodeBase64Url(contact?.signKey?.public ?? new Uint8Array(0)),
        },
      },
      privacy: {
        optIn: true,
        givenAt: "2030-01-02T00:00:00.000Z",
        emailStatus: null,
        emailStatusChanged: null,
        withConsent: true,
      },
      tracking: { source: "newsletter", medium: "email", campaign: "", content: "", location: "" },
    });
    expect(await readFile(target, "utf8")).not.toContain("alice");
    expect((await stat(target)).mode & 0o777).toBe(0o600);
  });

  it("replaces a file only where it is told to, and filters", async () => {
    gateway.contacts.push(sealedContact(place, { campaignName: "odd" }), sealedContact(place));
    const command = ["contacts", "export", "--format", "proca", "--premises", premises];
    expect(await coterie(command)).toMatchObject({ code: 0 });
    expect((await coterie(command)).code).not.toBe(0);
    expect(await coterie([...command, "--overwrite", "--only", "odd"])).toMatchObject({ code: 0 });
    expect((await messages()).map(({ campaign }) => campaign.name)).toEqual(["odd"]);
  });

  it("writes people in clear where it is told to, and none that was tampered with", async () => {
    const flipped = sealedContact(place);
    flipped.payload = flipped.payload.map((byte, i) => (i === 100 ? byte ^ 1 : byte));
    gateway.contacts.push(sealedContact(place), flipped);
    const command = ["contacts", "export", "--format", "proca", "--premises", premises];
    const ended = await coterie([...command, "--opened", "--passphrase-file", passphraseFile]);
    expect(ended).toMatchObject({ code: 3 });
    const opened = await messages();
    expect(opened).toHaveLength(1);
    expect(opened[0]).toMatchObject({
      schema: "proca:action:2",
      personalInfo: null,
      contact: { ...alice, dupeRank: 0 },
    });
    expect((await coterie(["contacts", "export", "--opened", "--premises", premises])).code).not.toBe(0);
  });
});
