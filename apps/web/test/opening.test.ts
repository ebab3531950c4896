import { columnNames, planColumns } from "@coterie/actions/csv";
import { decodeUtf8 } from "@coterie/bytes";
import { generateAgreementKeyPair } from "@coterie/primitives";
import { nodePrimitives as primitives, systemRandom as random } from "@coterie/primitives/node";
import { ConsentConfirmation, type Contact, OptIn } from "@coterie/protocol";
import { createContactOpener } from "@coterie/sealed-box/open";
import { describe, expect, it } from "vitest";
import type { ContactOpeningDeps } from "../src/contacts/open-contact.ts";
import { csvFile, countByCode, jsonLinesFile, OpenedContacts, refusedFile } from "../src/contacts/opened-contacts.ts";
import { openBatch, writeCsv } from "../src/contacts/opening-job.ts";
import { alice, encodeBatch, gatewayKeys, keys, makeContact, organisationId, textId } from "./contact-fixtures.ts";

const opener = createContactOpener({ primitives }, { keys: [keys], gatewaySigningKey: gatewayKeys.publicKey });
const deps: ContactOpeningDeps = { primitives, opener, organisationId };
const open = (contacts: readonly Contact[]) =>
  openBatch(deps, { kind: "open", batch: encodeBatch(contacts), previewRows: 1 });

describe("opening a batch", () => {
  it("gives exact lines, the first rows and the names it has seen", () => {
    const contacts = [makeContact({ customFields: { comment: "x" } }), makeContact(), makeContact()];
    const opened = open(contacts);
    const rows = decodeUtf8(opened.lines)
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(rows.map(({ actionId }) => actionId)).toEqual(contacts.map(({ actionId }) => actionId));
    expect(rows[0]).toMatchObject({
      person: alice,
      sealing: "gateway",
      consent: { optIn: "yes" },
      page: { name: "river-en" },
    });
    expect(opened).toMatchObject({
      opened: 3,
      refused: [],
      seen: { formSchemas: ["basic/1"], customFields: ["comment"] },
    });
    expect(opened.preview.length).toBe(1);
  });

  it("tells how the consent stands by mail", () => {
    const [asked, confirmed, declined] = [makeContact(), makeContact(), makeContact()];
    Object.assign(confirmed, {
      consentConfirmation: ConsentConfirmation.CONFIRMED,
      consentConfirmedAtMs: 1_700_000_009_000n,
    });
    Object.assign(declined, {
      consentConfirmation: ConsentConfirmation.DECLINED,
      consentConfirmedAtMs: 1_700_000_009_000n,
    });
    Object.assign(asked, { consentConfirmation: ConsentConfirmation.AWAITED });
    const opened = open([makeContact(), asked, confirmed, declined]);
    const consents = decodeUtf8(opened.lines)
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line).consent);
    expect(consents.map(({ confirmation, confirmedAt }) => [confirmation, confirmedAt])).toEqual([
      ["not-asked", ""],
      ["awaited", ""],
      ["confirmed", "2023-11-14T22:13:29.000Z"],
      ["declined", "2023-11-14T22:13:29.000Z"],
    ]);
  });

  const spoil: Readonly<Record<string, (contact: Contact) => void>> = {
    "a changed payload": (contact) => contact.payload.fill(1, 20, 21),
    "a changed signature": (contact) => contact.headerSignature.fill(1, 5, 9),
    "another consent": (contact) => {
      if (contact.consent !== undefined) contact.consent.optIn = OptIn.NO;
    },
    "another action": (contact) => {
      contact.actionId = textId("cact");
    },
    "another time": (contact) => {
      contact.createdAtMs++;
    },
  };
  for (const [what, change] of Object.entries(spoil))
    it(`refuses ${what}, and opens the others`, () => {
      const contacts = [makeContact(), makeContact(), makeContact()];
      const [, spoilt] = contacts;
      if (spoilt === undefined) throw new Error("no contact");
      change(spoilt);
      const opened = open(contacts);
      expect(opened.opened).toBe(2);
      expect(opened.refused).toEqual([{ actionId: spoilt.actionId, code: "sealed-box/not-authentic" }]);
    });

  it("refuses what is for another organisation, sealed to another key, incomplete, or not as the form", () => {
    const stranger = generateAgreementKeyPair(primitives, random);
    const incomplete = makeContact();
    delete incomplete.consent;
    const contacts = [
      makeContact({ organisation: textId("corg") }),
      makeContact({ recipient: stranger }),
      incomplete,
      makeContact({ person: { firstName: "Bob", email: "no address" } }),
    ];
    const codes = [
      "web/other-organisation",
      "sealed-box/unknown-key",
      "web/incomplete-contact",
      "web/form-not-followed",
    ];
    const opened = open(contacts);
    expect(opened.opened).toBe(0);
    expect(opened.refused).toEqual(contacts.map(({ actionId }, index) => ({ actionId, code: codes[index] })));
  });
});

describe("the files of a run", () => {
  it("have the order of delivery, whatever the order of arrival", async () => {
    const batches = ["Anna", "Bea", "Cleo"].map((firstName, index) =>
      open([makeContact({ person: { ...alice, firstName }, customFields: { [`field${index}`]: "1" } })]),
    );
    const contacts = new OpenedContacts();
    for (const sequence of [2, 0, 1]) {
      const batch = batches[sequence];
      if (batch !== undefined) contacts.add(sequence, batch);
    }
    expect(contacts.counts).toEqual({ opened: 3, refused: 0 });
    expect(contacts.preview.map(({ person }) => person["firstName"])).toEqual(["Anna", "Bea", "Cleo"]);
    const lines = (await jsonLinesFile(contacts).text()).trimEnd().split("\n");
    expect(lines.map((line) => JSON.parse(line).person.firstName)).toEqual(["Anna", "Bea", "Cleo"]);
    const file = await csvFile(contacts, async (piece, columns) => writeCsv({ kind: "csv", lines: piece, columns }));
    const csv = new TextDecoder("utf-8", { ignoreBOM: true }).decode(await file.arrayBuffer());
    const plan = planColumns({ formSchemas: ["basic/1"], customFields: ["field0", "field1", "field2"] });
    const [head = "", ...rows] = csv.trimEnd().split("\r\n");
    expect(head).toBe(`\ufeff${columnNames(plan).join(",")}`);
    expect(rows.map((row) => row.split(",")[8])).toEqual(["Anna", "Bea", "Cleo"]);
  });

  it("let no cell run as a formula", async () => {
    const contacts = new OpenedContacts();
    contacts.add(
      0,
      open([makeContact({ person: { ...alice, lastName: "=SUM(B2)" }, customFields: { comment: "@SUM(A1)" } })]),
    );
    const file = await csvFile(contacts, async (piece, columns) => writeCsv({ kind: "csv", lines: piece, columns }));
    const csv = await file.text();
    expect(csv).toContain(",'=SUM(B2),");
    expect(csv).toContain(",'@SUM(A1),");
    expect(csv).not.toMatch(/[,\n][=@+-]/);
  });

  it("name what was refused", async () => {
    const refused = [1, 2, 3].map((index) => ({ actionId: `cact${index}`, code: index === 2 ? "b" : "a" }));
    expect(await refusedFile(refused).text()).toBe("actionId,code\r\ncact1,a\r\ncact2,b\r\ncact3,a\r\n");
    expect(countByCode(refused)).toEqual([
      { code: "a", count: 2 },
      { code: "b", count: 1 },
    ]);
  });
});
