// What the outbox does when mail servers refuse, are slow, or are gone; and that two gateways send nothing twice.
import { decodeTextForm } from "@coterie/bytes";
import { mkdir, rm, symlink } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { pullAll } from "./support/coalition.ts";
import { makeDataFolder, startTestGateway } from "./support/gateway.ts";
import { freePort, type Refusal, returnMail } from "./support/mail-server.ts";
import {
  countRows,
  dayMs,
  follow,
  hourMs,
  type MailWorld,
  makeMailPage,
  sign,
  startMailWorld,
  stateOf,
} from "./support/mail-world.ts";

let world: MailWorld;
let metricsPort = 0;
let serial = 0;
const someone = (): string => `outbox${++serial}@example.org`;
const idOf = (text: string): Uint8Array => decodeTextForm("cact", text, { lengthBytes: 16 });

beforeAll(async () => {
  const bounces = { domain: "bounces.gateway.example", host: "127.0.0.1", port: await freePort() };
  metricsPort = await freePort();
  world = await startMailWorld({ mails: { bounces }, metricsPort });
});
beforeEach(() => {
  world.server.refuse = undefined;
  world.clock.nowMs += hourMs;
});
afterAll(async () => await world.close());

function refuse(refusal: Refusal): void {
  world.server.refuse = () => refusal;
}

async function mailStates(actionId: string): Promise<string[]> {
  const { rows } = await world.sql.query<{ state: string }>(
    "SELECT state FROM mails WHERE action_id = $1 ORDER BY due_at_ms, kind",
    [idOf(actionId)],
  );
  return rows.map(({ state }) => state);
}

describe("the outbox", () => {
  it("tries again later and later where the server cannot take a mail now", async () => {
    const made = await makeMailPage(world, { confirmSupporter: true });
    const email = someone();
    refuse({ at: "RCPT", code: 451, text: "4.3.0 try later" });
    const { request } = await sign(world, made, { email });
    await world.gateway.mails.workNow();
    const dueAt: number[] = [];
    for (let attempt = 1; attempt <= 6; attempt++) {
      const { rows } = await world.sql.query<{ attempts: number; due_at_ms: string }>(
        "SELECT attempts, due_at_ms FROM mails WHERE action_id = $1",
        [idOf(request.actionId)],
      );
      expect(rows[0]?.attempts).toBe(attempt);
      const dueAtMs = Number(rows[0]?.due_at_ms);
      dueAt.push(dueAtMs - world.clock.nowMs);
      world.clock.nowMs = dueAtMs;
      await world.gateway.mails.workNow();
    }
    // From half a minute, doubling, each time half of it more or less.
    dueAt.forEach((waitMs, index) => {
      expect(waitMs / (30_000 * 2 ** index)).toBeGreaterThanOrEqual(0.5);
      expect(waitMs / (30_000 * 2 ** index)).toBeLessThanOrEqual(1.5);
    });
    world.server.refuse = undefined;
    world.clock.nowMs += hourMs;
    await world.gateway.mails.workNow();
    expect(world.server.to(email)).toHaveLength(1);
    expect(await countRows(world, "mail_boxes")).toBe(0);
  });

  it("takes an address that does not exist as an answer: rejected, deleted, not written to again", async () => {
    const made = await makeMailPage(world, { confirmSupporter: true, thankYou: true, reminders: 3 });
    for (const text of ["5.1.1 no such user", "5.2.1 mailbox disabled", "no such user here"]) {
      refuse({ at: "RCPT", code: 550, text });
      const { request } = await sign(world, made, { email: someone() });
      await world.gateway.mails.workNow();
      expect(await stateOf(world, idOf(request.actionId))).toBe("rejected");
      const states = await mailStates(request.actionId);
      expect([states.filter((state) => state === "bounced").length, new Set(states)]).toEqual([
        1,
        new Set(["bounced", "cancelled"]),
      ]);
      expect(await countRows(world, "mail_boxes")).toBe(0);
    }
    expect(await pullAll(made.owner)).toEqual([]);
  });

  it("does not blame the address for what the server thinks of this gateway", async () => {
    const made = await makeMailPage(world, { confirmSupporter: true });
    const refusals: Refusal[] = [
      { at: "RCPT", code: 554, text: "5.7.1 relay access denied" },
      { at: "RCPT", code: 550, text: "5.7.26 unauthenticated sender" },
      { at: "RCPT", code: 550, text: "blocked as spam" },
      { at: "RCPT", code: 552, text: "too much" },
    ];
    for (const refusal of refusals) {
      refuse(refusal);
      const email = someone();
      const { request } = await sign(world, made, { email });
      await world.gateway.mails.workNow();
      expect(await stateOf(world, idOf(request.actionId))).toBe("pending");
      world.server.refuse = undefined;
      world.clock.nowMs += hourMs;
      await world.gateway.mails.workNow();
      expect(world.server.to(email)).toHaveLength(1);
    }
  });

  it("gives up a mail that is refused five times, and the address with it", async () => {
    const made = await makeMailPage(world, { thankYou: true });
    refuse({ at: "DATA", code: 554, text: "5.6.0 not like this" });
    const email = someone();
    const { request } = await sign(world, made, { email });
    for (let attempt = 0; attempt < 5; attempt++) {
      expect(await mailStates(request.actionId)).toEqual(["due"]);
      expect(await countRows(world, "mail_boxes")).toBe(1);
      await world.gateway.mails.workNow();
      world.clock.nowMs += hourMs;
    }
    expect(await mailStates(request.actionId)).toEqual(["failed"]);
    expect(await countRows(world, "mail_boxes")).toBe(0);
    expect(await stateOf(world, idOf(request.actionId))).toBe("accepted");
  });

  it("deletes the address of a mail that could not be sent for fourteen days", async () => {
    const made = await makeMailPage(world, { thankYou: true });
    refuse({ at: "RCPT", code: 451, text: "never" });
    const { request } = await sign(world, made, { email: someone() });
    await world.gateway.mails.workNow();
    world.clock.nowMs += 14 * dayMs - hourMs;
    await world.gateway.mails.workNow();
    expect(await countRows(world, "mail_boxes")).toBe(1);
    world.clock.nowMs += hourMs;
    await world.gateway.mails.workNow();
    expect([await countRows(world, "mail_boxes"), await mailStates(request.actionId)]).toEqual([0, ["cancelled"]]);
  });

  it("writes to one address at most six times at once, whoever signs with it", async () => {
    const made = await makeMailPage(world, { confirmSupporter: true });
    const victim = someone();
    for (let i = 0; i < 10; i++) await sign(world, made, { email: victim });
    await world.gateway.mails.workNow();
    for (let sent = 6; sent <= 10; sent++) {
      expect(world.server.to(victim)).toHaveLength(sent);
      world.clock.nowMs += hourMs;
      await world.gateway.mails.workNow();
    }
  });

  it("sends each mail once from two gateways on one database", async () => {
    const made = await makeMailPage(world, { confirmSupporter: true });
    const dataFolder = await makeDataFolder();
    // Gateways of one database share their secrets.
    await mkdir(dataFolder, { recursive: true });
    await symlink(join(world.gateway.dataFolder, "secrets"), join(dataFolder, "secrets"));
    const { host, user, database } = world.sql;
    const second = await startTestGateway({
      dataFolder,
      databaseUrl: `postgresql://${user ?? ""}@/${database ?? ""}?host=${encodeURIComponent(host)}`,
      now: () => world.clock.nowMs,
      mails: { smtpUrl: world.server.url, from: "actions@gateway.example" },
    });
    try {
      const addresses = Array.from({ length: 60 }, someone);
      await Promise.all(
        addresses.map(
          async (email, i) => await sign({ ...world, gateway: i % 2 === 0 ? world.gateway : second }, made, { email }),
        ),
      );
      await Promise.all([world.gateway.mails.workNow(), second.mails.workNow()]);
      await Promise.all([world.gateway.mails.workNow(), second.mails.workNow()]);
      expect(addresses.map((email) => world.server.to(email).length)).toEqual(addresses.map(() => 1));
      const [first = ""] = world.server.to(addresses[0] ?? "")[0]?.tokens ?? [];
      expect((await follow({ gateway: second }, first, "POST")).text).toContain("Your signature counts.");
    } finally {
      await second.close();
      await rm(dataFolder, { recursive: true, force: true });
    }
  });
});

async function figure(name: string): Promise<number> {
  const text = await (await fetch(`http://127.0.0.1:${metricsPort}/metrics`)).text();
  return Number(new RegExp(`^${name} (\\S+)$`, "m").exec(text)?.[1]);
}

describe("the figures", () => {
  it("tell of addresses that should be gone: none while upkeep runs, one where it could not", async () => {
    const made = await makeMailPage(world, { confirmSupporter: true, reminders: 1 });
    await sign(world, made, { email: someone() });
    await world.gateway.mails.workNow();
    expect([await figure("coterie_clear_data"), await figure("coterie_clear_data_overdue")]).toEqual([1, 0]);
    await world.sql.query("UPDATE mail_boxes SET stored_at_ms = stored_at_ms - $1::bigint", [14 * dayMs + hourMs]);
    expect(await figure("coterie_clear_data_overdue")).toBe(1);
    await world.sql.query("UPDATE mail_boxes SET stored_at_ms = stored_at_ms + $1::bigint", [14 * dayMs + hourMs]);
    await world.sql.query("UPDATE mails SET state = 'cancelled' WHERE state = 'due'");
    expect(await figure("coterie_clear_data_overdue")).toBe(1);
    world.clock.nowMs += 14 * dayMs;
    await world.gateway.mails.workNow();
    expect([await figure("coterie_clear_data"), await figure("coterie_clear_data_overdue")]).toEqual([0, 0]);
    expect(await figure("coterie_mail_key_age_seconds")).toBeLessThan(15 * 86_400);
  });
});

const bouncePort = (): number => world.gateway.mails.bouncePort ?? 0;

function report(action: string, status: string): string {
  return [
    "Content-Type: multipart/report; report-type=delivery-status; boundary=x",
    "",
    "--x",
    "Content-Type: message/delivery-status",
    "",
    "Reporting-MTA: dns; mx.example",
    "",
    "Final-Recipient: rfc822; somebody@example.org",
    `Action: ${action}`,
    `Status: ${status}`,
    "--x--",
  ].join("\r\n");
}

describe("a mail that comes back", () => {
  it("ends the action that nobody confirmed; delays and holidays do not", async () => {
    const made = await makeMailPage(world, { confirmSupporter: true, thankYou: true });
    const email = someone();
    const { request } = await sign(world, made, { email });
    await world.gateway.mails.workNow();
    const returnPath = world.server.to(email)[0]?.envelopeFrom ?? "";
    expect(returnPath).toMatch(/^b\.[0-9a-f]{32}\.[0-9a-f]{20}@bounces\.gateway\.example$/);
    for (const body of [
      report("delayed", "4.4.1"),
      report("failed", "5.7.1"),
      "Subject: On holiday\r\n\r\nBack on Monday.",
    ]) {
      expect((await returnMail(bouncePort(), { to: returnPath, body })).at(-2)).toBe("250");
      expect(await stateOf(world, idOf(request.actionId))).toBe("pending");
    }
    expect(
      (await returnMail(bouncePort(), { to: returnPath.toUpperCase(), body: report("failed", "5.1.1") })).at(-2),
    ).toBe("250");
    expect(await stateOf(world, idOf(request.actionId))).toBe("rejected");
    expect(await countRows(world, "mail_boxes")).toBe(0);
    expect((await follow(world, world.server.to(email)[0]?.tokens[0] ?? "", "POST")).text).toContain(
      "answered already",
    );
  });

  it("does not undo a confirmation", async () => {
    const made = await makeMailPage(world, { confirmSupporter: true });
    const email = someone();
    const { request } = await sign(world, made, { email });
    await world.gateway.mails.workNow();
    const [mail] = world.server.to(email);
    await follow(world, mail?.tokens[0] ?? "", "POST");
    await returnMail(bouncePort(), { to: mail?.envelopeFrom ?? "", body: report("failed", "5.1.1") });
    expect(await stateOf(world, idOf(request.actionId))).toBe("accepted");
    expect(await pullAll(made.owner)).toHaveLength(1);
  });

  it("is taken only at addresses that this gateway made, and at no neighbour of one", async () => {
    const made = await makeMailPage(world, { confirmSupporter: true });
    const email = someone();
    const { request } = await sign(world, made, { email });
    await world.gateway.mails.workNow();
    const returnPath = world.server.to(email)[0]?.envelopeFrom ?? "";
    const [id = "", tag = ""] = returnPath.slice(2).split("@")[0]?.split(".") ?? [];
    const flip = (hex: string, at: number): string =>
      `${hex.slice(0, at)}${(Number.parseInt(hex[at] ?? "0", 16) ^ 1).toString(16)}${hex.slice(at + 1)}`;
    const forged = [
      ...Array.from({ length: 32 }, (_unused, at) => `b.${flip(id, at)}.${tag}@bounces.gateway.example`),
      ...Array.from({ length: 20 }, (_unused, at) => `b.${id}.${flip(tag, at)}@bounces.gateway.example`),
      `b.${id}.${tag}@gateway.example`,
      `b.${id}.@bounces.gateway.example`,
      "postmaster@bounces.gateway.example",
    ];
    for (const address of forged) {
      expect((await returnMail(bouncePort(), { to: address, body: report("failed", "5.1.1") }))[3]).toMatch(/^5/);
    }
    expect(await stateOf(world, idOf(request.actionId))).toBe("pending");
  });
});
