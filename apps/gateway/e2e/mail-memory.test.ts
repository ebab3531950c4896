// B2 where mail-shredding.test.ts does not look: the memory of the gateway's process, and temporary files. That copies of keys and
// addresses which the process once had lie in memory it has not used again, no program in JavaScript can rule out: how many do is
// printed, not judged; a process that starts anew has none.
import { randomBytes } from "node:crypto";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Sealing } from "@coterie/protocol";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { makeDataFolder } from "../test/support/gateway.ts";
import { type MailServer, startMailServer } from "../test/support/mail-server.ts";
import { connectSql, hourMs, makeMailPage, sign } from "../test/support/mail-world.ts";
import { CanarySearch } from "./canary/canary-search.ts";
import { needlesOf } from "./canary/needles.ts";
import { searchFolder, searchMemory } from "./canary/places.ts";
import { type ClockedProcess, startClockedProcess } from "./support/clocked-process.ts";
import { findMailBoxes, openWithKeys } from "./support/mail-box-finder.ts";

const people = 20;

let dataFolder: string;
let temporaryFolder: string;
let server: MailServer;
let gateway: ClockedProcess;
const clock = { nowMs: Date.now() };
const held = Promise.withResolvers<undefined>();
const signers = { gateway: plantAll(), browser: plantAll() };

function word(length: number): string {
  return Array.from(randomBytes(length), (byte) => "abcdefghijkmnopqrstuvwxyz"[byte % 25] ?? "a").join("");
}

function plantAll(): { email: string; firstName: string; lastName: string }[] {
  return Array.from({ length: people }, () => ({
    email: `${word(14)}@${word(10)}.example`,
    firstName: `Ż${word(13)}`,
    lastName: `Ó${word(15)}`,
  }));
}

const everything = Object.values(signers).flat();
const needles = everything.flatMap(({ email, firstName, lastName }) => [email, firstName, lastName].flatMap(needlesOf));
const search = new CanarySearch(needles);

beforeAll(async () => {
  dataFolder = await makeDataFolder();
  temporaryFolder = await mkdtemp(join(tmpdir(), "coterie-temporary-"));
  server = await startMailServer();
  // Mails go out by themselves: none before the temporary file was looked at.
  server.hold = held.promise;
  gateway = await startClockedProcess({ dataFolder, smtpUrl: server.url, temporaryFolder });
  const world = { gateway, clock };
  for (const [kind, sealing] of [
    ["gateway", Sealing.GATEWAY],
    ["browser", Sealing.BROWSER],
  ] as const) {
    const made = await makeMailPage(world, { thankYou: true }, { sealing });
    for (const { email, firstName, lastName } of signers[kind])
      await sign(world, made, { email, firstName, person: { email, firstName, lastName } });
  }
});

afterAll(async () => {
  held.resolve(undefined);
  await gateway.stop();
  await server.close();
  for (const folder of [dataFolder, temporaryFolder]) await rm(folder, { recursive: true, force: true });
});

async function mailKeys(): Promise<Buffer[]> {
  const folder = join(dataFolder, "secrets", "mail-keys");
  const names = (await readdir(folder)).filter((name) => name.endsWith(".key"));
  return await Promise.all(names.map(async (name) => (await readFile(join(folder, name))).subarray(-32)));
}

describe("a temporary file of PostgreSQL", () => {
  it("holds sealed addresses where a query needs one, and nobody in clear", async () => {
    const sql = await connectSql({ dataFolder });
    try {
      await sql.query("BEGIN");
      await sql.query("SET LOCAL work_mem = '64kB'");
      // Sorted on disk, and kept there while the cursor is open.
      await sql.query(
        "DECLARE sorted CURSOR FOR SELECT b.* FROM mail_boxes b, generate_series(1, 40) AS n ORDER BY b.nonce, n",
      );
      await sql.query("FETCH 1 FROM sorted");
      const folder = join(dataFolder, "postgres", "base", "pgsql_tmp");
      expect(await readdir(folder)).not.toEqual([]);
      const boxes = await findMailBoxes(folder);
      const opened = openWithKeys(boxes, await mailKeys());
      expect(opened.size).toBeGreaterThan(0);
      expect((await searchFolder(search, folder)).hits).toEqual([]);
    } finally {
      await sql.query("ROLLBACK");
      await sql.end();
    }
  });
});

// skip: only Linux shows the memory of a process
describe.skipIf(process.platform !== "linux")("the memory of the gateway", () => {
  it("never holds what browsers sealed for organisations alone, and after a restart nothing of what was deleted", async () => {
    const before = await mailKeys();
    const keys = before.map((bytes) => ({ canary: "mail key", encoding: "raw", bytes }));
    const withKeys = new CanarySearch([...needles, ...keys]);
    server.hold = undefined;
    held.resolve(undefined);
    await gateway.pass(0);
    expect(server.mails).toHaveLength(2 * people);
    // The search is not blind: while the key is in use, it is in memory.
    expect((await searchMemory(new CanarySearch(keys), gateway.processId)).hits).not.toEqual([]);
    for (let i = 0; i < 24; i++) await gateway.pass(hourMs / 6);
    const after = await mailKeys();
    for (const key of before) expect(after.some((other) => other.equals(key))).toBe(false);
    const { hits, bytes } = await searchMemory(withKeys, gateway.processId);
    expect(bytes).toBeGreaterThan(20_000_000);
    const found = new Set(hits.map(({ canary }) => canary));
    const count = (list: readonly string[]): number => list.filter((text) => found.has(text)).length;
    expect(count(signers.browser.map(({ lastName }) => lastName))).toBe(0);
    const figures = {
      copiesOfDestroyedKeys: hits.filter(({ canary }) => canary === "mail key").length,
      addressesOfGatewaySealing: count(signers.gateway.map(({ email }) => email)),
      addressesOfBrowserSealing: count(signers.browser.map(({ email }) => email)),
      people,
    };
    process.stdout.write(`in memory four hours after the mails: ${JSON.stringify(figures)}\n`);
    await gateway.stop();
    gateway = await startClockedProcess({ dataFolder, smtpUrl: server.url, temporaryFolder });
    await gateway.pass(4 * hourMs);
    expect((await searchMemory(withKeys, gateway.processId)).hits).toEqual([]);
  }, 180_000);

  it("and no file of it, temporary or not, ever held anybody", async () => {
    for (const folder of [dataFolder, temporaryFolder]) {
      const { hits } = await searchFolder(search, folder);
      expect(hits.slice(0, 5)).toEqual([]);
    }
    // Not blind: one of them, planted.
    await writeFile(join(temporaryFolder, "planted"), `<p>${everything[0]?.email ?? ""}</p>`);
    expect((await searchFolder(search, temporaryFolder)).hits).toHaveLength(1);
  });
});
