import { existsSync } from "node:fs";
import { mkdtemp, rm, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { waitForFolder } from "../src/db/postgres-folder.ts";

let folder: string;
let lock: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "coterie-lock-"));
  lock = join(folder, "postmaster.pid");
  await writeFile(lock, "");
});

afterEach(async () => await rm(folder, { recursive: true, force: true }));

describe("a lock file without a number", () => {
  it("that was made a moment ago belongs to a server that is starting: it is left alone", async () => {
    const waiting = waitForFolder(folder).then(() => "free");
    expect(await Promise.race([waiting, delay(500, "still waiting")])).toBe("still waiting");
    expect(existsSync(lock)).toBe(true);
    await rm(lock);
    expect(await waiting).toBe("free");
  });

  it("that is older was left by a power cut, and goes", async () => {
    const longAgo = new Date(Date.now() - 60_000);
    await utimes(lock, longAgo, longAgo);
    await waitForFolder(folder);
    expect(existsSync(lock)).toBe(false);
  });
});
