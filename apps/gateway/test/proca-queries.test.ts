// What a client made for Proca asks for, and what hostile ones send.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { makeOrganisation, makePage, type TestOrganisation } from "./support/coalition.ts";
import { startTestGateway, type TestGateway, wideRates } from "./support/gateway.ts";
import { codesOf, createProcaClient, signDocument } from "./support/proca-client.ts";

let gateway: TestGateway;
let lead: TestOrganisation;

beforeAll(async () => {
  gateway = await startTestGateway();
  lead = await makeOrganisation(gateway, { stem: "lead" });
});

afterAll(async () => await gateway.close());

const { ask, post, sign } = createProcaClient(() => gateway.address);

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
    const rates = { ...wideRates, submissions: { perSecond: 0.001, burst: 2 } };
    const narrow = await startTestGateway({ rates });
    const client = createProcaClient(() => narrow.address);
    try {
      const statuses: number[] = [];
      for (let i = 0; i < 3; i++) statuses.push((await client.post(`{"query":"{__typename}"}`)).status);
      expect(statuses).toEqual([200, 200, 429]);
    } finally {
      await narrow.close();
    }
  });
});
