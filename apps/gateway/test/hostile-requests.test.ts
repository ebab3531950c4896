// Requests that no form makes: hostile JSON, broken protocol, wrong methods. None is a fault of the gateway, none echoes input.
import { toJson } from "@bufbuild/protobuf";
import { Sealing, SubmitRequestSchema } from "@coterie/protocol";
import fc from "fast-check";
import { readFile } from "node:fs/promises";
import { connect } from "node:net";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  clearRequest,
  makeOrganisation,
  makePage,
  newActionId,
  sealedRequest,
  type TestOrganisation,
  type TestPage,
} from "./support/coalition.ts";
import { codeOf, connectClients, startTestGateway, type TestGateway } from "./support/gateway.ts";

let gateway: TestGateway;
let owner: TestOrganisation;
let clear: TestPage;
let sealed: TestPage;

beforeAll(async () => {
  gateway = await startTestGateway();
  owner = await makeOrganisation(gateway);
  clear = await makePage({ lead: owner });
  sealed = await makePage({ lead: owner }, { sealing: Sealing.BROWSER });
});

afterAll(async () => {
  await gateway.close();
});

const submitPath = "/coterie.actions.v1.ActionService/Submit";
const marker = "Zq7hostileMarker";

interface Reply {
  readonly status: number;
  readonly code: string | null;
}

async function post(
  body: string | Uint8Array<ArrayBuffer>,
  { path = submitPath, type = "application/json" } = {},
): Promise<Reply> {
  const response = await fetch(`${gateway.address}${path}`, {
    method: "POST",
    headers: { "content-type": type },
    body,
  });
  const text = await response.text();
  const headers = [...response.headers].flat().join("\n");
  expect(text + headers).not.toContain(marker);
  return { status: response.status, code: response.headers.get("coterie-error") };
}

function wire(change: Record<string, unknown> = {}): Record<string, unknown> {
  const request = toJson(SubmitRequestSchema, clearRequest(clear.page));
  return { ...(typeof request === "object" && !Array.isArray(request) ? request : {}), ...change };
}

const deep = (open: string, close: string, levels: number): string => `${open.repeat(levels)}${close.repeat(levels)}`;

describe("hostile bodies", () => {
  it("are refused as invalid, never as a fault, and leave Object.prototype alone", async () => {
    const valid = JSON.stringify(wire());
    const withFields = (text: string): string => valid.replace(/}$/, `,"customFields":${text}}`);
    const bodies = [
      "",
      " ",
      "null",
      "true",
      "1e400",
      "[]",
      '"text"',
      "{",
      "{}}",
      "{'a':1}",
      "NaN",
      "\ufeff{}",
      deep("[", "]", 30_000),
      deep('{"a":', "}", 10_000).replace("}", "1}"),
      `{"customFields":${deep('{"a":', "}", 5000).replace("}", "1}")}}`,
      `{"__proto__":{"polluted":"${marker}"}}`,
      `{"constructor":{"prototype":{"polluted":"${marker}"}}}`,
      JSON.stringify(wire({ customFields: { a: 1 } })),
      JSON.stringify(wire({ customFields: { [marker]: { b: 2 } } })),
      JSON.stringify(wire({ customFields: "x" })),
      JSON.stringify(wire({ customFields: { "bad name": marker } })),
      JSON.stringify(wire({ customFields: { "": marker } })),
      JSON.stringify(wire({ customFields: { nul: "\u0000" } })),
      valid.replace(/"actionId":"[^"]*"/, '"actionId":"\\ud800"'),
      JSON.stringify(wire({ actionId: marker })),
      JSON.stringify(wire({ actionId: owner.organisation.id })),
      JSON.stringify(wire({ actionId: 12 })),
      JSON.stringify(wire({ actionId: "9".repeat(60_000) })),
      JSON.stringify(wire({ pageId: `cpag1${"q".repeat(26)}` })),
      JSON.stringify(wire({ consents: [] })),
      JSON.stringify(wire({ consents: {} })),
      JSON.stringify(wire({ consents: Array.from({ length: 1000 }, () => ({})) })),
      JSON.stringify(wire({ consents: [{ organisationId: marker }] })),
      JSON.stringify(wire({ consents: [{ organisationId: owner.organisation.id, optIn: -1 }] })),
      JSON.stringify(wire({ personJson: "" })),
      JSON.stringify(wire({ personJson: marker })),
      JSON.stringify(wire({ personJson: "[]" })),
      JSON.stringify(wire({ personJson: "null" })),
      JSON.stringify(wire({ personJson: deep("[", "]", 4000) })),
      JSON.stringify(wire({ personJson: `{"__proto__":{"firstName":"${marker}"}}` })),
      JSON.stringify(wire({ personJson: '{"firstName":"\\ud800","email":"a@example.org"}' })),
      JSON.stringify(wire({ tracking: { source: "x".repeat(256) } })),
      JSON.stringify(wire({ tracking: { source: "\u0000" } })),
      JSON.stringify(wire({ tracking: 5 })),
      JSON.stringify({ ...wire(), personJson: undefined }),
      JSON.stringify(wire({ sealed: { commitment: "AA", contacts: [] } })),
      withFields('{"same":"a","same":1}'),
      withFields('{"lone":"\\udfff"}'),
    ];
    for (const body of bodies) {
      const { status, code } = await post(body);
      expect(`${body.slice(0, 60)} … ${body.slice(-60)} ${status}`).toMatch(/ (400|404)$/);
      expect(["invalid", "invalid-person", "too-large", "not-found"]).toContain(code);
    }
    expect(Object.hasOwn(Object.prototype, "polluted")).toBe(false);
    expect((await post(valid)).status).toBe(200);
  });

  it("of any shape whatever never make a fault", async () => {
    const keys = fc.constantFrom(
      "actionId",
      "pageId",
      "customFields",
      "consents",
      "personJson",
      "sealed",
      "__proto__",
      "x",
    );
    const value = fc.oneof(
      fc.jsonValue({ maxDepth: 4 }),
      fc.double(),
      fc.string({ unit: "binary" }),
      fc.bigInt().map(String),
    );
    await fc.assert(
      fc.asyncProperty(fc.dictionary(keys, value, { maxKeys: 6 }), async (change) => {
        const { status, code } = await post(JSON.stringify({ ...wire(), ...change }));
        expect(status === 200 || status === 400 || status === 404 || status === 409).toBe(true);
        expect(code).not.toBe("internal");
      }),
      { numRuns: process.env["COTERIE_FULL"] === "1" ? 20_000 : 300 },
    );
  });

  it("in binary never make a fault", async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 400 }), async (bytes) => {
        const { status } = await post(Uint8Array.from(bytes), { type: "application/proto" });
        expect(status === 400 || status === 404).toBe(true);
      }),
      { numRuns: process.env["COTERIE_FULL"] === "1" ? 20_000 : 150 },
    );
  });

  it("are refused where they are compressed or of another type", async () => {
    expect((await post("{}", { type: "text/plain" })).code).toBe("invalid");
    expect((await post("{}", { type: "application/connect+json" })).code).toBe("invalid");
    expect((await post("{}", { type: "application/grpc" })).code).toBe("invalid");
    const response = await fetch(`${gateway.address}${submitPath}`, {
      method: "POST",
      headers: { "content-type": "application/json", "content-encoding": "gzip" },
      body: "{}",
    });
    expect(response.headers.get("coterie-error")).toBe("invalid");
  });

  it("name the person's fields that are wrong, and nothing of what was typed", async () => {
    const person = { firstName: "", lastName: "L", email: `${marker} at nowhere`, country: "XX" };
    const response = await fetch(`${gateway.address}${submitPath}`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(wire({ personJson: JSON.stringify(person) })),
    });
    expect(response.headers.get("coterie-error")).toBe("invalid-person");
    expect(response.headers.get("coterie-error-fields")).toBe("firstName,email,country");
    expect(await response.text()).not.toContain(marker);
  });
});

describe("submissions that lie", () => {
  it("about where they were sealed are refused", async () => {
    const { actions } = connectClients(gateway.address);
    expect(await codeOf(actions.submit({ ...clearRequest(clear.page), pageId: sealed.page.id }))).toBe("wrong-sealing");
    expect(await codeOf(actions.submit({ ...sealedRequest(sealed.page), pageId: clear.page.id }))).toBe(
      "wrong-sealing",
    );
  });

  it("about who receives, by which key, or from whom, are refused", async () => {
    const { actions } = connectClients(gateway.address);
    const stranger = await makeOrganisation(gateway);
    const both = await makePage({ lead: owner, runner: stranger }, { sealing: Sealing.BROWSER, forcesDelivery: true });
    const attempt = async (change: (contacts: Contacts) => Contacts, page = both.page): Promise<string> => {
      const request = sealedRequest(page);
      if (request.person.case !== "sealed") throw new Error("not sealed");
      request.person.value.contacts = change(request.person.value.contacts);
      return await codeOf(actions.submit(request));
    };
    expect(await attempt((contacts) => contacts)).toBe("accepted");
    expect(await attempt((contacts) => contacts.slice(0, 1))).toBe("invalid");
    expect(await attempt(() => [])).toBe("invalid");
    expect(await attempt(([first, second]) => keep(first, first, second))).toBe("invalid");
    expect(await attempt(([first]) => keep(first, first))).toBe("invalid");
    expect(await attempt(([first, second]) => keep(first, swap(second, { organisationId: newActionId() })))).toBe(
      "invalid",
    );
    expect(await attempt(([first, second]) => keep(first, swap(second, { keyId: first?.keyId ?? "" })))).toBe(
      "wrong-key",
    );
    expect(await attempt(([first, second]) => keep(first, swap(second, { keyId: "ckey1" })))).toBe("invalid");
    expect(await attempt(([first, second]) => keep(first, swap(second, { nonce: new Uint8Array(23) })))).toBe(
      "invalid",
    );
    expect(await attempt(([first, second]) => keep(first, swap(second, { signKey: new Uint8Array(32) })))).toBe(
      "invalid",
    );
    expect(await attempt(([first, second]) => keep(first, swap(second, { signKey: new Uint8Array(31).fill(9) })))).toBe(
      "invalid",
    );
    expect(
      await attempt(([first, second]) => keep(first, swap(second, { signKey: first?.signKey ?? new Uint8Array() }))),
    ).toBe("invalid");
    expect(await attempt(([first, second]) => keep(first, swap(second, { signKey: owner.keys.publicKey })))).toBe(
      "invalid",
    );
    const extra = sealedRequest(sealed.page);
    if (extra.person.case !== "sealed") throw new Error("not sealed");
    const [own] = extra.person.value.contacts;
    expect(
      await attempt(
        (contacts) => keep(...contacts, swap(own, { organisationId: stranger.organisation.id })),
        sealed.page,
      ),
    ).toBe("invalid");
    const short = sealedRequest(sealed.page);
    if (short.person.case === "sealed") short.person.value.commitment = new Uint8Array(31);
    expect(await codeOf(actions.submit(short))).toBe("invalid");
  });

  it("about consents are refused", async () => {
    const { actions } = connectClients(gateway.address);
    const attempt = async (change: (consent: Consents[number]) => Partial<Consents[number]>): Promise<string> => {
      const request = clearRequest(clear.page);
      request.consents = request.consents.map((consent) => ({ ...consent, ...change(consent) }));
      return await codeOf(actions.submit(request));
    };
    const day = 24n * 60n * 60n * 1000n;
    expect(await attempt(() => ({}))).toBe("accepted");
    expect(await attempt(() => ({ purpose: "anything" }))).toBe("invalid");
    expect(await attempt(() => ({ optIn: 0 }))).toBe("invalid");
    // @ts-expect-error an answer that does not exist
    expect(await attempt(() => ({ optIn: 99 }))).toBe("invalid");
    expect(await attempt(() => ({ wordingId: "delivery/1" }))).toBe("invalid");
    expect(await attempt(() => ({ wordingHash: new Uint8Array(32) }))).toBe("invalid");
    expect(await attempt(() => ({ wordingHash: new Uint8Array(31) }))).toBe("invalid");
    expect(await attempt(() => ({ locale: "xx-invalid-locale" }))).toBe("invalid");
    expect(await attempt(({ givenAtMs }) => ({ givenAtMs: givenAtMs - day - 1000n }))).toBe("invalid");
    expect(await attempt(({ givenAtMs }) => ({ givenAtMs: givenAtMs + day }))).toBe("invalid");
    expect(await attempt(() => ({ givenAtMs: -1n }))).toBe("invalid");
    expect(await attempt(() => ({ givenAtMs: 2n ** 62n }))).toBe("invalid");
    expect(await attempt(() => ({ givenAtMs: 0n }))).toBe("accepted");
    const doubled = clearRequest(clear.page);
    expect(await codeOf(actions.submit({ ...doubled, consents: [...doubled.consents, ...doubled.consents] }))).toBe(
      "invalid",
    );
  });
});

describe("the protocol's edges", () => {
  it("wrong methods and paths are refused without a fault", async () => {
    const expectStatus = async (method: string, path: string, status: number): Promise<void> => {
      const response = await fetch(`${gateway.address}${path}`, { method });
      await response.text();
      expect(`${method} ${path} ${response.status}`).toBe(`${method} ${path} ${status}`);
    };
    await expectStatus("GET", submitPath, 400);
    await expectStatus("DELETE", submitPath, 400);
    await expectStatus("POST", "/coterie.actions.v1.ActionService/Nothing", 404);
    await expectStatus("POST", "/coterie.nothing.v1.Service/Call", 404);
    await expectStatus("GET", "/", 404);
    await expectStatus("GET", "/p/", 404);
    await expectStatus("GET", "/p/no-such-page", 404);
    await expectStatus("GET", "/p/%00", 404);
    await expectStatus("GET", "/metrics", 404);
    await expectStatus("PUT", `/p/${clear.page.name}`, 405);
    await expectStatus("GET", "/widget/../package.json", 404);
    await expectStatus("GET", "/widget/%2e%2e/package.json", 404);
    await expectStatus("GET", "/widget/..%2fpackage.json", 404);
    await expectStatus("GET", "/widget/.hidden.js", 404);
  });

  it("reads of pages and counters work by GET as well, and may be cached for a second", async () => {
    const query = `connect=v1&encoding=json&message=${encodeURIComponent(JSON.stringify({ pageName: clear.page.name }))}`;
    const response = await fetch(`${gateway.address}/coterie.actions.v1.ActionService/GetCounter?${query}`);
    expect(response.status).toBe(200);
    expect(response.headers.get("cache-control")).toBe("public, max-age=1");
    expect(await response.json()).toHaveProperty("counter");
  });

  it("broken HTTP ends the connection and nothing else", async () => {
    const { port } = gateway;
    for (const bytes of [
      "\u0016\u0003\u0001",
      "GET / HTTP/9.9\r\n\r\n",
      "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n",
      "GET / HTTP/1.1\r\n\r\n",
    ]) {
      const answer = await new Promise<string>((resolve) => {
        const socket = connect(port, "127.0.0.1", () => socket.write(bytes));
        let said = "";
        socket.setTimeout(2000, () => socket.destroy());
        socket.on("data", (chunk) => (said += chunk.toString("latin1")));
        socket.on("error", () => undefined);
        socket.on("close", () => resolve(said));
      });
      expect(answer).toMatch(/^(HTTP\/1\.1 400|$)/);
    }
    expect((await fetch(`${gateway.address}/health`)).status).toBe(200);
  });

  it("allows any site to call the public service, without credentials, and no other", async () => {
    const preflight = await fetch(`${gateway.address}${submitPath}`, {
      method: "OPTIONS",
      headers: { origin: "https://example.org", "access-control-request-method": "POST" },
    });
    expect(preflight.status).toBe(204);
    expect(preflight.headers.get("access-control-allow-origin")).toBe("*");
    expect(preflight.headers.get("access-control-allow-credentials")).toBeNull();
    const answer = await fetch(`${gateway.address}${submitPath}`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: "{}",
    });
    expect(answer.headers.get("access-control-allow-origin")).toBe("*");
    expect(answer.headers.get("access-control-expose-headers")).toContain("coterie-error");
    for (const path of [
      "/coterie.organisations.v1.OrganisationService/GetOrganisation",
      "/coterie.administration.v1.AdministrationService/ListOrganisations",
    ]) {
      const refused = await fetch(`${gateway.address}${path}`, {
        method: "OPTIONS",
        headers: { origin: "https://example.org" },
      });
      expect(refused.headers.get("access-control-allow-origin")).toBeNull();
    }
  });
});

type Contacts = Extract<ReturnType<typeof sealedRequest>["person"], { case: "sealed" }>["value"]["contacts"];
type Consents = ReturnType<typeof clearRequest>["consents"];

function swap(contact: Contacts[number] | undefined, change: Partial<Contacts[number]>): Contacts[number] {
  if (contact === undefined) throw new Error("no contact");
  return { ...contact, ...change };
}

function keep(...contacts: (Contacts[number] | undefined)[]): Contacts {
  return contacts.filter((contact) => contact !== undefined);
}

// Last in the file: it looks back on all of the above.
describe("after all of it", () => {
  it("nothing that was refused was a surprise, and nothing of it was written down", async () => {
    const log = await readFile(join(gateway.dataFolder, "gateway.log"), "utf8");
    expect(log).not.toMatch(/unexpected-error|batch-failed/);
    expect(log).not.toContain(marker);
  });
});
