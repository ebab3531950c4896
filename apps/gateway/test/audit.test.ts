// The audit log over the wire: what is recorded, who sees what, and what an organisation notices of an operator who changes it.
import type { AuditMemory } from "@coterie/audit-log";
import { encodeHex } from "@coterie/bytes";
import { cp, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import type { Client as PgClient } from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { clearRequest, makeOrganisation, makePage, rotateKey, type TestOrganisation } from "./support/coalition.ts";
import { codeOf, connectClients, makeDataFolder, startTestGateway, type TestGateway } from "./support/gateway.ts";
import { connectSql } from "./support/mail-world.ts";
import { checkLog, findingOf, headOf, staffClients } from "./support/staff.ts";

const clock = { nowMs: Date.now() };
let gateway: TestGateway;
let sql: PgClient;
let alice: TestOrganisation;
let bob: TestOrganisation;

beforeAll(async () => {
  gateway = await startTestGateway({ now: () => clock.nowMs });
  sql = await connectSql(gateway);
  alice = await makeOrganisation(gateway, { stem: "alice" });
  bob = await makeOrganisation(gateway, { stem: "bob" });
});

afterAll(async () => {
  await sql.end();
  await gateway.close();
});

/** The names of an organisation's events, the oldest first. */
async function eventsOf(owner: TestOrganisation): Promise<readonly string[]> {
  const { events } = await staffClients(gateway, owner).audit.listAuditEvents({});
  return events.map(({ event }) => event).toReversed();
}

/** Runs statements as somebody who holds the database and turns its rules off. */
async function asSuperuser(statement: string): Promise<void> {
  await sql.query(`BEGIN; SET LOCAL session_replication_role = replica; ${statement}; COMMIT`);
}

/** What the statement changes is found, and the log is whole again afterwards. */
async function findingAfter(
  statement: string,
  { remembered, owner = alice }: { remembered: AuditMemory | undefined; owner?: TestOrganisation },
): Promise<string> {
  await sql.query(
    `CREATE TABLE kept_logs AS TABLE audit_logs; CREATE TABLE kept_events AS TABLE audit_events;
     CREATE TABLE kept_chain AS TABLE audit_chain`,
  );
  try {
    await asSuperuser(statement);
    return await findingOf(checkLog(gateway, { owner, remembered }));
  } finally {
    await asSuperuser(
      `DELETE FROM audit_chain; DELETE FROM audit_events; DELETE FROM audit_logs;
       INSERT INTO audit_logs SELECT * FROM kept_logs;
       INSERT INTO audit_events OVERRIDING SYSTEM VALUE SELECT * FROM kept_events;
       INSERT INTO audit_chain SELECT * FROM kept_chain`,
    );
    await sql.query("DROP TABLE kept_logs, kept_events, kept_chain");
  }
}

describe("what is recorded", () => {
  it("is every change of an organisation, with the token that made it", async () => {
    const owner = await makeOrganisation(gateway, { stem: "recorded" });
    const { campaign, page } = await makePage({ lead: owner });
    const { organisations } = owner.clients;
    await organisations.updateCampaign({ campaignId: campaign.id, title: "Cleaner" });
    await organisations.allowPartner({ campaignId: campaign.id, organisationId: bob.organisation.id });
    await organisations.allowPartner({ campaignId: campaign.id, organisationId: bob.organisation.id });
    const { settings, audit } = staffClients(gateway, owner);
    await settings.updateActionPage({ pageId: page.id, description: "Sign now." });
    await settings.updateOrganisation({ title: "Another title" });
    expect(await eventsOf(owner)).toEqual([
      "organisation-created",
      "token-made",
      "key-imported",
      "key-activated",
      "campaign-created",
      "page-created",
      "campaign-updated",
      "partner-allowed",
      "page-updated",
      "organisation-updated",
    ]);
    const { events } = await audit.listAuditEvents({});
    const { tokens } = await settings.listTokens({});
    const byOperator = events.filter(({ actor }) => actor === "operator").map(({ event }) => event);
    expect(byOperator).toEqual(["token-made", "organisation-created"]);
    const byToken = events.filter(({ actor }) => actor === "organisation");
    expect(new Set(byToken.map(({ tokenId }) => tokenId))).toEqual(new Set([tokens[0]?.id]));
    expect(events.find(({ event }) => event === "page-updated")).toMatchObject({ subject: page.id });
    expect(events.find(({ event }) => event === "key-activated")).toMatchObject({ subject: owner.keyId });
  });

  it("is nothing where a change was refused", async () => {
    const owner = await makeOrganisation(gateway, { stem: "refused" });
    const { campaign } = await makePage({ lead: owner });
    const before = await eventsOf(owner);
    const { organisations } = owner.clients;
    expect(await codeOf(organisations.createCampaign({ name: campaign.name, title: "x", formSchema: "basic/1" }))).toBe(
      "conflict",
    );
    const { organisations: others } = alice.clients;
    expect(await codeOf(others.updateCampaign({ campaignId: campaign.id, open: false }))).toBe("not-found");
    expect(await eventsOf(owner)).toEqual(before);
  });

  it("is at most one event an hour for pulls, with how many contacts they were", async () => {
    const owner = await makeOrganisation(gateway, { stem: "pulled" });
    const { page } = await makePage({ lead: owner });
    const { actions } = connectClients(gateway.address);
    for (let count = 0; count < 3; count++) await actions.submit(clearRequest(page, { atMs: clock.nowMs }));
    const { organisations } = owner.clients;
    const pulls = async (): Promise<readonly bigint[]> => {
      const { events } = await staffClients(gateway, owner).audit.listAuditEvents({});
      return events.filter(({ event }) => event === "contacts-pulled").map(({ amount }) => amount);
    };
    await organisations.pullContacts({ cursor: "3" });
    expect(await pulls()).toEqual([]);
    await organisations.pullContacts({ cursor: "1" });
    await organisations.pullContacts({ cursor: "0" });
    await organisations.pullContacts({ cursor: "0", limit: 1 });
    expect(await pulls()).toEqual([2n]);
    clock.nowMs += 3_599_999;
    await gateway.notices.keepUpNow();
    expect(await pulls()).toEqual([2n]);
    clock.nowMs += 1;
    await gateway.notices.keepUpNow();
    expect(await pulls()).toEqual([4n, 2n]);
    clock.nowMs += 2 * 3_600_000;
    await gateway.notices.keepUpNow();
    expect(await pulls()).toEqual([4n, 2n]);
  });
});

describe("who sees what", () => {
  it("gives an organisation its own events and, of the others, nothing but hashes", async () => {
    const { audit } = staffClients(gateway, alice);
    const { links } = await audit.listAuditLinks({});
    const own = links.flatMap(({ event }) => (event === undefined ? [] : [event]));
    expect(own.map(({ event }) => event)).toEqual(await eventsOf(alice));
    expect(links.length).toBeGreaterThan(own.length);
    const { rows } = await sql.query<{ salt: Uint8Array }>("SELECT salt FROM audit_events WHERE organisation_id = $1", [
      Buffer.from(await idOf(bob)),
    ]);
    expect(rows.length).toBeGreaterThan(0);
    const shown = JSON.stringify([...links, ...own], (_key, value: unknown) =>
      value instanceof Uint8Array ? encodeHex(value) : typeof value === "bigint" ? String(value) : value,
    );
    for (const { salt } of rows) expect(shown).not.toContain(encodeHex(salt));
    for (const secret of [bob.organisation.id, bob.keyId]) expect(shown).not.toContain(secret);
  });

  it("asks for a token, and takes no place or number out of range", async () => {
    const nobody = staffClients(gateway, { token: "ctok1nothing" });
    expect(await codeOf(nobody.audit.getAuditHead({}))).toBe("unauthenticated");
    expect(await codeOf(nobody.audit.listAuditLinks({}))).toBe("unauthenticated");
    expect(await codeOf(nobody.audit.listAuditEvents({}))).toBe("unauthenticated");
    const { audit } = staffClients(gateway, alice);
    expect(await codeOf(audit.listAuditLinks({ limit: 5001 }))).toBe("invalid");
    expect(await codeOf(audit.listAuditLinks({ limit: 5000 }))).toBe("accepted");
    expect(await codeOf(audit.listAuditLinks({ afterSeq: -1n }))).toBe("invalid");
    expect(await codeOf(audit.listAuditLinks({ afterSeq: 1n << 60n }))).toBe("invalid");
    expect(await codeOf(audit.listAuditEvents({ limit: 1001 }))).toBe("invalid");
    const { events } = await audit.listAuditEvents({ limit: 2 });
    const older = await audit.listAuditEvents({ limit: 1, beforeSeq: events[1]?.seq ?? 0n });
    expect(older.events.map(({ organisationSeq }) => organisationSeq)).toEqual([
      (events[1]?.organisationSeq ?? 0n) - 1n,
    ]);
  });
});

async function idOf(owner: TestOrganisation): Promise<Uint8Array> {
  const { rows } = await sql.query<{ id: Uint8Array }>("SELECT id FROM organisations WHERE name = $1", [
    owner.organisation.name,
  ]);
  return rows[0]?.id ?? new Uint8Array();
}

describe("an operator who changes the log", () => {
  it("is found by whoever remembered a head", async () => {
    await rotateKey(bob);
    const remembered = await checkLog(gateway, { owner: alice });
    await rotateKey(alice);
    expect(await findingOf(checkLog(gateway, { owner: alice, remembered }))).toBe("accepted");
    const own = `organisation_id = decode('${encodeHex(await idOf(alice))}', 'hex')`;
    const finding = async (statement: string): Promise<string> => await findingAfter(statement, { remembered });
    expect(await finding(`UPDATE audit_events SET subject = 'ckey1other' WHERE ${own}`)).toBe(
      "audit-log/event-changed",
    );
    expect(
      await finding(`UPDATE audit_events SET organisation_id = NULL WHERE ${own} AND event = 'key-activated'`),
    ).toBe("audit-log/event-missing");
    expect(await finding("DELETE FROM audit_chain WHERE seq > 4")).toBe("audit-log/rolled-back");
    // Whichever is seen first: the gap in the organisation's own numbers, or that the chain leads elsewhere.
    const changed = /^audit-log\/(forked|event-missing|event-changed|broken-chain)$/;
    expect(await finding("DELETE FROM audit_chain WHERE seq = 2")).toMatch(changed);
    expect(await finding("UPDATE audit_chain SET event_hash = hash WHERE seq = 2")).toMatch(changed);
    const swap = [
      "UPDATE audit_chain SET seq = 60000 WHERE seq = 5",
      "UPDATE audit_chain SET seq = 5 WHERE seq = 6",
      "UPDATE audit_chain SET seq = 6 WHERE seq = 60000",
    ];
    expect(await finding(swap.join("; "))).toMatch(changed);
    expect(await finding("UPDATE audit_logs SET log_id = substring(sha256(log_id) FOR 16)")).toBe(
      "audit-log/other-log",
    );
    expect(await findingOf(checkLog(gateway, { owner: alice, remembered }))).toBe("accepted");
  });

  it("is found also where the whole chain was calculated anew", async () => {
    const remembered = await checkLog(gateway, { owner: alice });
    // Edits an event of somebody else, then has the database chain everything again.
    const forgery = `
      UPDATE audit_events SET amount = 7 WHERE id = (SELECT event_id FROM audit_chain WHERE seq = 3);
      DELETE FROM audit_chain;
      DO $$ DECLARE one audit_events; BEGIN
        SET LOCAL session_replication_role = origin;
        CREATE TEMPORARY TABLE again ON COMMIT DROP AS SELECT * FROM audit_events WHERE false;
        CREATE TRIGGER again AFTER INSERT ON again FOR EACH ROW EXECUTE FUNCTION audit_append();
        INSERT INTO again SELECT * FROM audit_events ORDER BY id;
      END $$`;
    expect(await findingAfter(forgery, { remembered })).toBe("audit-log/forked");
    expect(await findingAfter(forgery, { remembered: undefined })).toBe("accepted");
  });

  it("is found by comparing heads where two organisations were shown two histories", async () => {
    const shown = headOf((await staffClients(gateway, bob).audit.getAuditHead({})).head);
    expect(await findingOf(checkLog(gateway, { owner: alice, seenByOthers: [shown] }))).toBe("accepted");
    await asSuperuser("CREATE TABLE cut AS TABLE audit_chain; DELETE FROM audit_chain WHERE seq > 6");
    const before = await findingOf(checkLog(gateway, { owner: alice, seenByOthers: [shown] }));
    await asSuperuser("DELETE FROM audit_chain; INSERT INTO audit_chain SELECT * FROM cut; DROP TABLE cut");
    expect(before).toBe("audit-log/rolled-back");
  });
});

describe("an old copy of the data that is put back", () => {
  it("is found as a log that is too short, and as a fork once it went on", async () => {
    const dataFolder = await makeDataFolder();
    const copy = await makeDataFolder();
    let own = await startTestGateway({ dataFolder });
    const owner = await makeOrganisation(own);
    await own.close();
    await cp(join(dataFolder, "postgres"), join(copy, "postgres"), { recursive: true });
    own = await startTestGateway({ dataFolder });
    const again = (): TestOrganisation => ({ ...owner, clients: connectClients(own.address, owner.token) });
    await rotateKey(again());
    const remembered = await checkLog(own, { owner: again() });
    await own.close();
    await rm(join(dataFolder, "postgres"), { recursive: true });
    await rename(join(copy, "postgres"), join(dataFolder, "postgres"));
    own = await startTestGateway({ dataFolder });
    expect(await findingOf(checkLog(own, { owner: again(), remembered }))).toBe("audit-log/rolled-back");
    await rotateKey(again());
    await rotateKey(again());
    expect(await findingOf(checkLog(own, { owner: again(), remembered }))).toBe("audit-log/forked");
    expect(await findingOf(checkLog(own, { owner: again() }))).toBe("accepted");
    await own.close();
    await rm(dataFolder, { recursive: true });
    await rm(copy, { recursive: true });
  });
});
