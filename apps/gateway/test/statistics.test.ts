// Statistics as organisations see them, and the public counter: who sees what, what is hidden, how old it may be.
import { create } from "@bufbuild/protobuf";
import { Sealing, type StatisticsTable, TrackingSchema } from "@coterie/protocol";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  alice,
  clearRequest,
  makeOrganisation,
  makePage,
  sealedRequest,
  someone,
  type TestOrganisation,
  type TestPage,
} from "./support/coalition.ts";
import { codeOf, connectClients, startTestGateway, type TestGateway } from "./support/gateway.ts";

let gateway: TestGateway;
let lead: TestOrganisation;
let partner: TestOrganisation;
const clock = { nowMs: Date.UTC(2026, 10, 20, 12) };
const dayMs = 24 * 60 * 60 * 1000;

beforeAll(async () => {
  gateway = await startTestGateway({ now: () => clock.nowMs });
  lead = await makeOrganisation(gateway);
  partner = await makeOrganisation(gateway);
});

afterAll(async () => await gateway.close());

interface Signers {
  readonly page: TestPage["page"];
  readonly times: number;
  readonly source?: string;
  readonly country?: string;
  readonly postcode?: string;
}

async function signed({ page, times, source = "", ...where }: Signers): Promise<void> {
  const { actions } = connectClients(gateway.address);
  await Promise.all(
    Array.from({ length: times }, async () => {
      const person = { ...someone(), ...where };
      const options = { person, atMs: clock.nowMs };
      const request = page.sealing === Sealing.BROWSER ? sealedRequest(page, options) : clearRequest(page, options);
      request.tracking = create(TrackingSchema, { source });
      await actions.submit(request);
    }),
  );
}

const rowsOf = (table: StatisticsTable | undefined): Readonly<Record<string, number>> => ({
  ...Object.fromEntries((table?.rows ?? []).map(({ key, counted }) => [key, Number(counted)])),
  "(not shown)": Number(table?.notShown),
});

/** What the two see of one campaign: 13 on the lead's page, 8 on the partner's. */
async function coalition(): Promise<{ leads: TestPage; partners: TestPage["page"] }> {
  const leads = await makePage({ lead });
  await lead.clients.organisations.allowPartner({
    campaignId: leads.campaign.id,
    organisationId: partner.organisation.id,
  });
  const { page: partners } = await partner.clients.organisations.createActionPage({
    campaignId: leads.campaign.id,
    name: `${leads.page.name}-p`,
    locale: "en",
    sealing: Sealing.GATEWAY,
    delivers: true,
    actionType: "petition",
    requiredFields: [],
    description: "Sign.",
    embedOrigins: [],
  });
  if (partners === undefined) throw new Error("no page");
  await signed({ page: leads.page, times: 7, source: "newsletter", country: "PL", postcode: "00-950" });
  await signed({ page: leads.page, times: 3, source: "chat", country: "PL", postcode: "31-019" });
  clock.nowMs += dayMs;
  await signed({ page: leads.page, times: 3, source: "newsletter", country: "MT", postcode: "VLT 1117" });
  await signed({ page: partners, times: 6, source: "newsletter", country: "PL", postcode: "31-019" });
  await signed({ page: partners, times: 2, country: "FR", postcode: "75001" });
  return { leads, partners };
}

describe("statistics", () => {
  it("show the lead the whole campaign, without small numbers and what gives them away", async () => {
    const { leads, partners } = await coalition();
    const answer = await lead.clients.statistics.getStatistics({ campaignId: leads.campaign.id });
    expect([answer.wholeCampaign, answer.counted, answer.duplicates]).toEqual([true, 21n, 0n]);
    expect(rowsOf(answer.pages)).toEqual({ [leads.page.name]: 13, [partners.name]: 8, "(not shown)": 0 });
    expect(Object.values(rowsOf(answer.days)).toSorted((left, right) => right - left)).toEqual([11, 10, 0]);
    // Three by chat and two by no link are five together: enough to hide each.
    expect(rowsOf(answer.sources)).toEqual({ newsletter: 16, "(not shown)": 5 });
    expect(rowsOf(answer.areas)).toEqual({ PL: 16, "(not shown)": 5 });
    expect(rowsOf(answer.areas?.rows[0]?.parts)).toEqual({ "PL 31": 9, "PL 00": 7, "(not shown)": 0 });
  });

  it("show a partner its own pages, and nobody else anything", async () => {
    const { leads, partners } = await coalition();
    const { campaign } = leads;
    const answer = await partner.clients.statistics.getStatistics({ campaignId: campaign.id });
    expect([answer.wholeCampaign, answer.counted]).toEqual([false, 8n]);
    expect(rowsOf(answer.pages)).toEqual({ [partners.name]: 8, "(not shown)": 0 });
    // 6 is hidden with 2: the total is known.
    expect(rowsOf(answer.areas)).toEqual({ "(not shown)": 8 });
    const stranger = await makeOrganisation(gateway);
    const codes = [
      await codeOf(stranger.clients.statistics.getStatistics({ campaignId: campaign.id })),
      await codeOf(
        lead.clients.statistics.getStatistics({
          campaignId: campaign.id.replace(/.$/, (last) => (last === "q" ? "p" : "q")),
        }),
      ),
      await codeOf(connectClients(gateway.address).statistics.getStatistics({ campaignId: campaign.id })),
      await codeOf(partner.clients.statistics.recountCampaign({ campaignId: campaign.id })),
    ];
    expect(codes).toEqual(["not-found", "invalid", "unauthenticated", "not-found"]);
  });

  it("count who signs twice once, and where nobody knows apart", async () => {
    const { page, campaign } = await makePage({ lead }, { sealing: Sealing.BROWSER });
    const open = await lead.clients.organisations.createActionPage({
      campaignId: campaign.id,
      name: `${page.name}-open`,
      locale: "en",
      sealing: Sealing.GATEWAY,
      delivers: true,
      actionType: "petition",
      requiredFields: [],
      description: "Sign.",
      embedOrigins: [],
    });
    if (open.page === undefined) throw new Error("no page");
    await signed({ page, times: 5, country: "PL", postcode: "00-950" });
    const { actions } = connectClients(gateway.address);
    for (let time = 0; time < 6; time++) {
      await actions.submit(clearRequest(open.page, { person: { ...alice, country: "DE" }, atMs: clock.nowMs }));
    }
    const answer = await lead.clients.statistics.getStatistics({ campaignId: campaign.id });
    expect([answer.counted, answer.duplicates]).toEqual([6n, 5n]);
    // Sealed in the browser: the area of five is the unknown one, which cannot be told beside the single German.
    expect(rowsOf(answer.areas)).toEqual({ "(not shown)": 6 });
  });

  it("are recounted by the lead: nothing to correct", async () => {
    const { page, campaign } = await makePage({ lead });
    await signed({ page, times: 3 });
    expect(await lead.clients.statistics.recountCampaign({ campaignId: campaign.id })).toMatchObject({
      before: 3n,
      after: 3n,
      corrected: 0,
    });
  });
});

describe("the counter for everybody", () => {
  it("is told to any site, with a validator, and may be kept for a second", async () => {
    const { page } = await makePage({ lead });
    await signed({ page, times: 3 });
    clock.nowMs += 1000;
    const url = `${gateway.address}/counter/${page.name}`;
    const first = await fetch(url);
    expect([first.status, await first.json()]).toEqual([200, { counter: 3 }]);
    expect(first.headers.get("cache-control")).toBe("public, max-age=1");
    expect(first.headers.get("access-control-allow-origin")).toBe("*");
    const etag = first.headers.get("etag") ?? "";
    for (const header of [etag, `W/${etag}`, `"7", ${etag}`, "*"]) {
      const again = await fetch(url, { headers: { "if-none-match": header } });
      expect([again.status, await again.text(), again.headers.get("etag")]).toEqual([304, "", etag]);
    }
    await signed({ page, times: 1 });
    clock.nowMs += 1000;
    const changed = await fetch(url, { headers: { "if-none-match": etag } });
    expect([changed.status, await changed.json()]).toEqual([200, { counter: 4 }]);
  });

  it("of a page that is not there is no counter", async () => {
    for (const name of ["nobody", "..", "A".repeat(300), "a%2Fb"]) {
      expect((await fetch(`${gateway.address}/counter/${name}`)).status).toBe(404);
    }
    const { page } = await makePage({ lead });
    expect((await fetch(`${gateway.address}/counter/${page.name}`, { method: "POST" })).status).toBe(405);
  });
});
