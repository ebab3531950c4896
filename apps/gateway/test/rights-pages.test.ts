// What persons do by themselves at /rights, and what mallory tries there.
import { randomBytes } from "node:crypto";
import { decodeTextForm } from "@coterie/bytes";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { rightsTextsOf } from "../src/rights/texts/catalogue.ts";
import { makeOrganisation, makePage, type TestOrganisation, type TestPage } from "./support/coalition.ts";
import { startTestGateway, wideRates } from "./support/gateway.ts";
import { countRows, dayMs, hourMs, type MailWorld, sign, startMailWorld, stateOf } from "./support/mail-world.ts";

let world: MailWorld;
let lead: TestOrganisation;
let partner: TestOrganisation;
let page: TestPage;

beforeAll(async () => {
  world = await startMailWorld();
  lead = await makeOrganisation(world.gateway, { stem: "lead" });
  partner = await makeOrganisation(world.gateway, { stem: "partner" });
  page = await makePage({ lead, runner: partner }, { forcesDelivery: true });
});
afterAll(async () => await world.close());

const english = rightsTextsOf("en");

interface Got {
  readonly status: number;
  readonly text: string;
  readonly headers: Headers;
}

async function get(path: string, headers: Record<string, string> = {}): Promise<Got> {
  const answer = await fetch(`${world.gateway.address}${path}`, { headers });
  return { status: answer.status, text: await answer.text(), headers: answer.headers };
}

async function post(path: string, fields: Record<string, string>, address = world.gateway.address): Promise<Got> {
  const answer = await fetch(`${address}${path}`, { method: "POST", body: new URLSearchParams(fields) });
  return { status: answer.status, text: await answer.text(), headers: answer.headers };
}

let serial = 0;
function freshAddress(): string {
  serial++;
  return `asker${serial}@example.org`;
}

/** Asks, and returns the path of the link in the mail, if one came. */
async function ask(email: string, mailedTo = email): Promise<string | undefined> {
  expect((await post("/rights", { email })).status).toBe(200);
  await world.gateway.mails.workNow();
  const mail = world.server.to(mailedTo).at(-1);
  return /\/rights\/[A-Za-z0-9_-]{43}(?=\s)/.exec(mail?.text ?? "")?.[0];
}

async function contacts(): Promise<number> {
  return await countRows(world, "contacts");
}

describe("a person who asks", () => {
  it("gets a link, sees what is held, and deletes it everywhere", async () => {
    const email = freshAddress();
    const answers = { [partner.organisation.id]: "yes" } as const;
    const { request } = await sign(world, page, { email, firstName: "Quirina", answers });
    const link = (await ask(email)) ?? "";
    const shown = await get(link);
    expect(shown.status).toBe(200);
    for (const { organisation } of [lead, partner]) expect(shown.text).toContain(organisation.title);
    expect(shown.text).toContain("Keep the river clean");
    expect(shown.text).toContain("may write to you by email");
    // No field of the person, whatever it is.
    expect(shown.text).not.toMatch(new RegExp(`${email}|Quirina|Liddell`, "i"));
    const file = await get(`${link}?format=json`);
    expect(JSON.parse(file.text)).toEqual({
      actions: [
        {
          campaign: "Keep the river clean",
          pageOrganisation: partner.organisation.title,
          signedAt: new Date(world.clock.nowMs).toISOString(),
          confirmed: true,
          receivers: [
            { organisation: partner.organisation.title, mayWrite: "yes" },
            { organisation: lead.organisation.title, mayWrite: "no" },
          ],
        },
      ],
    });
    expect(file.headers.get("content-disposition")).toContain("attachment");
    const before = await contacts();
    const deleted = await post(link, { erase: "yes" });
    expect(deleted.text).toContain(english.deleted.title);
    expect(await contacts()).toBe(before - 2);
    for (const owner of [lead, partner]) {
      const { events } = await owner.clients.organisations.pullContacts({ cursor: "0", limit: 1000 });
      expect(events.filter(({ actionId }) => actionId === request.actionId).map(({ kind }) => kind)).toEqual([
        "erased",
      ]);
    }
    expect((await get(link)).text).toContain(english.used.title);
    expect((await post(link, { erase: "yes" })).text).toContain(english.used.title);
  });

  it("is answered alike whether or not anything is held, and only a known address gets a mail", async () => {
    const known = freshAddress();
    await sign(world, page, { email: known });
    const unknown = freshAddress();
    // What was stored, also where it was answered already.
    await world.sql.query(`
      CREATE TABLE seen (row text);
      CREATE FUNCTION see() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN INSERT INTO seen VALUES (NEW::text); RETURN NEW; END $$;
      CREATE TRIGGER see AFTER INSERT ON rights_requests FOR EACH ROW EXECUTE FUNCTION see()`);
    const [first, second] = [await post("/rights", { email: known }), await post("/rights", { email: unknown })];
    expect(second.text).toBe(first.text);
    expect(second.status).toBe(first.status);
    // The rows are alike, too: nothing is looked up before the answer is given.
    const { rows } = await world.sql.query<{ row: string }>("SELECT row FROM seen");
    expect(rows).toHaveLength(2);
    expect(new Set(rows.map(({ row }) => row.length)).size).toBe(1);
    expect(rows.map(({ row }) => row).join()).not.toContain("example.org");
    await world.gateway.mails.workNow();
    expect(world.server.to(known)).toHaveLength(1);
    expect(world.server.to(unknown)).toHaveLength(0);
    expect(await countRows(world, "rights_requests")).toBe(0);
    await world.sql.query("DROP TRIGGER see ON rights_requests");
  });

  it("may keep everything, and must choose", async () => {
    const email = freshAddress();
    await sign(world, page, { email });
    const link = (await ask(email)) ?? "";
    const before = await contacts();
    expect((await post(link, {})).status).toBe(422);
    expect((await post(link, { erase: "maybe" })).status).toBe(422);
    expect((await post(link, { erase: "no" })).text).toContain(english.kept.title);
    expect(await contacts()).toBe(before);
    expect((await post(link, { erase: "yes" })).text).toContain(english.deleted.title);
  });

  it("is asked again for an address that is none", async () => {
    for (const email of ["", "nobody", "a@b", "a b@example.org", `${"a".repeat(300)}@example.org`]) {
      expect((await post("/rights", { email })).status).toBe(422);
    }
    expect((await post("/rights", { email: "x".repeat(10_000) })).status).toBe(503);
    expect(await countRows(world, "rights_requests")).toBe(0);
  });

  it("reads it in the own language, without any script", async () => {
    for (const [locale, wanted] of Object.entries({ en: "en-GB,fr", fr: "fr-BE,en", pl: "pl", ar: "ar-EG" })) {
      const shown = await get("/rights", { "accept-language": wanted });
      expect(shown.text).toContain(rightsTextsOf(locale).ask.button);
      expect(shown.text).toContain(`<html lang="${locale}"`);
      expect(shown.text).not.toContain("<script");
      expect(shown.headers.get("content-security-policy")).toContain("default-src 'none'");
      expect(shown.headers.get("cache-control")).toBe("no-store");
      expect(shown.headers.get("referrer-policy")).toBe("no-referrer");
    }
    expect((await get("/rights?lang=pl", { "accept-language": "fr" })).text).toContain(rightsTextsOf("pl").ask.button);
  });
});

describe("a link", () => {
  it("changes nothing when it is fetched, by whatever method only reads", async () => {
    const email = freshAddress();
    await sign(world, page, { email });
    const link = (await ask(email)) ?? "";
    const before = await contacts();
    for (let visit = 0; visit < 20; visit++) await get(link);
    for (const method of ["HEAD", "PUT", "DELETE", "PATCH", "OPTIONS"]) {
      const { status } = await fetch(`${world.gateway.address}${link}`, { method });
      expect([200, 405]).toContain(status);
    }
    expect(await contacts()).toBe(before);
  });

  it("cannot be guessed, forged, or borrowed from confirmations", async () => {
    const email = freshAddress();
    await sign(world, page, { email });
    const link = (await ask(email)) ?? "";
    const real = Buffer.from(link.slice("/rights/".length), "base64url");
    const before = await contacts();
    const forged = [
      ...Array.from({ length: 200 }, () => randomBytes(32).toString("base64url")),
      ...Array.from({ length: 256 }, (_unused, bit) => {
        const changed = Buffer.from(real);
        changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7));
        return changed.toString("base64url");
      }),
      `${link.slice("/rights/".length)}A`,
      "%00",
      "..%2f..",
      "x".repeat(500),
    ];
    for (const text of forged) expect((await post(`/rights/${text}`, { erase: "yes" })).status).toBe(404);
    // A token of one kind is none of the other.
    expect((await fetch(`${world.gateway.address}/c/${real.toString("base64url")}`, { method: "POST" })).status).toBe(
      404,
    );
    expect(await contacts()).toBe(before);
  });

  it("deletes once from many posts at the same time, and only what it was made for", async () => {
    const [mine, theirs] = [freshAddress(), freshAddress()];
    await sign(world, page, { email: mine });
    const { request } = await sign(world, page, { email: theirs });
    const link = (await ask(mine)) ?? "";
    const later = await sign(world, page, { email: mine });
    const posts = await Promise.all(Array.from({ length: 8 }, async () => await post(link, { erase: "yes" })));
    expect(posts.some(({ text }) => text.includes(english.deleted.title))).toBe(true);
    for (const id of [request.actionId, later.request.actionId]) {
      expect(await countRows(world, "contacts", `action_id = '\\x${hexOf(id)}'`)).toBe(2);
    }
    expect(await stateOf(world, decodeTextForm("cact", request.actionId, { lengthBytes: 16 }))).toBe("accepted");
  });

  it("ends after a day, and nothing of it stays", async () => {
    const email = freshAddress();
    await sign(world, page, { email });
    const link = (await ask(email)) ?? "";
    world.clock.nowMs += dayMs;
    expect((await get(link)).status).toBe(404);
    expect((await post(link, { erase: "yes" })).status).toBe(404);
    await world.gateway.rights.keepUpNow();
    expect(await countRows(world, "rights_tokens")).toBe(0);
  });

  it("goes to the address that was signed with, not to one that merely looks like it to us", async () => {
    const email = freshAddress();
    await sign(world, page, { email });
    expect(await ask(` ${email.toUpperCase()} `, email)).toBeDefined();
    // A domain that another reader might take for another one.
    const odd = email.replace("example", "ｅxample");
    await post("/rights", { email: odd });
    await world.gateway.mails.workNow();
    expect(world.server.mails.every(({ envelopeTo }) => /^[a-z0-9]+@example\.org$/.test(envelopeTo))).toBe(true);
  });
});

describe("a gateway", () => {
  it("limits how often one network asks and how often one mailbox is written to", async () => {
    const email = freshAddress();
    await sign(world, page, { email });
    for (let i = 0; i < 20; i++) await post("/rights", { email });
    await world.gateway.mails.workNow();
    expect(world.server.to(email).length).toBeLessThanOrEqual(6);
    const narrow = await startTestGateway({
      rates: { ...wideRates, rights: { perSecond: 0, burst: 2 } },
      mails: { smtpUrl: world.server.url, from: "actions@gateway.example" },
    });
    try {
      const statuses: number[] = [];
      for (let i = 0; i < 3; i++) statuses.push((await post("/rights", { email }, narrow.address)).status);
      expect(statuses).toEqual([200, 200, 429]);
    } finally {
      await narrow.close();
    }
  });

  it("drops questions that no mail server took in time, and keeps them until then", async () => {
    const email = freshAddress();
    await sign(world, page, { email });
    const before = await countRows(world, "rights_tokens");
    world.server.refuse = () => ({ at: "RCPT", code: 451, text: "not now" });
    await post("/rights", { email });
    await world.gateway.mails.workNow();
    expect(await countRows(world, "rights_requests")).toBe(1);
    expect(await countRows(world, "rights_tokens")).toBe(before);
    world.server.refuse = undefined;
    world.clock.nowMs += hourMs;
    await world.gateway.mails.workNow();
    expect(world.server.to(email)).toHaveLength(1);
    world.server.refuse = () => ({ at: "RCPT", code: 451, text: "not now" });
    await post("/rights", { email });
    await world.gateway.mails.workNow();
    world.clock.nowMs += 2 * hourMs;
    await world.gateway.rights.keepUpNow();
    world.server.refuse = undefined;
    expect(await countRows(world, "rights_requests")).toBe(0);
  });

  it("without a mail server says whom to ask instead", async () => {
    const silent = await startTestGateway();
    try {
      const answer = await fetch(`${silent.address}/rights`);
      expect(await answer.text()).toContain(english.noMails.title);
      expect((await post("/rights", { email: "a@example.org" }, silent.address)).text).toContain(english.noMails.title);
    } finally {
      await silent.close();
    }
  });
});

function hexOf(actionId: string): string {
  return Buffer.from(decodeTextForm("cact", actionId, { lengthBytes: 16 })).toString("hex");
}
