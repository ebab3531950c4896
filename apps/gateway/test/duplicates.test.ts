// Who signs twice counts once: across spellings, pages, gateways, ways of sealing and the order of confirmations.
import { Sealing } from "@coterie/protocol";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { clearRequest, makeOrganisation, makePage, pullAll, type TestOrganisation } from "./support/coalition.ts";
import { codeOf, connectClients } from "./support/gateway.ts";
import { follow, type MailPage, makeMailPage, type MailWorld, sign, startMailWorld } from "./support/mail-world.ts";

let world: MailWorld;
let owner: TestOrganisation;

beforeAll(async () => {
  world = await startMailWorld();
  owner = await makeOrganisation(world.gateway);
});

afterAll(async () => await world.close());

/** As everybody sees it, two seconds later. */
async function counterOf(name: string): Promise<number> {
  world.clock.nowMs += 2000;
  return Number((await connectClients(world.gateway.address).actions.getCounter({ pageName: name })).counter);
}

const ranksOf = async (of: TestOrganisation, pageId: string): Promise<readonly number[]> =>
  (await pullAll(of)).filter((contact) => contact.pageId === pageId).map(({ duplicateRank }) => duplicateRank);

const submit = async (page: MailPage["page"], person: { firstName: string; email: string }): Promise<number> => {
  const request = clearRequest(page, { person, atMs: world.clock.nowMs });
  return Number((await connectClients(world.gateway.address).actions.submit(request)).counter);
};

describe("a person who signs again", () => {
  it("is delivered each time, ranked, and counted once, however the address is written", async () => {
    const { page } = await makePage({ lead: owner });
    const spellings = [
      "zo\u00eb@b\u00fccher.example",
      " ZO\u00cb@B\u00dcCHER.EXAMPLE ",
      "zoe\u0308@xn--bcher-kva.example",
    ];
    for (const [index, email] of spellings.entries()) {
      expect(await submit(page, { firstName: `Name ${"abc"[index]}`, email })).toBe(1);
    }
    expect(await submit(page, { firstName: "Zoe", email: "zoe@b\u00fccher.example" })).toBe(2);
    expect(await ranksOf(owner, page.id)).toEqual([0, 1, 2, 0]);
  });

  it("counts once on all pages of a campaign, and again in another campaign", async () => {
    const partner = await makeOrganisation(world.gateway);
    const made = await makePage({ lead: owner, runner: partner }, { forcesDelivery: true });
    const second = await partner.clients.organisations.createActionPage({
      campaignId: made.campaign.id,
      name: `${made.page.name}-2`,
      locale: "en",
      sealing: Sealing.GATEWAY,
      delivers: true,
      actionType: "petition",
      requiredFields: [],
      description: "Sign.",
      embedOrigins: [],
    });
    if (second.page === undefined) throw new Error("no page");
    const person = { firstName: "Alice", email: "alice@example.org" };
    expect(await submit(made.page, person)).toBe(1);
    expect(await submit(second.page, person)).toBe(1);
    expect(await ranksOf(partner, second.page.id)).toEqual([1]);
    expect(await ranksOf(owner, second.page.id)).toEqual([1]);
    const { page: elsewhere } = await makePage({ lead: owner });
    expect(await submit(elsewhere, person)).toBe(1);
  });

  it("leaves a person alone whose id somebody else took in the same moment", async () => {
    const { page } = await makePage({ lead: owner });
    const { actions } = connectClients(world.gateway.address);
    const taken = clearRequest(page, {
      person: { firstName: "Mallory", email: "m@example.org" },
      atMs: world.clock.nowMs,
    });
    await actions.submit(taken);
    // The same id again with alice's address is refused; in one batch with her own it must not cost her her rank.
    const forged = clearRequest(page, {
      actionId: taken.actionId,
      person: { firstName: "Alice", email: "alice@example.org" },
      atMs: world.clock.nowMs,
    });
    const own = { firstName: "Alice", email: "alice@example.org" };
    const outcomes = await Promise.all([
      codeOf(actions.submit(forged)),
      submit(page, own),
      codeOf(actions.submit(forged)),
    ]);
    expect(outcomes).toEqual(["conflict", 2, "conflict"]);
  });

  it("counts once where sixteen send at the same moment", async () => {
    const { page } = await makePage({ lead: owner });
    const own = { firstName: "Bob", email: "bob@example.org" };
    await Promise.all(Array.from({ length: 16 }, async () => await submit(page, own)));
    expect(await counterOf(page.name)).toBe(1);
    expect((await ranksOf(owner, page.id)).toSorted((left, right) => left - right)).toEqual(
      Array.from({ length: 16 }, (_unused, rank) => rank),
    );
  });
});

describe("where the browser seals", () => {
  it("a person is known by the address of the mail box", async () => {
    const made = await makeMailPage(world, { thankYou: true }, { sealing: Sealing.BROWSER });
    await sign(world, made, { email: "carol@example.org" });
    await sign(world, made, { email: "CAROL@example.org" });
    await sign(world, made, { email: "dave@example.org" });
    expect(await counterOf(made.page.name)).toBe(2);
    expect(await ranksOf(made.owner, made.page.id)).toEqual([0, 1, 0]);
  });

  it("without a mail box nobody is known, and each signature counts", async () => {
    const made = await makeMailPage(world, {}, { sealing: Sealing.BROWSER });
    for (let time = 0; time < 2; time++) await sign(world, made, { email: "carol@example.org" });
    expect(await counterOf(made.page.name)).toBe(2);
    const { rows } = await world.sql.query<{ n: string }>(
      `SELECT count(*) AS n FROM fingerprints f JOIN actions a ON a.id = f.action_id
       JOIN action_pages p ON p.id = a.page_id WHERE p.name = $1`,
      [made.page.name],
    );
    expect(rows[0]?.n).toBe("0");
  });
});

describe("signatures that await confirmation", () => {
  const confirmLinks = async (made: MailPage, email: string, times: number): Promise<readonly string[]> => {
    const before = world.server.to(email).length;
    for (let time = 0; time < times; time++) await sign(world, made, { email });
    await world.gateway.mails.workNow();
    return world.server
      .to(email)
      .slice(before)
      .map(({ tokens }) => tokens[0] ?? "");
  };

  it("count by the first that is confirmed, also where all are at the same moment", async () => {
    const made = await makeMailPage(world, { confirmSupporter: true });
    const links = await confirmLinks(made, "erin@example.org", 4);
    expect(await counterOf(made.page.name)).toBe(0);
    await Promise.all(links.map(async (link) => await follow(world, link, "POST")));
    expect(await counterOf(made.page.name)).toBe(1);
    const ranks = await ranksOf(made.owner, made.page.id);
    expect(ranks.toSorted((left, right) => left - right)).toEqual([0, 1, 2, 3]);
  });

  it("hold no rank while they wait, and leave none when they are refused", async () => {
    const made = await makeMailPage(world, { confirmSupporter: true });
    const email = "frank@example.org";
    const [first = "", second = ""] = await confirmLinks(made, email, 2);
    const reject = world.server.to(email).at(-2)?.tokens[1] ?? "";
    expect(reject).not.toBe(first);
    await follow(world, reject, "POST");
    const { rows } = await world.sql.query<{ rank: number | null }>(
      `SELECT f.rank FROM fingerprints f JOIN actions a ON a.id = f.action_id JOIN action_pages p ON p.id = a.page_id
       WHERE p.name = $1 AND f.scope_kind = 'campaign'`,
      [made.page.name],
    );
    expect(rows).toEqual([{ rank: null }]);
    await follow(world, second, "POST");
    expect(await ranksOf(made.owner, made.page.id)).toEqual([0]);
    expect(await counterOf(made.page.name)).toBe(1);
  });
});
