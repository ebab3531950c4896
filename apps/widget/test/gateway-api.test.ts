import { textsOf } from "@coterie/actions/form";
import { wireErrorCodes } from "@coterie/protocol/wire-error";
import { failureOf } from "@coterie/actions/form";
import { describe, expect, it } from "vitest";
import { RequestFailedError } from "../src/errors.ts";
import { createGatewayApi } from "../src/gateway-api.ts";
import { readPageAnswer } from "../src/page-json.ts";
import { trackingOf } from "../src/tracking.ts";

type Reply = () => Response;

function apiWith(replies: readonly Reply[], solution = "solved") {
  const bodies: string[] = [];
  const waits: number[] = [];
  const challenges: string[] = [];
  const fetch = async (_address: string, request: RequestInit): Promise<Response> => {
    bodies.push(typeof request.body === "string" ? request.body : "no text");
    const reply = replies[bodies.length - 1];
    if (reply === undefined) throw new TypeError("network");
    return reply();
  };
  const wait = async (ms: number): Promise<void> => void waits.push(ms);
  const solve = async (challenge: string): Promise<string | undefined> => {
    challenges.push(challenge);
    return solution === "" ? undefined : solution;
  };
  const api = createGatewayApi({ fetch, wait, solve }, { origin: "https://actions.example.org" });
  return { api, bodies, waits, challenges };
}

const ok: Reply = () => new Response('{"actionId":"x","counter":"12","receivedBy":["Alpha"]}');
const refused =
  (status: number, headers: Record<string, string> = {}): Reply =>
  () =>
    new Response("{}", { status, headers });

const breaks: Reply = () => {
  throw new TypeError("network");
};

async function failureFrom(promise: Promise<unknown>): Promise<string> {
  return await promise.then(
    () => "none",
    (error: unknown) => (error instanceof RequestFailedError ? error.failure : "another error"),
  );
}

describe("submitting", () => {
  it("repeats the same body until it is answered", async () => {
    const { api, bodies, waits } = apiWith([refused(503), breaks, ok]);
    expect(await api.submit("body")).toEqual({ counter: 12, receivedBy: ["Alpha"], awaitsConfirmation: false });
    expect(bodies).toEqual(["body", "body", "body"]);
    expect(waits).toEqual([1000, 3000]);
  });

  it("gives up after three attempts", async () => {
    const { api, bodies } = apiWith([]);
    expect(await failureFrom(api.submit("body"))).toBe("offline");
    expect(bodies).toHaveLength(3);
  });

  it("does not repeat what was refused", async () => {
    const { api, bodies } = apiWith([refused(400, { "coterie-error": "campaign-closed" })]);
    expect(await failureFrom(api.submit("body"))).toBe("campaign-closed");
    expect(bodies).toHaveLength(1);
  });

  it("tells which fields were refused", async () => {
    const { api } = apiWith([
      refused(400, { "coterie-error": "invalid-person", "coterie-error-fields": "email,address.street" }),
    ]);
    await expect(api.submit("body")).rejects.toMatchObject({
      failure: "refused",
      refusedFields: ["email", "address.street"],
    });
  });

  it.each([
    [429, {}, "rate-limited"],
    [404, {}, "refused"],
    [400, { "coterie-error": "no-such-code" }, "refused"],
  ] as const)("understands a proxy's %i", async (status, headers, failure) => {
    expect(await failureFrom(apiWith([refused(status, headers)]).api.submit("body"))).toBe(failure);
  });

  it.each(["not json", "[]", '{"counter":"-1"}', '{"counter":{}}', '{"receivedBy":[1]}', "null"])(
    "does not take %s for an answer",
    async (text) => {
      const { api } = apiWith(Array.from({ length: 3 }, () => () => new Response(text)));
      expect(await failureFrom(api.submit("body"))).toBe("unavailable");
    },
  );

  it("has words for every code of the wire, in every language", () => {
    for (const code of Object.keys(wireErrorCodes))
      for (const locale of ["en", "fr", "pl", "ar"] as const)
        expect(textsOf(locale).failures[failureOf(code)]).not.toBe("");
  });
});

describe("proof of work", () => {
  const asks = (challenge: string): Reply =>
    refused(400, { "coterie-error": "work-required", "coterie-challenge": challenge });
  const body = '{"actionId":"x","padding":"  "}';

  it("is done where it is asked for, and sent with the same submission", async () => {
    const { api, bodies, challenges } = apiWith([asks("first"), ok]);
    expect((await api.submit(body)).counter).toBe(12);
    expect(challenges).toEqual(["first"]);
    const work = { challenge: "first", solution: "solved" };
    expect(JSON.parse(bodies[1] ?? "")).toEqual({ ...JSON.parse(body), work });
  });

  it("is done again where the challenge expired meanwhile, and given up after three", async () => {
    const expired = apiWith([asks("first"), asks("second"), ok]);
    expect((await expired.api.submit(body)).counter).toBe(12);
    expect(JSON.parse(expired.bodies[2] ?? "").work).toEqual({ challenge: "second", solution: "solved" });
    const endless = apiWith([asks("1"), asks("2"), asks("3"), asks("4"), ok]);
    expect(await failureFrom(endless.api.submit(body))).toBe("unproven");
    expect(endless.challenges).toEqual(["1", "2", "3"]);
  });

  it("that cannot be done is said, and what waits for an answer is sent again with it", async () => {
    const unsolvable = apiWith([asks("first")], "");
    expect(await failureFrom(unsolvable.api.submit(body))).toBe("unproven");
    expect(unsolvable.bodies).toEqual([body]);
    const { api, bodies } = apiWith([asks("first"), breaks, ok]);
    await api.submit(body);
    expect(bodies[2]).toBe(bodies[1]);
  });
});

describe("reading a page", () => {
  const receiver = {
    organisationId: "corg1x",
    organisationName: "Alpha",
    publicKey: { id: "ckey1x", public: "AAAA".repeat(10) + "AAA=" },
  };
  const page = {
    id: "cpag1x",
    name: "x",
    locale: "en",
    sealing: "SEALING_BROWSER",
    formSchema: "basic/1",
    receivers: [receiver],
    accepting: true,
  };

  it("takes protobuf's JSON with its omissions", () => {
    const loaded = readPageAnswer({ page, counter: "7" });
    expect(loaded).toMatchObject({
      counter: 7,
      embedOrigins: [],
      page: { sealing: "browser", description: "", pageDelivers: false },
    });
    expect(loaded.page.receivers[0]?.publicKey?.public).toEqual(new Uint8Array(32));
  });

  it("accepts nothing where a receiver has no key, whatever the page says", () => {
    const { publicKey: _absent, ...keyless } = receiver;
    expect(readPageAnswer({ page: { ...page, receivers: [keyless] } }).page.accepting).toBe(false);
  });

  it.each<[string, unknown]>([
    ["no page", {}],
    ["an unknown form", { page: { ...page, formSchema: "constructor" } }],
    ["an unknown place of sealing", { page: { ...page, sealing: "SEALING_NOWHERE" } }],
    ["no receiver", { page: { ...page, receivers: [] } }],
    ["a short key", { page: { ...page, receivers: [{ ...receiver, publicKey: { id: "x", public: "AAAA" } }] } }],
    ["a number as name", { page: { ...page, name: 5 } }],
    ["text as flag", { page: { ...page, accepting: "true" } }],
    ["a list", [page]],
  ])("refuses %s", (_name, answer) => {
    expect(() => readPageAnswer(answer)).toThrow();
  });
});

describe("trackingOf", () => {
  it("keeps the campaign's own marks and drops the query", () => {
    expect(trackingOf("https://a.example/act?utm_source=mail&utm_medium=x&secret=1#f")).toEqual({
      source: "mail",
      medium: "x",
      campaign: "",
      content: "",
      location: "https://a.example/act",
    });
  });

  it("keeps within limits", () => {
    const { source } = trackingOf(`https://a.example/?utm_source=${"x".repeat(300)}`);
    expect(source).toHaveLength(255);
    expect(trackingOf("https://a.example/?utm_source=%00").source).toBe("");
  });
});
