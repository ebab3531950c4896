// Signatures and further actions of a client made for Proca, against a real gateway.
import { nodePrimitives } from "@coterie/primitives/node";
import { OptIn, Sealing } from "@coterie/protocol";
import { Client as PgClient } from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  makeOrganisation,
  makePage,
  newActionId,
  openContact,
  pullAll,
  type TestOrganisation,
} from "./support/coalition.ts";
import { databaseOf } from "./support/mail-world.ts";
import { codesOf, createProcaClient, procaAlice } from "./support/proca-client.ts";
import { codeOf, connectClients, startTestGateway, type TestGateway } from "./support/gateway.ts";

let gateway: TestGateway;
let lead: TestOrganisation;
let partner: TestOrganisation;

beforeAll(async () => {
  gateway = await startTestGateway();
  lead = await makeOrganisation(gateway, { stem: "lead" });
  partner = await makeOrganisation(gateway, { stem: "partner" });
}, 60_000);

afterAll(async () => await gateway.close());

const { ask, numberOf, sign } = createProcaClient(() => gateway.address);

const furtherDocument = `mutation Further($ref: ID!, $page: Int!, $type: String!, $fields: [CustomFieldInput!]) {
  addAction(actionPageId: $page, action: { actionType: $type, fields: $fields }, contactRef: $ref) { contactRef }
}`;

describe("a signature by Proca's mutation", () => {
  it("is sealed to the organisation, which opens it with its consent and custom fields", async () => {
    const page = await makePage({ lead });
    const reply = await sign(page);
    expect(reply.errors).toEqual([]);
    expect(reply.data?.["addActionContact"]).toMatchObject({ firstName: "Alice" });
    expect(reply.data?.["addActionContact"]?.["contactRef"]).toMatch(/^[A-Za-z0-9_-]{43}$/);
    const contact = (await pullAll(lead)).find(({ pageId }) => pageId === page.page.id);
    if (contact === undefined) throw new Error("nothing arrived");
    expect(await openContact(lead, { contact })).toMatchObject({
      firstName: "Alice",
      lastName: "Liddell",
      email: "alice@example.org",
    });
    expect(contact.consent?.wordingId).toBe("api/1");
    expect(contact.consent?.purpose).toBe("newsletter");
    expect(contact.customFields).toEqual({ "comment-length": "12" });
    expect(contact.tracking).toMatchObject({ source: "newsletter", medium: "email", campaign: "spring" });
    await expect(openContact(lead, { contact, keys: partner.keys })).rejects.toThrow();
  });

  // The rule of docs/protocol/actions.md §7, written out: [delivers, forced, optIn, leadOptIn] and who receives.
  it.each([
    [true, false, false, false, ["partner"]],
    [true, false, true, true, ["partner", "lead"]],
    [true, true, false, false, ["partner", "lead"]],
    [false, false, false, false, ["lead"]],
    [false, false, true, null, ["partner", "lead"]],
    [true, false, null, null, ["partner"]],
  ] as const)(
    "goes by the coalition rule: %s %s %s %s",
    async (delivers, forcesDelivery, optIn, leadOptIn, expected) => {
      const page = await makePage({ lead, runner: partner }, { delivers, forcesDelivery });
      expect(codesOf(await sign(page, { privacy: { optIn, leadOptIn } }))).toEqual([]);
      const receivers: string[] = [];
      for (const [name, owner] of [
        ["partner", partner],
        ["lead", lead],
      ] as const) {
        const contact = (await pullAll(owner)).find(({ pageId }) => pageId === page.page.id);
        if (contact === undefined) continue;
        receivers.push(name);
        expect(await openContact(owner, { contact })).toMatchObject({ email: "alice@example.org" });
        const answer = name === "partner" ? optIn : leadOptIn;
        expect(contact.consent?.purpose).toBe(answer === null ? "delivery" : "newsletter");
      }
      expect(receivers).toEqual(expected);
    },
  );

  it("follows the form of a citizens' initiative, from Proca's spelling of it", async () => {
    const page = await makePage({ lead }, { formSchema: "eci/1" });
    const address = {
      country: "DE",
      postcode: "10115",
      locality: "Berlin",
      street: "Invalidenstraße",
      streetNumber: "1",
    };
    const contact = { name: "Ada  Maria Example", birthDate: "1990-01-31", nationality: { country: "DE" }, address };
    expect(codesOf(await sign(page, { contact: { ...contact, email: "ada@example.org", phone: "1" } }))).toEqual([]);
    const delivered = (await pullAll(lead)).find(({ pageId }) => pageId === page.page.id);
    if (delivered === undefined) throw new Error("nothing arrived");
    expect(await openContact(lead, { contact: delivered })).toEqual({
      firstName: "Ada",
      lastName: "Maria Example",
      birthDate: "1990-01-31",
      nationality: { country: "DE" },
      country: "DE",
      postcode: "10115",
      city: "Berlin",
      street: "Invalidenstraße",
      streetNumber: "1",
    });
    const { errors } = await sign(page, { contact: { ...contact, address: { country: "DE", postcode: "10115" } } });
    expect(errors.map(({ path }) => path?.join("."))).toContain("contact.address.locality");
  });

  it("is refused field by field in Proca's spelling, without a word of the person", async () => {
    const page = await makePage({ lead });
    const reply = await sign(page, { contact: { ...procaAlice, email: "no-address", firstName: "" } });
    expect(reply.status).toBe(200);
    expect(reply.errors.map(({ path }) => path)).toEqual([
      ["contact", "firstName"],
      ["contact", "email"],
    ]);
    expect(codesOf(reply)).toEqual(["invalid_person", "invalid_person"]);
    expect(reply.text).not.toContain("no-address");
    expect(reply.text).not.toContain("Liddell");
  });

  it("is refused by pages that seal in the browser, and where the type is another or things are not taken", async () => {
    const sealed = await makePage({ lead }, { sealing: Sealing.BROWSER });
    expect(codesOf(await sign(sealed))).toEqual(["wrong_sealing"]);
    const page = await makePage({ lead });
    expect(codesOf(await sign(page, { action: { actionType: "donate" } }))).toEqual(["wrong_action_type"]);
    const donation = { amount: "5", currency: "EUR", payload: "{}" };
    expect(codesOf(await sign(page, { action: { actionType: "petition", donation } }))).toEqual(["unsupported"]);
    expect(codesOf(await sign(page, { action: { actionType: "petition", testing: true } }))).toEqual(["unsupported"]);
    expect(codesOf(await sign(page, { page: 2_000_000_000 }))).toEqual(["not_found"]);
    expect((await pullAll(lead)).filter(({ pageId }) => pageId === page.page.id)).toEqual([]);
  });

  it("is one action where it is repeated under an idempotency key, two without", async () => {
    const page = await makePage({ lead });
    const headers = { "idempotency-key": "key-of-alice" };
    const first = await sign(page, {}, headers);
    expect((await sign(page, {}, headers)).data).toEqual(first.data);
    expect(codesOf(await sign(page, { contact: { ...procaAlice, lastName: "Other" } }, headers))).toEqual(["conflict"]);
    expect((await pullAll(lead)).filter(({ pageId }) => pageId === page.page.id)).toHaveLength(1);
    const another = await sign(page);
    expect(another.data).not.toEqual(first.data);
    expect((await pullAll(lead)).filter(({ pageId }) => pageId === page.page.id)).toHaveLength(2);
  });

  it("cannot be handed in by a form: its wording is not one of ours", async () => {
    const page = await makePage({ lead });
    const { actions } = connectClients(gateway.address);
    const consent = {
      organisationId: lead.organisation.id,
      purpose: "newsletter",
      optIn: OptIn.YES,
      wordingId: "api/1",
      wordingHash: nodePrimitives.sha256(new Uint8Array(0)),
      locale: "en",
      givenAtMs: 0n,
    };
    const person = { case: "personJson", value: JSON.stringify({ firstName: "A", email: "a@example.org" }) } as const;
    const request = { actionId: newActionId(), pageId: page.page.id, consents: [consent], person };
    expect(await codeOf(actions.submit(request))).toBe("invalid");
  });
});

describe("further actions", () => {
  const numbersDocument = `query ($page: Int!) { actionPage(id: $page) { campaign { id name stats {
    supporterCount actionCount { actionType count } supporterCountByOrg { org { name } count }
    supporterCountByOthers(orgName: "nobody") supporterCountByArea { area count } } } } }`;

  it("are taken for a reference, linked where it was made up before, and counted", async () => {
    const page = await makePage({ lead, runner: partner });
    const number = await numberOf(page);
    const further = async (ref: string, type = "share") =>
      await ask(furtherDocument, { ref, page: number, type, fields: [{ key: "medium", value: "chat" }] });
    expect(codesOf(await further("0d6aa0a2-made-up-before"))).toEqual([]);
    expect(codesOf(await further("0d6aa0a2-made-up-later"))).toEqual([]);
    const { data } = await sign(page, { contactRef: "0d6aa0a2-made-up-before" });
    const ref = String(data?.["addActionContact"]?.["contactRef"]);
    expect(codesOf(await further(ref, "mail"))).toEqual([]);
    const linkDocument = `mutation ($ref: ID!, $page: Int!, $refs: [String!]) {
      linkActions(actionPageId: $page, contactRef: $ref, linkRefs: $refs) { contactRef } }`;
    const changed = `${ref.startsWith("A") ? "B" : "A"}${ref.slice(1)}`;
    const refs = ["0d6aa0a2-made-up-later"];
    expect(codesOf(await ask(linkDocument, { ref, page: number, refs }))).toEqual([]);
    expect(codesOf(await ask(linkDocument, { ref: changed, page: number, refs }))).toEqual(["not_found"]);
    const numbers = await ask(numbersDocument, { page: number });
    expect(numbers.errors).toEqual([]);
    expect(numbers.data?.["actionPage"]).toEqual({
      campaign: {
        id: expect.any(Number),
        name: page.campaign.name,
        stats: {
          supporterCount: 1,
          actionCount: [
            { actionType: "petition", count: 1 },
            { actionType: "mail", count: 1 },
            { actionType: "share", count: 2 },
          ],
          supporterCountByOrg: [{ org: { name: partner.organisation.name }, count: 1 }],
          supporterCountByOthers: 1,
          supporterCountByArea: [],
        },
      },
    });
  });

  it("are not taken for a reference of another campaign", async () => {
    const [here, elsewhere] = [await makePage({ lead }), await makePage({ lead })];
    const { data } = await sign(here);
    const ref = data?.["addActionContact"]?.["contactRef"];
    const reply = await ask(furtherDocument, { ref, page: await numberOf(elsewhere), type: "share", fields: [] });
    expect(codesOf(reply)).toEqual(["not_found"]);
  });

  it("leave no made-up reference in the database", async () => {
    const page = await makePage({ lead });
    const ref = "made-up-by-olga";
    await ask(furtherDocument, { ref, page: await numberOf(page), type: "share", fields: [] });
    const sql = new PgClient(await databaseOf(gateway));
    await sql.connect();
    const { rows } = await sql.query<{ text: string }>("SELECT l::text AS text FROM linked_actions l");
    await sql.end();
    expect(rows.length).toBeGreaterThan(0);
    expect(rows.filter(({ text }) => text.includes(ref))).toEqual([]);
  });
});
