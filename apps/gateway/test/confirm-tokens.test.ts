// Mallory and the links of mails (security bar B10): guessing, borrowing, repeating, and what scanners of mails do.
import { randomBytes } from "node:crypto";
import { readFile } from "node:fs/promises";
import { decodeTextForm, encodeBase64Url } from "@coterie/bytes";
import { nodePrimitives, systemRandom } from "@coterie/primitives/node";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { generateToken, hashToken } from "../src/mails/tokens.ts";
import { pullAll } from "./support/coalition.ts";
import {
  countRows,
  follow,
  makeMailPage,
  type MailPage,
  type MailWorld,
  sign,
  startMailWorld,
  stateOf,
} from "./support/mail-world.ts";

let world: MailWorld;
let made: MailPage;
let victimId: Uint8Array;
let confirm = "";
let reject = "";

const withFull = process.env["COTERIE_FULL"] === "1";
/** The whole number of check B10 with COTERIE_FULL=1. */
const guesses = withFull ? 1_000_000 : 100_000;
const httpGuesses = withFull ? 20_000 : 2000;

beforeAll(async () => {
  world = await startMailWorld();
  made = await makeMailPage(world, { confirmSupporter: true, confirmNewsletter: true, thankYou: true });
  const { request } = await sign(world, made, { email: "victim@example.org" });
  victimId = decodeTextForm("cact", request.actionId, { lengthBytes: 16 });
  await world.gateway.mails.workNow();
  [confirm = "", reject = ""] = world.server.to("victim@example.org")[0]?.tokens ?? [];
});
afterAll(async () => await world.close());

/** Everything that a decision could change. */
async function snapshot(): Promise<string> {
  const tables = [
    "actions",
    "contacts",
    "mails",
    "mail_boxes",
    "mail_tokens",
    "campaign_counters",
    "deliveries",
    "delivery_events",
  ];
  const parts: string[] = [];
  for (const table of tables) {
    const { rows } = await world.sql.query<{ digest: string }>(
      `SELECT md5(coalesce(string_agg(t::text, '|' ORDER BY t::text), '')) AS digest FROM ${table} t`,
    );
    parts.push(rows[0]?.digest ?? "");
  }
  return parts.join(" ");
}

/** How many of these texts name a token, asked of the table that the links are looked up in. */
async function countKnown(texts: readonly string[]): Promise<number> {
  const hashes = texts.flatMap((text) => hashToken(nodePrimitives, text) ?? []).map((hash) => Buffer.from(hash));
  const { rows } = await world.sql.query<{ n: string }>(
    "SELECT count(*) AS n FROM mail_tokens WHERE token_hash = ANY($1::bytea[])",
    [hashes],
  );
  return Number(rows[0]?.n);
}

async function postAll(texts: readonly string[]): Promise<Set<number>> {
  const statuses = new Set<number>();
  const queue = [...texts];
  await Promise.all(
    Array.from({ length: 16 }, async () => {
      for (let text = queue.pop(); text !== undefined; text = queue.pop()) {
        statuses.add((await follow(world, text, "POST")).status);
      }
    }),
  );
  return statuses;
}

describe("a token", () => {
  it("is 32 random bytes of which only the hash is stored, and says nothing about anybody", async () => {
    expect(confirm).toMatch(/^[A-Za-z0-9_-]{43}$/);
    expect(await countKnown([confirm, reject])).toBe(2);
    const mail = world.server.to("victim@example.org")[0];
    const links = [...(mail?.text ?? "").matchAll(/https?:\/\/\S+/g)].map(([link]) => link);
    const { address } = world.gateway;
    expect(links).toEqual([`${address}/c/${confirm}`, `${address}/c/${reject}`, `${address}/rights`]);
    const { rows } = await world.sql.query<{ row: string }>("SELECT t::text AS row FROM mail_tokens t");
    for (const { row } of rows) {
      expect(row).not.toContain(Buffer.from(confirm, "base64url").toString("hex"));
      expect(row).not.toContain("victim");
    }
    const made = Array.from({ length: 10_000 }, () =>
      generateToken(
        { primitives: nodePrimitives, random: systemRandom },
        { actionId: victimId, purpose: "confirm-supporter", organisationId: null, expiresAtMs: 1 },
      ),
    );
    expect(new Set(made.map(({ text }) => text)).size).toBe(10_000);
  });

  it(`is found by nobody who guesses: ${guesses} times, and every neighbour of a real one`, async () => {
    const before = await snapshot();
    let known = 0;
    for (let tried = 0; tried < guesses; tried += 10_000) {
      known += await countKnown(Array.from({ length: 10_000 }, () => encodeBase64Url(randomBytes(32))));
    }
    const real = Buffer.from(confirm, "base64url");
    const neighbours = Array.from({ length: 256 }, (_unused, bit) => {
      const changed = Buffer.from(real);
      changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      return changed.toString("base64url");
    });
    known += await countKnown(neighbours);
    expect(known).toBe(0);
    expect(await countKnown([confirm])).toBe(1);
    expect(await snapshot()).toBe(before);
  });

  it(`is found by nobody who guesses over HTTP: ${httpGuesses} posted answers, all alike`, async () => {
    const before = await snapshot();
    const posted = Array.from({ length: httpGuesses }, () => encodeBase64Url(randomBytes(32)));
    const malformed = [
      confirm.slice(0, -1),
      `${confirm}A`,
      confirm.toLowerCase(),
      `${confirm}/`,
      `${confirm}=`,
      ` ${confirm}`,
      encodeURIComponent(`${confirm}' OR 1=1 --`),
      "%00".repeat(10),
      "..%2f..%2fsecrets",
      "A".repeat(200),
      Buffer.from(nodePrimitives.sha256(Buffer.from(confirm, "base64url"))).toString("base64url"),
    ];
    expect(await postAll([...posted, ...malformed])).toEqual(new Set([404]));
    const answers = await Promise.all(
      [posted[0] ?? "", malformed[0] ?? ""].map(async (text) => await follow(world, text, "POST")),
    );
    expect(answers[0]).toEqual(answers[1]);
    expect(await snapshot()).toBe(before);
  });

  it("changes nothing when it is fetched: scanners follow every link, with every method that only reads", async () => {
    const before = await snapshot();
    for (let visit = 0; visit < 200; visit++) {
      for (const token of [confirm, reject]) {
        const { status, text } = await follow(world, token, visit % 2 === 0 ? "GET" : "HEAD");
        expect(status).toBe(200);
        // Nothing on the page acts by itself: no script, no picture, no refresh, no address of another request.
        expect(text).not.toMatch(/<script|<img|http-equiv|autofocus|onload/i);
      }
    }
    for (const method of ["PUT", "DELETE", "PATCH", "OPTIONS"]) {
      const answer = await fetch(`${world.gateway.address}/c/${confirm}`, { method });
      expect([404, 405]).toContain(answer.status);
    }
    expect(await snapshot()).toBe(before);
    expect(await stateOf(world, victimId)).toBe("pending");
  });

  it("of one person does nothing for another, nor one purpose for another", async () => {
    const { request } = await sign(world, made, { email: "mallory@example.org" });
    await world.gateway.mails.workNow();
    const [own = ""] = world.server.to("mallory@example.org")[0]?.tokens ?? [];
    // Whatever Mallory adds to her link or posts with it, it is hers.
    for (const addition of ["", `?action=${Buffer.from(victimId).toString("hex")}`, `?token=${confirm}`]) {
      await fetch(`${world.gateway.address}/c/${own}${addition}`, {
        method: "POST",
        body: new URLSearchParams({ token: confirm, purpose: "confirm-supporter" }),
      });
    }
    expect(await stateOf(world, decodeTextForm("cact", request.actionId, { lengthBytes: 16 }))).toBe("accepted");
    expect(await stateOf(world, victimId)).toBe("pending");
    expect(await countRows(world, "mail_tokens", "outcome IS NULL")).toBe(2);
    // The victim's link to delete confirms nothing.
    expect((await follow(world, reject, "POST")).text).toContain("The signature is deleted.");
    expect(await stateOf(world, victimId)).toBe("rejected");
    expect(await pullAll(made.owner)).toHaveLength(1);
  });

  it("works once: a thousand repetitions decide nothing more", async () => {
    // Whatever earlier answers made due is sent first.
    await world.gateway.mails.workNow();
    const before = await snapshot();
    const repeated = Array.from({ length: 1000 }, (_unused, i) => (i % 2 === 0 ? confirm : reject));
    expect(await postAll(repeated)).toEqual(new Set([200]));
    expect(await snapshot()).toBe(before);
    expect(await stateOf(world, victimId)).toBe("rejected");
  });

  it("is not told to other sites, caches, frames or search engines by its page", async () => {
    const { headers } = await fetch(`${world.gateway.address}/c/${confirm}`);
    expect(headers.get("referrer-policy")).toBe("no-referrer");
    expect(headers.get("cache-control")).toBe("no-store");
    expect(headers.get("x-robots-tag")).toBe("noindex");
    expect(headers.get("content-security-policy")).toBe(
      "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    );
  });

  it("is nowhere in what the gateway logs", async () => {
    const log = await readFile(`${world.gateway.dataFolder}/gateway.log`, "utf8");
    expect(log).toContain("started");
    for (const secret of [confirm, reject, "victim", "mallory"]) expect(log).not.toContain(secret);
  });
});
