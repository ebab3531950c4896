// Notices to staff: who is told of what, in which language, and that nobody can be taken off the list in silence.
import { randomBytes } from "@coterie/primitives";
import { nodePrimitives, systemRandom } from "@coterie/primitives/node";
import { parseKeyId } from "@coterie/sealed-box/seal";
import { createVault, generateFieldKey } from "@coterie/vault";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openAddress } from "../src/notices/notice-addresses.ts";
import { makeOrganisation, makePage, rotateKey, type TestOrganisation } from "./support/coalition.ts";
import { codeOf, connectClients, startTestGateway } from "./support/gateway.ts";
import { publish, startLog } from "./support/key-authority.ts";
import type { ReceivedMail } from "./support/mail-server.ts";
import { countRows, dayMs, follow, hourMs, type MailWorld, startMailWorld } from "./support/mail-world.ts";
import { type StaffClients, staffClients } from "./support/staff.ts";

let world: MailWorld;

beforeAll(async () => {
  world = await startMailWorld();
});

afterAll(async () => await world.close());

interface Staff extends StaffClients {
  readonly owner: TestOrganisation;
}

async function makeStaff(stem = "staff"): Promise<Staff> {
  const owner = await makeOrganisation(world.gateway, { stem });
  return { owner, ...staffClients(world.gateway, owner) };
}

let serial = 0;

function freshAddress(name: string): string {
  serial++;
  return `${name}-${serial}@work.example`;
}

/** Sends what is due, some time later. */
async function send(afterMs = 120_000): Promise<void> {
  world.clock.nowMs += afterMs;
  await world.gateway.notices.keepUpNow();
  await world.gateway.mails.workNow();
}

function lastTo(address: string): ReceivedMail {
  const mail = world.server.to(address).at(-1);
  if (mail === undefined) throw new Error("no mail");
  return mail;
}

/** Adds an address and follows its link. */
async function addConfirmed(
  { notices }: Pick<Staff, "notices">,
  { email, locale = "en", replacesId = "" }: { email: string; locale?: string; replacesId?: string },
): Promise<string> {
  const { address } = await notices.addNoticeAddress({ email, locale, replacesId });
  await send();
  const [token = ""] = lastTo(email).tokens;
  expect((await follow(world, token, "POST")).status).toBe(200);
  return address?.id ?? "";
}

describe("an address for notices", () => {
  it("is told nothing before somebody there confirmed it by a posted form", async () => {
    const staff = await makeStaff();
    const email = freshAddress("alice");
    await staff.notices.addNoticeAddress({ email, locale: "en" });
    await rotateKey(staff.owner);
    await send();
    await send();
    expect(world.server.to(email)).toHaveLength(1);
    expect(lastTo(email).text).toContain("it is deleted after seven days");
    expect(lastTo(email).text).not.toContain("is told of changes that matter");
    const [token = ""] = lastTo(email).tokens;
    for (const method of ["GET", "HEAD", "GET"] as const) expect((await follow(world, token, method)).status).toBe(200);
    expect((await staff.notices.listNoticeAddresses({})).addresses).toMatchObject([{ email, confirmed: false }]);
    const confirmed = await follow(world, token, "POST");
    expect(confirmed).toMatchObject({ status: 200 });
    expect(confirmed.text).toContain(staff.owner.organisation.title);
    expect((await staff.notices.listNoticeAddresses({})).addresses).toMatchObject([{ email, confirmed: true }]);
    expect((await follow(world, token, "POST")).status).toBe(404);
    expect((await follow(world, token)).status).toBe(404);
    await send();
    // What happened before it was confirmed is not told; that it was confirmed is.
    expect(world.server.to(email)).toHaveLength(2);
    expect(lastTo(email).subject).toBe(`${staff.owner.organisation.title}: an address for notices was confirmed`);
  });

  it("is forgotten where nobody followed the link within seven days", async () => {
    const staff = await makeStaff();
    const email = freshAddress("nobody");
    await staff.notices.addNoticeAddress({ email });
    await send();
    const [token = ""] = lastTo(email).tokens;
    await send(7 * dayMs);
    expect((await follow(world, token, "POST")).status).toBe(404);
    expect((await staff.notices.listNoticeAddresses({})).addresses).toEqual([]);
    expect(world.server.to(email)).toHaveLength(1);
  });

  it("is kept encrypted, under a key outside the database", async () => {
    const staff = await makeStaff();
    const email = freshAddress("canary");
    await staff.notices.addNoticeAddress({ email });
    const { rows } = await world.sql.query<{ row: string }>("SELECT a::text AS row FROM notice_addresses a");
    expect(rows.length).toBeGreaterThan(0);
    for (const { row } of rows) {
      expect(row).not.toContain(email);
      expect(row).not.toContain(Buffer.from(email).toString("hex"));
    }
    const stored = await world.sql.query<{ id: Uint8Array; organisation_id: Uint8Array; address: Uint8Array }>(
      "SELECT id, organisation_id, address FROM notice_addresses ORDER BY created_at_ms DESC, id LIMIT 1",
    );
    const other = createVault(
      { primitives: nodePrimitives, random: systemRandom },
      { current: generateFieldKey({ random: systemRandom }), reading: [] },
    );
    // cast: read from the database as the gateway reads it
    const row = stored.rows[0] as unknown as Parameters<typeof openAddress>[1];
    expect(() => openAddress({ noticeVault: other }, row)).toThrow(
      expect.objectContaining({ code: "vault/unknown-key" }),
    );
  });

  it("is refused without form, twice, too often, or where the gateway sends no mails", async () => {
    const staff = await makeStaff();
    const add = async (email: string, rest = {}): Promise<string> =>
      await codeOf(staff.notices.addNoticeAddress({ email, ...rest }));
    expect(await add("no address")).toBe("invalid");
    expect(await add("a@b.example\r\nBcc: c@d.example")).toBe("invalid");
    expect(await add("")).toBe("invalid");
    const email = freshAddress("bob");
    expect(await add(email, { locale: "no locale" })).toBe("invalid");
    expect(await add(email)).toBe("accepted");
    expect(await add(email.toUpperCase())).toBe("conflict");
    const other = await makeStaff();
    const theirs = await other.notices.addNoticeAddress({ email });
    expect(await add(freshAddress("x"), { replacesId: theirs.address?.id })).toBe("not-found");
    expect(await codeOf(staff.notices.removeNoticeAddress({ id: theirs.address?.id ?? "" }))).toBe("not-found");
    for (let count = 1; count < 20; count++) expect(await add(freshAddress("many"))).toBe("accepted");
    expect(await add(freshAddress("one-more"))).toBe("too-large");
    const { addresses } = await staff.notices.listNoticeAddresses({});
    await staff.notices.removeNoticeAddress({ id: addresses[0]?.id ?? "" });
    expect(await add(freshAddress("again"))).toBe("rate-limited");
    const silent = await startTestGateway();
    const quiet = await makeOrganisation(silent);
    const { notices } = staffClients(silent, quiet);
    expect(await codeOf(notices.addNoticeAddress({ email }))).toBe("unavailable");
    expect((await notices.listNoticeAddresses({})).canSend).toBe(false);
    await silent.close();
  });
});

describe("a changed key", () => {
  it("is told to every address, once, in its own language, right to left where it is so", async () => {
    const staff = await makeStaff();
    const addresses = {
      en: freshAddress("en"),
      fr: freshAddress("fr"),
      pl: freshAddress("pl"),
      ar: freshAddress("ar"),
    };
    for (const [locale, email] of Object.entries(addresses)) await addConfirmed(staff, { email, locale });
    await send();
    const before = world.server.mails.length;
    await rotateKey(staff.owner);
    await send();
    await send();
    expect(world.server.mails).toHaveLength(before + 4);
    const words = { en: "a key was activated", fr: "une clé a été activée", pl: "aktywowano klucz", ar: "فُعِّل مفتاح" };
    for (const locale of ["en", "fr", "pl", "ar"] as const) {
      const mail = lastTo(addresses[locale]);
      expect(mail.text).toContain(words[locale]);
      expect(mail.text).toMatch(/ckey1[a-z0-9]+/);
      expect(mail.text).toContain("first token");
      expect(mail.text).toContain(`${world.gateway.address}/organisation/`);
      expect(mail.html).toContain(`lang="${locale}" dir="${locale === "ar" ? "rtl" : "ltr"}"`);
      expect(mail.from?.name).toBe(staff.owner.organisation.title);
    }
  });

  it("is told where a key log begins, goes on and revokes", async () => {
    const staff = await makeStaff();
    const email = freshAddress("log");
    await addConfirmed(staff, { email });
    await send();
    const authority = await startLog(staff.owner, { nowMs: world.clock.nowMs });
    await send();
    expect(lastTo(email).text).toContain("the key authority was set or changed");
    expect(lastTo(email).text).toContain("a key was activated");
    const { events } = await staff.audit.listAuditEvents({ limit: 3 });
    expect(events.map(({ event }) => event)).toEqual(["key-activated", "authority-changed", "key-log-published"]);
    const { nowMs } = world.clock;
    const keyId = parseKeyId(staff.owner.keyId);
    await publish(authority, { update: { kind: "revoke", keyId, sinceMs: nowMs }, nowMs });
    const before = world.server.to(email).length;
    await send();
    await send();
    expect(lastTo(email).text).toContain(`a key was revoked \u2068${staff.owner.keyId}\u2069`);
    expect(world.server.to(email)).toHaveLength(before + 1);
  });

  it("is told also where somebody wrote it into the database", async () => {
    const staff = await makeStaff();
    const email = freshAddress("watcher");
    await addConfirmed(staff, { email });
    await send();
    const mallory = randomBytes(systemRandom, 32);
    const keyId = Buffer.from(randomBytes(systemRandom, 20));
    const [id] = (
      await world.sql.query<{ id: Uint8Array }>("SELECT id FROM organisations WHERE name = $1", [
        staff.owner.organisation.name,
      ])
    ).rows.map((row) => row.id);
    const before = world.server.to(email).length;
    await world.sql.query("BEGIN");
    await world.sql.query("UPDATE public_keys SET state = 'retired' WHERE organisation_id = $1", [id]);
    await world.sql.query(
      `INSERT INTO public_keys (key_id, organisation_id, public, label, state, imported_at_ms, activated_at_ms)
       VALUES ($1, $2, $3, 'x', 'active', 1, 1)`,
      [keyId, id, Buffer.from(mallory)],
    );
    await world.sql.query("COMMIT");
    await send();
    await send();
    expect(world.server.to(email)).toHaveLength(before + 1);
    expect(lastTo(email).text).toContain("another key is in use than before");
    expect(lastTo(email).text).toContain("noticed by the gateway itself");
    // Back again is another change.
    await world.sql.query("BEGIN");
    await world.sql.query("DELETE FROM public_keys WHERE key_id = $1", [keyId]);
    await world.sql.query("UPDATE public_keys SET state = 'active' WHERE organisation_id = $1", [id]);
    await world.sql.query("COMMIT");
    await send();
    expect(world.server.to(email)).toHaveLength(before + 2);
    await send();
    expect(world.server.to(email)).toHaveLength(before + 2);
  });

  it("makes one mail of many changes at once, and says how many it does not name", async () => {
    const staff = await makeStaff();
    const email = freshAddress("flood");
    await addConfirmed(staff, { email });
    await send();
    const before = world.server.to(email).length;
    for (let count = 0; count < 11; count++) {
      const { token } = await staff.settings.makeToken({ label: `Machine ${count}` });
      await staff.settings.revokeToken({ id: token?.id ?? "" });
    }
    await send();
    expect(world.server.to(email)).toHaveLength(before + 1);
    expect(lastTo(email).subject).toBe(`${staff.owner.organisation.title}: 22 changes to know of`);
    expect(lastTo(email).text).toContain("and 2 more: see the organisation pages.");
  });
});

describe("changing an address", () => {
  it("tells the old one and the new one, and the others", async () => {
    const staff = await makeStaff();
    const [old, fresh, other] = [freshAddress("old"), freshAddress("new"), freshAddress("other")];
    const oldId = await addConfirmed(staff, { email: old });
    await addConfirmed(staff, { email: other });
    await send();
    await addConfirmed(staff, { email: fresh, replacesId: oldId });
    await send();
    for (const email of [old, fresh, other]) {
      expect(lastTo(email).text).toContain("an address for notices was confirmed");
      expect(lastTo(email).text).toContain("an address for notices was removed");
    }
    const { addresses } = await staff.notices.listNoticeAddresses({});
    expect(addresses.map(({ email }) => email).toSorted()).toEqual([fresh, other].toSorted());
    const told = world.server.to(old).length;
    await rotateKey(staff.owner);
    await send();
    expect(world.server.to(old)).toHaveLength(told);
    expect(lastTo(fresh).text).toContain("a key was activated");
    const rows = await countRows(world, "notice_addresses", "state = 'removed'");
    expect(rows).toBe(0);
  });

  it("tells an address that is removed, with what happened before and nothing that came after", async () => {
    const staff = await makeStaff();
    const email = freshAddress("leaving");
    const id = await addConfirmed(staff, { email });
    await send();
    await rotateKey(staff.owner);
    await staff.notices.removeNoticeAddress({ id });
    await staff.settings.makeToken({ label: "After" });
    await send();
    expect(lastTo(email).text).toContain("a key was activated");
    expect(lastTo(email).text).toContain("an address for notices was removed");
    expect(lastTo(email).text).not.toContain("token was made");
    expect(await codeOf(staff.notices.removeNoticeAddress({ id }))).toBe("not-found");
  });
});

describe("a mail server that does not take a notice", () => {
  it("gets it again later, and no event is lost or told twice", async () => {
    const staff = await makeStaff();
    const email = freshAddress("later");
    await addConfirmed(staff, { email });
    await send();
    const before = world.server.to(email).length;
    world.server.refuse = (address) => (address === email ? { at: "RCPT", code: 451, text: "later" } : undefined);
    await rotateKey(staff.owner);
    await send();
    await staff.settings.makeToken({ label: "Meanwhile" });
    await send(hourMs);
    expect(world.server.to(email)).toHaveLength(before);
    world.server.refuse = undefined;
    await send(hourMs);
    await send(hourMs);
    expect(world.server.to(email)).toHaveLength(before + 1);
    expect(lastTo(email).text).toContain("a key was activated");
    expect(lastTo(email).text).toContain("an access token was made");
  });
});

describe("the list for the pages", () => {
  it("shows each token what happened since it was made, until that token dismisses it", async () => {
    const staff = await makeStaff();
    world.clock.nowMs += 1000;
    const { secret } = await staff.settings.makeToken({ label: "Carol" });
    const carol = staffClients(world.gateway, { token: secret });
    world.clock.nowMs += 1000;
    await rotateKey(staff.owner);
    const seen = async ({ notices }: Pick<StaffClients, "notices">): Promise<readonly string[]> =>
      (await notices.listNotices({})).notices.map(({ event }) => event);
    expect(await seen(carol)).toEqual(["key-activated", "key-imported"]);
    expect(await seen(staff)).toEqual(["key-activated", "key-imported", "token-made"]);
    const { notices } = await carol.notices.listNotices({});
    const seqs = notices.map(({ seq }) => seq);
    const stranger = await makeStaff();
    await stranger.notices.dismissNotices({ seqs });
    await carol.notices.dismissNotices({ seqs: seqs.slice(0, 1) });
    await carol.notices.dismissNotices({ seqs: seqs.slice(0, 1) });
    expect(await seen(carol)).toEqual(["key-imported"]);
    expect(await seen(staff)).toHaveLength(3);
    expect(await codeOf(carol.notices.dismissNotices({ seqs: [] }))).toBe("invalid");
    expect(await codeOf(carol.notices.dismissNotices({ seqs: Array.from({ length: 101 }, () => 1n) }))).toBe(
      "too-large",
    );
    expect(await countRows(world, "notice_dismissals")).toBe(1);
    world.clock.nowMs += 90 * dayMs;
    expect(await seen(staff)).toEqual([]);
  });
});

describe("several tokens of one organisation", () => {
  it("work until one of them is revoked, by itself or by another", async () => {
    const staff = await makeStaff();
    world.clock.nowMs++;
    const made = await staff.settings.makeToken({ label: "  Carol’s  laptop " });
    expect(made.token).toMatchObject({ label: "Carol’s laptop", isOwn: false });
    const carol = staffClients(world.gateway, { token: made.secret });
    const { tokens } = await carol.settings.listTokens({});
    expect(tokens.map(({ label, isOwn }) => [label, isOwn])).toEqual([
      ["first token", false],
      ["Carol’s laptop", true],
    ]);
    await carol.settings.revokeToken({ id: tokens[0]?.id ?? "" });
    expect(await codeOf(staff.settings.listTokens({}))).toBe("unauthenticated");
    expect(await codeOf(carol.settings.revokeToken({ id: tokens[0]?.id ?? "" }))).toBe("not-found");
    expect(await codeOf(carol.settings.revokeToken({ id: tokens[1]?.id ?? "" }))).toBe("conflict");
    expect(await codeOf(carol.settings.listTokens({}))).toBe("accepted");
  });

  it("cannot revoke each other at once and leave none", async () => {
    const staff = await makeStaff();
    const { secret } = await staff.settings.makeToken({ label: "Second" });
    const second = staffClients(world.gateway, { token: secret });
    const { tokens } = await second.settings.listTokens({});
    const codes = await Promise.all([
      codeOf(staff.settings.revokeToken({ id: tokens[1]?.id ?? "" })),
      codeOf(second.settings.revokeToken({ id: tokens[0]?.id ?? "" })),
    ]);
    expect(codes).toContain("accepted");
    expect(new Set(codes).size).toBe(2);
  });

  it("are at most 50, each with a label of 1 to 100 characters, of their own organisation", async () => {
    const staff = await makeStaff();
    const make = async (label: string): Promise<string> => await codeOf(staff.settings.makeToken({ label }));
    expect(await make(" ")).toBe("invalid");
    expect(await make("x".repeat(101))).toBe("invalid");
    expect(await make("x".repeat(100))).toBe("accepted");
    for (let count = 2; count < 50; count++) expect(await make(`Token ${count}`)).toBe("accepted");
    expect(await make("One more")).toBe("too-large");
    const stranger = await makeStaff();
    const { tokens } = await staff.settings.listTokens({});
    expect(await codeOf(stranger.settings.revokeToken({ id: tokens[3]?.id ?? "" }))).toBe("not-found");
    // The operator's replacement ends all of them.
    const { administration } = connectClients(world.gateway.address, world.gateway.operatorToken);
    const { token } = await administration.replaceToken({ organisationId: staff.owner.organisation.id });
    expect(await codeOf(staff.settings.listTokens({}))).toBe("unauthenticated");
    expect((await staffClients(world.gateway, { token }).settings.listTokens({})).tokens).toHaveLength(1);
  });
});

describe("settings", () => {
  it("change what is named and nothing else, of the caller's own", async () => {
    const staff = await makeStaff();
    expect(await staff.settings.getSettings({})).toMatchObject({ locale: "en" });
    await staff.settings.updateOrganisation({ locale: "pl" });
    expect(await staff.settings.updateOrganisation({ title: "Rzeka" })).toMatchObject({
      organisation: { title: "Rzeka", name: staff.owner.organisation.name },
      locale: "pl",
    });
    expect(await codeOf(staff.settings.updateOrganisation({ title: "" }))).toBe("invalid");
    expect(await codeOf(staff.settings.updateOrganisation({ locale: "not a locale" }))).toBe("invalid");
    const { address } = await staff.notices.addNoticeAddress({ email: freshAddress("pl") });
    expect(address?.locale).toBe("pl");
  });

  it("are nobody else's: another organisation's page is not found, and without a token nothing is", async () => {
    const staff = await makeStaff();
    const { page } = await makePage({ lead: staff.owner });
    const stranger = await makeStaff();
    const update = { pageId: page.id, description: "Mallory was here." };
    expect(await codeOf(stranger.settings.updateActionPage(update))).toBe("not-found");
    expect(await codeOf(stranger.settings.getEmbedSnippet({ pageId: page.id }))).toBe("not-found");
    expect(await codeOf(staff.settings.updateActionPage({ ...update, embedOrigins: { origins: ["no origin"] } }))).toBe(
      "invalid",
    );
    expect(await codeOf(staff.settings.updateActionPage(update))).toBe("accepted");
    const nobody = staffClients(world.gateway, { token: "ctok1nothing" });
    const calls = [
      nobody.settings.getSettings({}),
      nobody.settings.updateOrganisation({ title: "x" }),
      nobody.settings.listTokens({}),
      nobody.settings.makeToken({ label: "x" }),
      nobody.settings.revokeToken({ id: "x" }),
      nobody.settings.updateActionPage(update),
      nobody.settings.getEmbedSnippet({ pageId: page.id }),
      nobody.notices.listNotices({}),
      nobody.notices.dismissNotices({ seqs: [1n] }),
      nobody.notices.listNoticeAddresses({}),
      nobody.notices.addNoticeAddress({ email: "a@work.example" }),
      nobody.notices.removeNoticeAddress({ id: "x" }),
    ];
    for (const call of calls) expect(await codeOf(call)).toBe("unauthenticated");
  });
});
