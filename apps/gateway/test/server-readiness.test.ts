import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { becomesReady } from "../src/db/server-readiness.ts";

let socketFolder: string;

beforeAll(async () => {
  socketFolder = await mkdtemp(join(tmpdir(), "coterie-socket-"));
});
afterAll(async () => await rm(socketFolder, { recursive: true, force: true }));

describe("waiting for a server", () => {
  // Waiting for an event that was over held a gateway up for a minute before it said that its folder is in use.
  it("ends at once where it ended before anybody waited", async () => {
    const child = spawn(process.execPath, ["-e", "process.exitCode = 1"], { stdio: "ignore" });
    await once(child, "exit");
    const startedMs = performance.now();
    expect(await becomesReady(child, socketFolder)).toBe(false);
    expect(performance.now() - startedMs).toBeLessThan(30_000);
  });

  it("ends where it is killed meanwhile, or never started", async () => {
    const child = spawn(process.execPath, ["-e", "setInterval(() => undefined, 1000)"], { stdio: "ignore" });
    const waiting = becomesReady(child, socketFolder);
    child.kill("SIGKILL");
    expect(await waiting).toBe(false);
    const absent = spawn(join(socketFolder, "no-such-program"), { stdio: "ignore" });
    absent.on("error", () => undefined);
    expect(await becomesReady(absent, socketFolder)).toBe(false);
  });
});
