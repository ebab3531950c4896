// B2: once the last mail was sent and its key destroyed, nobody can read an address or a first name any more, whatever they kept.
// Olga, the operator, has everything: the database's files with their write-ahead log, every file of the data folder, every log. While
// a mail key exists she can open every sealed address in those files, and this test does it. Once the key is destroyed, the same bytes
// are still there, and nothing opens them.
import { randomBytes } from "node:crypto";
import { cp, mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Sealing } from "@coterie/protocol";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  countRows,
  dayMs,
  follow,
  hourMs,
  type MailWorld,
  makeMailPage,
  sign,
  startMailWorld,
} from "../test/support/mail-world.ts";
import { makeDataFolder } from "../test/support/gateway.ts";
import { CanarySearch } from "./canary/canary-search.ts";
import { needlesOf } from "./canary/needles.ts";
import { searchFolder } from "./canary/places.ts";
import { type FoundBox, findMailBoxes, openWithKeys } from "./support/mail-box-finder.ts";

const people = 90;

let world: MailWorld;
let dataFolder: string;
let kept: string;
const signers: { readonly email: string; readonly firstName: string }[] = [];
let search: CanarySearch;

beforeAll(async () => {
  // Outside of the data folder, so that its own files are searched alone.
  kept = await mkdtemp(join(tmpdir(), "coterie-kept-"));
  dataFolder = await makeDataFolder();
  world = await startMailWorld({ dataFolder });
  const thankYou = true;
  const reminding = await makeMailPage(world, {
    confirmSupporter: true,
    thankYou,
    reminders: 1,
    reminderAfterHours: 24,
  });
  const browser = await makeMailPage(world, { confirmSupporter: true, thankYou }, { sealing: Sealing.BROWSER });
  for (let i = 0; i < people; i++) {
    const signer = plant();
    signers.push(signer);
    await sign(world, i % 2 === 0 ? reminding : browser, signer);
  }
  search = new CanarySearch(signers.flatMap(({ email, firstName }) => [...needlesOf(email), ...needlesOf(firstName)]));
});

afterAll(async () => {
  await rm(kept, { recursive: true, force: true });
  await rm(dataFolder, { recursive: true, force: true });
});

function word(length: number): string {
  return Array.from(randomBytes(length), (byte) => "abcdefghijkmnopqrstuvwxyz"[byte % 25] ?? "a").join("");
}

function plant(): { email: string; firstName: string } {
  return { email: `${word(14)}@${word(10)}.example`, firstName: `Ż${word(13)}` };
}

/** Everything on disk, as it is now: what a backup, a stolen disk or a curious operator has. */
async function keepCopy(name: string): Promise<string> {
  await world.sql.query("CHECKPOINT");
  const folder = join(kept, name);
  // Sockets cannot be copied, and hold nothing.
  await cp(world.gateway.dataFolder, folder, { recursive: true, filter: (path) => !path.includes(".s.PGSQL") });
  return folder;
}

async function expectNothingReadable(folder: string): Promise<void> {
  const { hits, files } = await searchFolder(search, folder);
  expect(hits.slice(0, 5)).toEqual([]);
  expect(files).toBeGreaterThan(300);
}

async function keyFiles(folder: string): Promise<string[]> {
  const names = await readdir(join(folder, "secrets", "mail-keys"));
  return names.filter((name) => name.endsWith(".key")).map((name) => join(folder, "secrets", "mail-keys", name));
}

async function opened(boxes: readonly FoundBox[], folders: readonly string[]): Promise<Set<string>> {
  const files = (await Promise.all(folders.map(keyFiles))).flat();
  const secrets = await Promise.all(files.map(read));
  return openWithKeys(boxes, secrets);
}

/** Step by step, as a gateway lives, with the mails sent and the keys kept up. */
async function pass(ms: number, stepMs: number): Promise<void> {
  for (const endMs = world.clock.nowMs + ms; world.clock.nowMs < endMs; ) {
    world.clock.nowMs += stepMs;
    await world.gateway.mails.workNow();
  }
}

describe("clear data", () => {
  it("is sealed while a mail is due: nothing in clear on disk, all of it readable with the mail key, none without", async () => {
    const folder = await keepCopy("due");
    await expectNothingReadable(folder);
    const boxes = await findMailBoxes(folder);
    const readable = await opened(boxes, [folder]);
    // The search is not blind: with the key that still exists, every person is found, in heap files and write-ahead log.
    for (const { email, firstName } of signers) expect(readable).toContain(`${email} ${firstName}`);
    expect(boxes.some(({ place }) => place.includes("pg_wal"))).toBe(true);
    expect(boxes.some(({ place }) => place.includes(join("postgres", "base")))).toBe(true);
    const strangers = Array.from({ length: 50 }, () => randomBytes(32));
    expect(openWithKeys(boxes, strangers).size).toBe(0);
    expect(
      new CanarySearch(needlesOf(signers[0]?.email ?? "")).search("opened", Buffer.from([...readable].join("\n"))),
    ).not.toEqual([]);
  });

  it("is unreadable once the last mail was sent and the key destroyed, in every copy of the database that anybody kept", async () => {
    await world.gateway.mails.workNow();
    expect(world.server.mails).toHaveLength(people);
    // A third confirms, a third says no, a third never answers.
    for (const [i, { email }] of signers.entries()) {
      const [confirm = "", reject = ""] = world.server.to(email)[0]?.tokens ?? [];
      if (i % 3 !== 2) expect((await follow(world, i % 3 === 0 ? confirm : reject, "POST")).status).toBe(200);
    }
    await world.gateway.mails.workNow();
    expect(await countRows(world, "mail_boxes")).toBe(people / 3);
    const halfway = await keepCopy("halfway");
    await pass(14 * dayMs, 3 * hourMs);
    expect(await countRows(world, "mail_boxes")).toBe(0);
    await pass(3.5 * hourMs, hourMs / 6);
    const last = await keepCopy("last");
    // The bytes are still in the files: deleting a row erases nothing.
    const boxes = (await Promise.all([join(kept, "due"), halfway, last].map(findMailBoxes))).flat();
    expect(boxes.length).toBeGreaterThan(2 * people);
    // Every key that exists now, and every other secret of the gateway, tried as a key.
    const secrets = await readdir(join(last, "secrets"), { withFileTypes: true });
    const others = await Promise.all(
      secrets
        .filter((entry) => entry.isFile())
        .map(async ({ name }) => await readFile(join(last, "secrets", name), "utf8")),
    );
    expect(await opened(boxes, [last])).toEqual(new Set());
    expect(
      openWithKeys(
        boxes,
        others.map((text) => Buffer.from(text.trim(), "base64url").subarray(0, 32)),
      ),
    ).toEqual(new Set());
    await expectNothingReadable(last);
    await expectNothingReadable(halfway);
    // The twin: a copy of the keys of then opens the boxes of then. Who copies the keys' folder defeats the destruction.
    expect((await opened(boxes, [join(kept, "due")])).size).toBeGreaterThanOrEqual(people);
  });

  it("is overwritten where its keys lay, and never in the files of anything else", async () => {
    const before = await Promise.all(
      (await keyFiles(join(kept, "due"))).map(async (file) => (await readFile(file)).subarray(-32)),
    );
    const keySearch = new CanarySearch(
      before.map((bytes) => ({ canary: "mail key", encoding: "raw", bytes: Buffer.from(bytes) })),
    );
    const planted = await searchFolder(keySearch, join(kept, "due"));
    expect(planted.hits.length).toBe(before.length);
    expect((await searchFolder(keySearch, world.gateway.dataFolder)).hits).toEqual([]);
  });

  it("leaves nothing behind when the gateway stops", async () => {
    await world.close();
    await expectNothingReadable(dataFolder);
    expect(
      openWithKeys(await findMailBoxes(dataFolder), await Promise.all((await keyFiles(dataFolder)).map(read))),
    ).toEqual(new Set());
  });
});

async function read(file: string): Promise<Buffer> {
  return await readFile(file);
}
