// What tells people from programs where nothing runs in the browser: a trap, the time that a form was open, and narrow rates.
import { decodeBase64Url, encodeBase64Url } from "@coterie/bytes";
import { Sealing } from "@coterie/protocol";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { freePerMinute } from "../src/abuse/difficulty.ts";
import { gatewayLimits } from "../src/limits.ts";
import { clearRequest, makeOrganisation, makePage, newActionId, type TestOrganisation } from "./support/coalition.ts";
import { startTestGateway, type TestGateway, wideRates } from "./support/gateway.ts";
import { submit } from "./support/submitting.ts";

let gateway: TestGateway;
let owner: TestOrganisation;
let nowMs = Date.now();

beforeAll(async () => {
  gateway = await startTestGateway({
    now: () => nowMs,
    proofOfWork: "auto",
    trustedProxies: 1,
    rates: { ...wideRates, forms: { perSecond: 0.2, burst: 4 }, unprovenForms: { perSecond: 0.5, burst: 3 } },
  });
  owner = await makeOrganisation(gateway);
}, 60_000);

afterAll(async () => await gateway.close());

let network = 0;
const elsewhere = (): string => `203.0.113.${++network % 256}`;

const typed = { firstName: "Alice", lastName: "Liddell", email: "alice@example.org" };

type Drawn = { readonly action: string; readonly time: string };

function hiddenIn(html: string): Drawn {
  const valueOf = (name: string): string => new RegExp(`name="${name}" value="([^"]*)"`).exec(html)?.[1] ?? "";
  return { action: valueOf("action"), time: valueOf("time") };
}

async function draw(name: string): Promise<Drawn> {
  return hiddenIn(await (await fetch(`${gateway.address}/p/${name}`)).text());
}

interface Posted {
  readonly status: number;
  readonly html: string;
}

async function post(name: string, fields: Record<string, string>, from: string = elsewhere()): Promise<Posted> {
  const response = await fetch(`${gateway.address}/p/${name}`, {
    method: "POST",
    headers: { "x-forwarded-for": from },
    body: new URLSearchParams({ ...typed, ...fields }),
  });
  return { status: response.status, html: await response.text() };
}

const says = "could not tell you from a program";

describe("a form without script", () => {
  it("is taken once a person has had the time to fill it in", async () => {
    const { page } = await makePage({ lead: owner });
    const drawn = await draw(page.name);
    const early = await post(page.name, { ...drawn });
    expect(early.status).toBe(400);
    expect(early.html).toContain(says);
    expect(early.html).toContain("alice@example.org");
    // The same form, as old as it was: whoever sends once more is through.
    expect(hiddenIn(early.html)).toEqual(drawn);
    nowMs += gatewayLimits.formQuickestMs;
    expect((await post(page.name, hiddenIn(early.html))).status).toBe(200);
    expect((await owner.clients.actions.getCounter({ pageName: page.name })).counter).toBe(1n);
  });

  it("is not taken where this gateway did not draw it, for this page and action, within a day", async () => {
    const { page } = await makePage({ lead: owner });
    const { page: other } = await makePage({ lead: owner });
    const drawn = await draw(page.name);
    const foreign = await draw(other.name);
    nowMs += gatewayLimits.formQuickestMs;
    const bytes = decodeBase64Url(drawn.time);
    const earlier = bytes.slice();
    earlier[7] = (earlier[7] ?? 0) ^ 128;
    for (const fields of [
      { ...drawn, time: "" },
      { ...drawn, time: "A".repeat(54) },
      { ...drawn, time: "not base64!" },
      { ...drawn, time: "A".repeat(10_000) },
      { ...drawn, time: encodeBase64Url(earlier) },
      { ...drawn, time: encodeBase64Url(bytes.slice(0, 39)) },
      { ...drawn, time: foreign.time },
      { ...drawn, action: newActionId() },
    ]) {
      const { status, html } = await post(page.name, fields);
      expect(status).toBe(400);
      expect(html).toContain(says);
      expect(hiddenIn(html).time).not.toBe(fields.time);
    }
    nowMs += gatewayLimits.formOldestMs;
    const stale = await post(page.name, { ...drawn });
    expect(stale.status).toBe(400);
    nowMs += gatewayLimits.formQuickestMs;
    expect((await post(page.name, hiddenIn(stale.html))).status).toBe(200);
  });

  it("catches programs that fill in every field, and lets a person send once more", async () => {
    const { page } = await makePage({ lead: owner });
    const drawn = await draw(page.name);
    nowMs += gatewayLimits.formQuickestMs;
    const caught = await post(page.name, { ...drawn, topic: "cheap watches" });
    expect(caught.status).toBe(400);
    expect(caught.html).toContain(says);
    expect(caught.html).not.toContain("cheap watches");
    expect(hiddenIn(caught.html)).toEqual(drawn);
    expect((await post(page.name, hiddenIn(caught.html))).status).toBe(200);
  });

  it("has its own narrow rate per network", async () => {
    const { page } = await makePage({ lead: owner });
    const from = elsewhere();
    const statuses: number[] = [];
    for (let sent = 0; sent < 6; sent++) {
      const drawn = await draw(page.name);
      nowMs += gatewayLimits.formQuickestMs;
      statuses.push((await post(page.name, { ...drawn }, from)).status);
    }
    // Four at once, and one more every five seconds.
    expect(statuses).toEqual([200, 200, 200, 200, 200, 429]);
  });

  it("is a trickle for the whole page while those with script must work", async () => {
    const { page } = await makePage({ lead: owner });
    const drawn = await Promise.all(Array.from({ length: 6 }, async () => await draw(page.name)));
    nowMs += gatewayLimits.formQuickestMs;
    for (let sent = 0; sent < freePerMinute.page + 5; sent++)
      await submit(gateway, clearRequest(page, { atMs: nowMs }), { from: `198.51.100.${sent}` });
    const statuses: number[] = [];
    for (const one of drawn) statuses.push((await post(page.name, { ...one })).status);
    expect(statuses).toEqual([200, 200, 200, 429, 429, 429]);
  });

  it("hides its trap from people, and does not need it where the browser seals", async () => {
    const { page } = await makePage({ lead: owner });
    const html = await (await fetch(`${gateway.address}/p/${page.name}`)).text();
    expect(html).toMatch(/<div id="f-trap" class="trap" aria-hidden="true">/);
    expect(html).toMatch(/<input id="f-topic" name="topic" type="text" tabindex="-1" autocomplete="off" value="">/);
    const sealed = await makePage({ lead: owner }, { sealing: Sealing.BROWSER });
    expect(await (await fetch(`${gateway.address}/p/${sealed.page.name}`)).text()).not.toContain("topic");
  });
});

describe("other rates", () => {
  it("are per page, and for questions after the gateway's health", async () => {
    const narrow = await startTestGateway({
      now: () => nowMs,
      trustedProxies: 1,
      rates: { ...wideRates, pages: { perSecond: 1, burst: 3 }, health: { perSecond: 1, burst: 2 } },
    });
    try {
      const lead = await makeOrganisation(narrow);
      const [{ page }, { page: other }] = [await makePage({ lead }), await makePage({ lead })];
      const send = async (to: typeof page, from: string): Promise<string> =>
        (await submit(narrow, clearRequest(to, { atMs: nowMs }), { from })).code;
      const codes: string[] = [];
      for (let sent = 0; sent < 4; sent++) codes.push(await send(page, elsewhere()));
      expect(codes).toEqual(["accepted", "accepted", "accepted", "rate-limited"]);
      expect(await send(other, elsewhere())).toBe("accepted");
      nowMs += 1000;
      expect(await send(page, elsewhere())).toBe("accepted");
      const ask = async (from: string): Promise<number> =>
        (await fetch(`${narrow.address}/health`, { headers: { "x-forwarded-for": from } })).status;
      expect([await ask("192.0.2.1"), await ask("192.0.2.1"), await ask("192.0.2.1")]).toEqual([200, 200, 429]);
      expect(await ask("192.0.2.2")).toBe(200);
    } finally {
      await narrow.close();
    }
  });
});
