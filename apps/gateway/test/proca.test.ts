// A client made for Proca against a real gateway: the documents that its widgets send, and what hostile ones send.
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
  type TestPage,
} from "./support/coalition.ts";
import { databaseOf } from "./support/mail-world.ts";
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

interface Reply {
  readonly status: number;
  readonly data: Record<string, Record<string, unknown>> | null;
  readonly errors: readonly {
    readonly message: string;
    readonly path?: string[];
    readonly extensions: { code: string };
  }[];
  readonly text: string;
}

async function post(body: string, headers: Record<string, string> = {}, address = gateway.address): Promise<Reply> {
  const response = await fetch(`${address}/api?id=1`, {
    method: "POST",
    headers: { "content-type": "application/json", accept: "application/json", ...headers },
    body,
  });
  const text = await response.text();
  const { data = null, errors = [] } = JSON.parse(text);
  return { status: response.status, data, errors, text };
}

const ask = async (query: string, variables: object = {}, headers: Record<string, string> = {}): Promise<Reply> =>
  await post(JSON.stringify({ query, variables, operationName: "", extensions: { captcha: "unused" } }), headers);

const codesOf = ({ errors }: Reply) => errors.map(({ extensions }) => extensions.code);

const signDocument = `mutation AddIt($action: ActionInput!, $contact: ContactInput!, $privacy: ConsentInput!,
  $contactRef: ID, $page: Int!, $tracking: TrackingInput) {
  addActionContact(actionPageId: $page, action: $action, contactRef: $contactRef, contact: $contact, privacy: $privacy,
    tracking: $tracking) { contactRef firstName }
}`;

const furtherDocument = `mutation Further($ref: ID!, $page: Int!, $type: String!, $fields: [CustomFieldInput!]) {
  addAction(actionPageId: $page, action: { actionType: $type, fields: $fields }, contactRef: $ref) { contactRef }
}`;

const alice = {
  firstName: "Alice",
  lastName: "Liddell",
  email: "alice@example.org",
  address: { country: "", postcode: "" },
};

const tracking = { source: "newsletter", medium: "email", campaign: "spring", content: null, location: null };

async function numberOf({ page }: TestPage): Promise<number> {
  const { data } = await ask("query ($name: String) { actionPage(name: $name) { id } }", { name: page.name });
  return Number(data?.["actionPage"]?.["id"]);
}

async function sign(page: TestPage, given: object = {}, headers: Record<string, string> = {}): Promise<Reply> {
  const action = { actionType: "petition", fields: [{ key: "comment-length", value: "12" }] };
  const variables = {
    page: await numberOf(page),
    action,
    contact: alice,
    privacy: { optIn: true },
    tracking,
    ...given,
  };
  return await ask(signDocument, variables, headers);
}

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
    const reply = await sign(page, { contact: { ...alice, email: "no-address", firstName: "" } });
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
    expect(codesOf(await sign(page, { contact: { ...alice, lastName: "Other" } }, headers))).toEqual(["conflict"]);
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

describe("queries", () => {
  it("give what a widget draws itself from", async () => {
    const page = await makePage({ lead });
    const document = `query GetIt($name: String, $id: Int) { actionPage(name: $name, id: $id) { __typename id config locale
      journey name live org { title } campaign { title name externalId status contactSchema org { title }
      stats { supporterCount } actions(actionType: "petition", limit: 10000) { fieldKeys list { actionType insertedAt
      fields { key value } } } } ... on PublicActionPage { thankYouTemplate } } }`;
    const byName = await ask(document, { name: page.page.name });
    expect(byName.errors).toEqual([]);
    expect(byName.data?.["actionPage"]).toMatchObject({
      __typename: "PublicActionPage",
      name: page.page.name,
      locale: "en",
      live: true,
      org: { title: lead.organisation.title },
      campaign: { title: "Keep the river clean", status: "LIVE", contactSchema: "BASIC", actions: { list: [] } },
    });
    const byNumber = await ask(document, { id: byName.data?.["actionPage"]?.["id"] });
    expect(byNumber.data).toEqual(byName.data);
    const campaign = await ask(`{ campaign(name: "${page.campaign.name}") { id name } }`);
    expect(campaign.data?.["campaign"]?.["name"]).toBe(page.campaign.name);
    expect(codesOf(await ask("{ campaign(id: 123456789) { name } }"))).toEqual(["not_found"]);
  });

  it("are answered to GET as well, and may be cached for a second", async () => {
    const page = await makePage({ lead });
    await sign(page);
    const parameters = new URLSearchParams({
      query: "query Count($name: String) { actionPage(name: $name) { campaign { stats { supporterCount } } } }",
      operationName: "Count",
      variables: JSON.stringify({ name: page.page.name }),
    });
    const response = await fetch(`${gateway.address}/api?${parameters.toString()}`);
    expect(response.headers.get("cache-control")).toBe("public, max-age=1");
    expect(response.headers.get("access-control-allow-origin")).toBe("*");
    expect(await response.json()).toEqual({ data: { actionPage: { campaign: { stats: { supporterCount: 1 } } } } });
  });

  it.each([
    [
      "a mutation",
      405,
      { query: 'mutation { addAction(actionPageId: 1, contactRef: "x", action: { actionType: "a" }) { contactRef } }' },
    ],
    [
      "a mutation behind a query",
      405,
      {
        query: 'query A { __typename } mutation B { linkActions(actionPageId: 1, contactRef: "x") { contactRef } }',
        operationName: "A",
      },
    ],
    ["nothing", 400, {}],
    ["variables that are no JSON", 400, { query: "{ __typename }", variables: "{" }],
    ["variables that are no object", 400, { query: "{ __typename }", variables: "[1]" }],
    ["a document that is none", 400, { query: "{" }],
  ])("by GET that ask for %s are refused and not cached", async (_what, status, parameters) => {
    const response = await fetch(`${gateway.address}/api?${new URLSearchParams(parameters).toString()}`);
    expect([response.status, response.headers.get("cache-control")]).toEqual([status, "no-store"]);
  });

  it("that fail are not cached", async () => {
    const query = "{ campaign(id: 123456789) { name } }";
    const response = await fetch(`${gateway.address}/api?${new URLSearchParams({ query }).toString()}`);
    expect(response.headers.get("cache-control")).toBe("no-store");
    expect(await response.json()).toMatchObject({ errors: [{ extensions: { code: "not_found" } }] });
  });

  it("are answered to any origin, without credentials, and not to other methods", async () => {
    const preflight = await fetch(`${gateway.address}/api`, { method: "OPTIONS" });
    expect(preflight.status).toBe(204);
    expect(preflight.headers.get("access-control-allow-origin")).toBe("*");
    expect(preflight.headers.get("access-control-allow-credentials")).toBeNull();
    const put = await fetch(`${gateway.address}/api`, { method: "PUT", body: "{}" });
    expect([put.status, put.headers.get("allow")]).toEqual([405, "GET, POST, OPTIONS"]);
  });
});

describe("hostile requests", () => {
  const nested = (depth: number) => `{ actionPage(id: 1) ${"{ campaign ".repeat(depth)}{ id }${" }".repeat(depth)} }`;
  const alias = (count: number, field: string) =>
    `{ ${Array.from({ length: count }, (_, index) => `a${index}: ${field}`).join(" ")} }`;
  const doubling = Array.from(
    { length: 60 },
    (_, i) => `fragment f${i} on RootQueryType { ...f${i + 1} ...f${i + 1} }`,
  );
  const secret = "carol@example.org";
  const bodies: [string, string][] = [
    ["no JSON", "{"],
    ["an array", "[]"],
    ["no query", "{}"],
    ["deep JSON", `{"query":"{__typename}","variables":${"[".repeat(20_000)}${"]".repeat(20_000)}}`],
    ["a number as query", `{"query":1}`],
    ["variables that are a list", `{"query":"{__typename}","variables":[1]}`],
    ...[
      ["no document", "}{"],
      ["an unknown field", `{ ${"x".repeat(50)} }`],
      ["deep nesting", nested(300)],
      ["1000 aliases", alias(1000, "__typename")],
      ["100 lookups", alias(100, "campaign(id: 1) { id }")],
      ["a fragment of itself", "{ ...f } fragment f on RootQueryType { ...f }"],
      ["doubling fragments", `{ ...f0 } ${doubling.join(" ")} fragment f60 on RootQueryType { a: __typename }`],
      ["a huge number", "{ actionPage(id: 99999999999999999999) { id } }"],
      [
        "two mutations",
        `mutation { a: linkActions(actionPageId: 1, contactRef: "x") { contactRef } b: linkActions(actionPageId: 1, contactRef: "x") { contactRef } }`,
      ],
      ["a subscription", "subscription { x }"],
      ["the person in an unknown argument", `{ actionPage(email: "${secret}") { id } }`],
    ].map(([name = "", query = ""]): [string, string] => [name, JSON.stringify({ query })]),
    [
      "a huge number as variable",
      JSON.stringify({ query: "query($id: Int) { actionPage(id: $id) { id } }", variables: { id: 1e15 } }),
    ],
    [
      "half a character",
      JSON.stringify({ query: "query($n: String) { actionPage(name: $n) { id } }", variables: { n: "\ud800\0" } }),
    ],
    [
      "a person as number",
      JSON.stringify({ query: signDocument, variables: { page: 1, contact: { email: [secret] } } }),
    ],
    ["no such operation", JSON.stringify({ query: "query A { __typename }", operationName: "B" })],
  ];

  it.each(bodies)("are refused: %s", async (_, body) => {
    const reply = await post(body);
    expect([200, 400]).toContain(reply.status);
    expect(reply.errors.length).toBeGreaterThan(0);
    expect(codesOf(reply)).not.toContain("internal");
    expect(reply.text).not.toContain(secret);
    expect(reply.text).not.toContain("xxxxx");
  });

  it("are refused: bodies that are too large or of another type", async () => {
    expect((await post(JSON.stringify({ query: `{ __typename ${"#".repeat(65_536)} }` }))).status).toBe(413);
    expect((await post("{}", { "content-type": "text/plain" })).status).toBe(415);
    expect((await ask("{ __typename }", {}, { "idempotency-key": "with space" })).status).toBe(400);
  });

  it("never break on custom fields that are no fields", async () => {
    const page = await makePage({ lead });
    for (const customFields of [
      "[1]",
      "{",
      `{"__proto__": {"a": 1}}`,
      `{"a b": 1}`,
      7,
      `{"a": "${"x".repeat(9000)}"}`,
      `{"a": "\\ud800"}`,
    ]) {
      const reply = await sign(page, { action: { actionType: "petition", customFields } });
      expect([reply.status, codesOf(reply)]).toEqual([200, [expect.stringMatching(/^(bad_input|too_large)$/)]]);
    }
    const taken = await sign(page, { action: { actionType: "petition", customFields: `{"size": 3, "note": null}` } });
    expect(taken.errors).toEqual([]);
  });

  it("may look at the schema", async () => {
    const reply = await ask(
      `{ __schema { types { name fields { name type { kind name ofType { name ofType { name } } } } } } }`,
    );
    expect(reply.errors).toEqual([]);
    expect(reply.text).toContain("RootMutationType");
  });

  it("share the rate of submissions", async () => {
    const narrow = await startTestGateway({
      rates: {
        submissions: { perSecond: 0.001, burst: 2 },
        reads: { perSecond: 1e6, burst: 1e6 },
        organisations: { perSecond: 1e6, burst: 1e6 },
        failedAuthentications: { perSecond: 1e6, burst: 1e6 },
      },
    });
    try {
      const statuses: number[] = [];
      for (let i = 0; i < 3; i++) statuses.push((await post(`{"query":"{__typename}"}`, {}, narrow.address)).status);
      expect(statuses).toEqual([200, 200, 429]);
    } finally {
      await narrow.close();
    }
  });
});
