// Limits at limit - 1, limit and limit + 1, and rates.
import { toJsonString } from "@bufbuild/protobuf";
import { actionLimits } from "@coterie/actions";
import { protocolLimits, Sealing, SubmitRequestSchema } from "@coterie/protocol";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { gatewayLimits } from "../src/limits.ts";
import {
  alice,
  clearRequest,
  makeOrganisation,
  makePage,
  sealedRequest,
  type TestOrganisation,
  type TestPage,
  uniqueName,
} from "./support/coalition.ts";
import { codeOf, connectClients, startTestGateway, type TestGateway, wideRates } from "./support/gateway.ts";

let gateway: TestGateway;
let owner: TestOrganisation;
let made: TestPage;

beforeAll(async () => {
  gateway = await startTestGateway();
  owner = await makeOrganisation(gateway);
  made = await makePage({ lead: owner });
});

afterAll(async () => await gateway.close());

async function post(body: string | Uint8Array<ArrayBuffer>, headers: Record<string, string> = {}): Promise<string> {
  const response = await fetch(`${gateway.address}/coterie.actions.v1.ActionService/Submit`, {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body,
  });
  await response.text();
  return response.status === 200 ? "accepted" : (response.headers.get("coterie-error") ?? "no code");
}

async function submit(change: Parameters<typeof clearRequest>[1]): Promise<string> {
  return await codeOf(connectClients(gateway.address).actions.submit(clearRequest(made.page, change)));
}

describe("sizes", () => {
  it("of a request body", async () => {
    const padded = (sizeBytes: number): string => {
      const bare = toJsonString(SubmitRequestSchema, { ...clearRequest(made.page), padding: " " });
      return bare.replace('"padding":" "', `"padding":"${" ".repeat(sizeBytes - Buffer.byteLength(bare) + 1)}"`);
    };
    const limit = protocolLimits.requestBytes;
    expect(Buffer.byteLength(padded(limit))).toBe(limit);
    expect(await post(padded(limit - 1))).toBe("accepted");
    expect(await post(padded(limit))).toBe("accepted");
    expect(await post(padded(limit + 1))).toBe("too-large");
    expect(await post(padded(900_000))).toBe("too-large");
  });

  it("of a body that does not say its size", async () => {
    const endless = new ReadableStream<Uint8Array>({
      pull: (controller) => controller.enqueue(new Uint8Array(65_536).fill(32)),
    });
    const sent = fetch(`${gateway.address}/coterie.actions.v1.ActionService/Submit`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: endless,
      // @ts-expect-error streaming bodies need the option, which the type does not know
      duplex: "half",
    });
    // The connection ends; whether the answer is read before that is up to timing.
    const outcome = await sent.then(
      (response) => response.headers.get("coterie-error"),
      () => "too-large",
    );
    expect(outcome).toBe("too-large");
  });

  it("of custom fields, together", async () => {
    const limit = protocolLimits.customFieldsBytes;
    const fields = (sizeBytes: number): Record<string, string> => ({ note: "x".repeat(sizeBytes - 4) });
    expect(await submit({ customFields: fields(limit - 1) })).toBe("accepted");
    expect(await submit({ customFields: fields(limit) })).toBe("accepted");
    expect(await submit({ customFields: fields(limit + 1) })).toBe("too-large");
    const many = (count: number): Record<string, string> =>
      Object.fromEntries(Array.from({ length: count }, (_, i) => [`f${i}`, "x"]));
    expect(await submit({ customFields: many(actionLimits.customFields) })).toBe("accepted");
    expect(await submit({ customFields: many(actionLimits.customFields + 1) })).toBe("too-large");
  });

  it("of a person", async () => {
    const json = (sizeBytes: number): string => {
      const bare = JSON.stringify(alice);
      return bare + " ".repeat(sizeBytes - bare.length);
    };
    const withPerson = async (value: string): Promise<string> =>
      await codeOf(
        connectClients(gateway.address).actions.submit({
          ...clearRequest(made.page),
          person: { case: "personJson", value },
        }),
      );
    const limit = protocolLimits.personJsonBytes;
    expect(await withPerson(json(limit - 1))).toBe("accepted");
    expect(await withPerson(json(limit))).toBe("accepted");
    expect(await withPerson(json(limit + 1))).toBe("too-large");
  });

  it("of sealed contacts: only those of the format", async () => {
    const { page } = await makePage({ lead: owner }, { sealing: Sealing.BROWSER });
    const { actions } = connectClients(gateway.address);
    for (const size of [0, 16, 527, 528, 529, 1040, 2064, 4111, 4112, 4113]) {
      const request = sealedRequest(page);
      if (request.person.case !== "sealed") throw new Error("not sealed");
      for (const contact of request.person.value.contacts) contact.payload = new Uint8Array(size).fill(1);
      const wanted = [528, 1040, 2064, 4112].includes(size) ? "accepted" : "invalid";
      expect(`${size} ${await codeOf(actions.submit(request))}`).toBe(`${size} ${wanted}`);
    }
  });

  it("of titles, labels and names", async () => {
    const { organisations } = owner.clients;
    const create = async (title: string): Promise<string> =>
      await codeOf(organisations.createCampaign({ name: uniqueName("t"), title, formSchema: "basic/1" }));
    expect(await create("x".repeat(199))).toBe("accepted");
    expect(await create("x".repeat(200))).toBe("accepted");
    expect(await create("x".repeat(201))).toBe("invalid");
    for (const title of ["", "   ", "a\u0000b", "a\u202eb"]) expect(await create(title)).toBe("invalid");
    const named = async (name: string): Promise<string> =>
      await codeOf(organisations.createCampaign({ name, title: "T", formSchema: "basic/1" }));
    expect(await named("n".repeat(64))).toBe("accepted");
    expect(await named("n".repeat(65))).toBe("invalid");
    for (const name of ["", "A", "a b", "a/b", "-a", "ä", "../x"]) expect(await named(name)).toBe("invalid");
    expect(
      await codeOf(organisations.createCampaign({ name: uniqueName("f"), title: "T", formSchema: "basic/2" })),
    ).toBe("invalid");
  });

  it("of headers", async () => {
    const long = "x".repeat(gatewayLimits.headerBytes);
    const response = await fetch(`${gateway.address}/health`, { headers: { "x-long": long } });
    expect(response.status).toBe(431);
  });
});

describe("rates", () => {
  it("of submissions and reads count per client prefix, and refill with time", async () => {
    let nowMs = Date.now();
    const slow = await startTestGateway({
      now: () => nowMs,
      trustedProxies: 1,
      rates: { ...wideRates, submissions: { perSecond: 1, burst: 3 }, reads: { perSecond: 1, burst: 5 } },
    });
    try {
      const { page } = await makePage({ lead: await makeOrganisation(slow) });
      const send = async (from: string): Promise<string> => {
        const response = await fetch(`${slow.address}/coterie.actions.v1.ActionService/Submit`, {
          method: "POST",
          headers: { "content-type": "application/json", "x-forwarded-for": `9.9.9.9, ${from}` },
          body: toJsonString(SubmitRequestSchema, clearRequest(page)),
        });
        await response.text();
        return response.status === 200 ? "accepted" : (response.headers.get("coterie-error") ?? "");
      };
      const three = [await send("192.0.2.1"), await send("192.0.2.1"), await send("192.0.2.1")];
      expect(three).toEqual(["accepted", "accepted", "accepted"]);
      expect(await send("192.0.2.1")).toBe("rate-limited");
      expect(await send("192.0.2.2")).toBe("accepted");
      // One /64 is one household; the next is another.
      for (const host of ["1", "2", "3"]) expect(await send(`2001:db8:1:2::${host}`)).toBe("accepted");
      expect(await send("2001:db8:1:2:ffff::9")).toBe("rate-limited");
      expect(await send("2001:db8:1:3::1")).toBe("accepted");
      nowMs += 1000;
      expect(await send("192.0.2.1")).toBe("accepted");
      expect(await send("192.0.2.1")).toBe("rate-limited");
      nowMs += 3_600_000;
      const refilled = [
        await send("192.0.2.1"),
        await send("192.0.2.1"),
        await send("192.0.2.1"),
        await send("192.0.2.1"),
      ];
      expect(refilled).toEqual(["accepted", "accepted", "accepted", "rate-limited"]);
      const read = async (): Promise<number> => {
        const response = await fetch(`${slow.address}/p/${page.name}`, {
          headers: { "x-forwarded-for": "192.0.2.77" },
        });
        const text = await response.text();
        // People read this: no JSON.
        if (response.status === 429) expect(text).toBe("too many requests from this network: try again in a minute\n");
        return response.status;
      };
      expect([await read(), await read(), await read(), await read(), await read(), await read()]).toEqual([
        200, 200, 200, 200, 200, 429,
      ]);
    } finally {
      await slow.close();
    }
  });

  it("of failed authentications are narrow, and do not lock out who was known before", async () => {
    const strict = await startTestGateway({
      rates: { ...wideRates, failedAuthentications: { perSecond: 0, burst: 10 } },
    });
    try {
      const known = await makeOrganisation(strict);
      const unknown = connectClients(strict.address, known.token.replace(/.$/, known.token.endsWith("q") ? "p" : "q"));
      const codes: string[] = [];
      for (let i = 0; i < 15; i++) codes.push(await codeOf(unknown.organisations.getOrganisation({})));
      expect(codes.filter((code) => code === "unauthenticated")).toHaveLength(10);
      expect(codes.slice(10)).toEqual(Array.from({ length: 5 }, () => "rate-limited"));
      expect(await codeOf(known.clients.organisations.getOrganisation({}))).toBe("accepted");
    } finally {
      await strict.close();
    }
  });

  it("of an organisation count per token", async () => {
    const strict = await startTestGateway({ rates: { ...wideRates, organisations: { perSecond: 0, burst: 20 } } });
    try {
      const busy = await makeOrganisation(strict);
      const codes: string[] = [];
      for (let i = 0; i < 20; i++) codes.push(await codeOf(busy.clients.organisations.getOrganisation({})));
      expect(codes.at(-1)).toBe("rate-limited");
      const other = await makeOrganisation(strict);
      expect(await codeOf(other.clients.organisations.getOrganisation({}))).toBe("accepted");
    } finally {
      await strict.close();
    }
  });
});
