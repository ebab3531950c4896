// The persons of a campaign go so many days after its end; its numbers stay.
import { decodeTextForm } from "@coterie/bytes";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { connectDatabase } from "../src/db/connection.ts";
import { countOverdue } from "../src/rights/rights-upkeep.ts";
import { makeOrganisation, makePage, pullAll, type TestOrganisation, type TestPage } from "./support/coalition.ts";
import { codeOf, connectClients } from "./support/gateway.ts";
import {
  countRows,
  databaseOf,
  dayMs,
  follow,
  hourMs,
  mailClient,
  type MailWorld,
  sign,
  startMailWorld,
} from "./support/mail-world.ts";

let world: MailWorld;
let lead: TestOrganisation;
let partner: TestOrganisation;
let outsider: TestOrganisation;

beforeAll(async () => {
  world = await startMailWorld();
  lead = await makeOrganisation(world.gateway, { stem: "lead" });
  partner = await makeOrganisation(world.gateway, { stem: "partner" });
  outsider = await makeOrganisation(world.gateway, { stem: "outsider" });
});
afterAll(async () => await world.close());

async function makeShared(): Promise<TestPage> {
  return await makePage({ lead, runner: partner }, { forcesDelivery: true });
}

async function setOpen({ campaign }: TestPage, open: boolean): Promise<void> {
  await lead.clients.organisations.updateCampaign({ campaignId: campaign.id, open });
}

async function setDays({ campaign }: TestPage, days: number): Promise<void> {
  await lead.clients.rights.setRetention({ campaignId: campaign.id, days });
}

async function pass(ms: number): Promise<void> {
  world.clock.nowMs += ms;
  await world.gateway.rights.keepUpNow();
}

async function heldOf(page: TestPage): Promise<number> {
  const hex = Buffer.from(decodeTextForm("ccam", page.campaign.id, { lengthBytes: 16 })).toString("hex");
  return await countRows(
    world,
    "contacts c JOIN actions a ON a.id = c.action_id",
    `a.campaign_id = '\\x${hex}' AND a.erased_at_ms IS NULL`,
  );
}

async function overdue(): Promise<number> {
  const { pool, close } = connectDatabase({ log: () => undefined }, await databaseOf(world.gateway));
  try {
    return await countOverdue({ pool, now: () => world.clock.nowMs });
  } finally {
    await close();
  }
}

describe("a campaign's retention", () => {
  it("deletes every person so many days after the end, tells all receivers, and keeps the count", async () => {
    const page = await makeShared();
    const other = await makeShared();
    await setDays(page, 30);
    const people = Array.from({ length: 230 }, (_unused, i) => `p${i}@example.org`);
    const signed = await Promise.all(people.map(async (email) => (await sign(world, page, { email })).request));
    await sign(world, other, {});
    await pass(100 * dayMs);
    expect(await heldOf(page)).toBe(460);
    await setOpen(page, false);
    await pass(30 * dayMs - hourMs);
    expect(await heldOf(page)).toBe(460);
    const { retention } = await partner.clients.rights.getRetention({ campaignId: page.campaign.id });
    expect(retention).toMatchObject({ days: 30, kept: 230n });
    expect(Number(retention?.deletesAtMs)).toBe(world.clock.nowMs + hourMs);
    world.clock.nowMs += 3 * hourMs;
    expect(await overdue()).toBe(230);
    await world.gateway.rights.keepUpNow();
    expect(await overdue()).toBe(0);
    expect(await heldOf(page)).toBe(0);
    expect(await heldOf(other)).toBe(2);
    for (const owner of [lead, partner]) {
      const { events } = await owner.clients.organisations.pullContacts({ cursor: "0", limit: 1000 });
      const expired = events.filter(({ kind }) => kind === "expired").map(({ actionId }) => actionId);
      expect(expired.sort()).toEqual(signed.map(({ actionId }) => actionId).sort());
    }
    const { counter } = await connectClients(world.gateway.address).actions.getCounter({ pageName: page.page.name });
    expect(counter).toBe(230n);
    const hex = Buffer.from(decodeTextForm("ccam", page.campaign.id, { lengthBytes: 16 })).toString("hex");
    expect(await countRows(world, "actions", `campaign_id = '\\x${hex}' AND erasure = 'expired'`)).toBe(230);
    expect(
      await countRows(world, "fingerprints f JOIN actions a ON a.id = f.action_id", `a.campaign_id = '\\x${hex}'`),
    ).toBe(0);
  });

  it("leaves a day to take a decision back, however long ago the campaign ended", async () => {
    const page = await makeShared();
    await sign(world, page, {});
    await setOpen(page, false);
    await pass(1000 * dayMs);
    await setDays(page, 1);
    await pass(23 * hourMs);
    expect(await heldOf(page)).toBe(2);
    await setDays(page, 0);
    await pass(100 * dayMs);
    expect(await heldOf(page)).toBe(2);
    await setDays(page, 1);
    // Saying the same again does not begin the day anew.
    await pass(20 * hourMs);
    await setDays(page, 1);
    await pass(5 * hourMs);
    expect(await heldOf(page)).toBe(0);
  });

  it("ends nothing in a campaign that is open, or was opened again", async () => {
    const page = await makeShared();
    await setDays(page, 1);
    await sign(world, page, {});
    await setOpen(page, false);
    await pass(hourMs);
    await setOpen(page, true);
    await pass(100 * dayMs);
    expect(await heldOf(page)).toBe(2);
    await setOpen(page, false);
    // Closing what is closed does not begin the days anew.
    await pass(20 * hourMs);
    await setOpen(page, false);
    await pass(5 * hourMs);
    expect(await heldOf(page)).toBe(0);
  });

  it("leaves in the stream who confirmed the newsletter, until the organisation has heard of it", async () => {
    const page = await makePage({ lead });
    await mailClient(world.gateway, lead).setPageMails({ pageId: page.page.id, mails: { confirmNewsletter: true } });
    await setDays(page, 1);
    const answers = { [lead.organisation.id]: "yes" } as const;
    const { request } = await sign(world, page, { email: "reader@example.org", answers });
    await world.gateway.mails.workNow();
    await follow(world, world.server.to("reader@example.org")[0]?.tokens[0] ?? "", "POST");
    await setOpen(page, false);
    await pass(3 * dayMs);
    const kinds: string[] = [];
    for (let cursor = "0", more = true; more; ) {
      const pulled = await lead.clients.organisations.pullContacts({ cursor, limit: 1000 });
      kinds.push(...pulled.events.filter(({ actionId }) => actionId === request.actionId).map(({ kind }) => kind));
      cursor = pulled.nextCursor;
      more = pulled.more;
    }
    expect(kinds).toEqual(["newsletter-confirmed", "expired"]);
  });

  it("ends signatures that await confirmation as well, with their addresses", async () => {
    const page = await makePage({ lead });
    await mailClient(world.gateway, lead).setPageMails({ pageId: page.page.id, mails: { confirmSupporter: true } });
    await setDays(page, 1);
    const { awaitsConfirmation } = await sign(world, page, { email: "late@example.org" });
    expect(awaitsConfirmation).toBe(true);
    await setOpen(page, false);
    await pass(2 * dayMs);
    expect(await heldOf(page)).toBe(0);
    expect(await countRows(world, "mail_boxes")).toBe(0);
    expect((await pullAll(lead)).some(({ pageId }) => pageId === page.page.id)).toBe(false);
  });

  it("is the lead's alone to set, and no others' to see but those who run pages", async () => {
    const page = await makeShared();
    const campaignId = page.campaign.id;
    expect(await codeOf(partner.clients.rights.setRetention({ campaignId, days: 5 }))).toBe("not-found");
    expect(await codeOf(outsider.clients.rights.setRetention({ campaignId, days: 5 }))).toBe("not-found");
    expect(await codeOf(outsider.clients.rights.getRetention({ campaignId }))).toBe("not-found");
    expect(await codeOf(partner.clients.rights.getRetention({ campaignId }))).toBe("accepted");
    for (const days of [-1, 3651, 2 ** 30]) {
      expect(await codeOf(lead.clients.rights.setRetention({ campaignId, days }))).toBe("invalid");
    }
    expect(await codeOf(lead.clients.rights.setRetention({ campaignId, days: 3650 }))).toBe("accepted");
  });
});
