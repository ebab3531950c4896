import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Ciphertext } from "@coterie/bytes";
import { afterAll, describe, expect, it } from "vitest";
import { describeLogStore, type MadeLogStore } from "../src/contract.ts";
import type { OpenedLogStore } from "../src/index.ts";
import { openNodeLogStore } from "../src/node.ts";
import { killRepeatedly } from "./crash/kill.ts";

const root = await mkdtemp(join(tmpdir(), "coterie-log-"));
afterAll(async () => await rm(root, { recursive: true }));
let folders = 0;

const child = fileURLToPath(new URL("crash/kill-child.ts", import.meta.url));

describeLogStore({ describe, it }, { name: "folder of the file system", make: makeStore });

describe("a folder of the file system", () => {
  it("is for its owner alone", async () => {
    const folder = freshFolder();
    const { store } = await openNodeLogStore(folder);
    // brand: a store does not look inside
    await store.append([new Uint8Array(10) as Ciphertext<"block">]);
    for (const path of ["", "mark", ...(await readdir(folder)).filter((name) => name.endsWith(".blocks"))]) {
      expect((await stat(join(folder, path))).mode & 0o077).toBe(0);
    }
    await store.close();
  });

  it("lets in one store at a time, also of one process, and the next one after it was closed", async () => {
    const folder = freshFolder();
    const { store } = await openNodeLogStore(folder);
    await expect(openNodeLogStore(folder)).rejects.toMatchObject({ code: "oplog/store-locked" });
    await store.close();
    const { store: next } = await openNodeLogStore(folder);
    await next.close();
  });

  it("keeps other processes out, until kill -9 ends them", async () => {
    const folder = freshFolder();
    const program = spawn(
      process.execPath,
      [...process.execArgv.filter((each) => each.startsWith("--conditions=")), child, folder, "1"],
      {
        stdio: ["ignore", "pipe", "inherit"],
      },
    );
    await once(program.stdout, "data");
    await expect(openNodeLogStore(folder)).rejects.toMatchObject({ code: "oplog/store-locked" });
    program.kill("SIGKILL");
    await once(program, "exit");
    const { store } = await openNodeLogStore(folder);
    await store.close();
  });

  it("fails as the port says where there is no folder to be made, and without naming it", async () => {
    const file = join(root, "no-folder");
    await writeFile(file, "");
    const opened = openNodeLogStore(join(file, "log"));
    await expect(opened).rejects.toMatchObject({ code: "oplog/store-failed" });
    await expect(opened).rejects.not.toThrow(/no-folder/);
  });
});

describe("a program that is killed while it appends and saves", () => {
  it("has at each start everything that it acknowledged, in less than 5 seconds", async () => {
    const tally = await killRepeatedly({ kills: 6, seed: 2, program: child });
    expect(tally).toMatchObject({ kills: 6, lost: 0, wrong: 0 });
    expect(tally.acknowledgedBlocks).toBeGreaterThan(40);
    expect(tally.slowestOpenMs).toBeLessThan(5_000);
  });

  it("is found out where it acknowledges too early", async () => {
    const tally = await killRepeatedly({ kills: 3, seed: 1, program: child, extra: ["early"] });
    expect(tally.lost).toBeGreaterThan(0);
  });
});

function freshFolder(): string {
  return join(root, String(folders++));
}

async function makeStore(): Promise<MadeLogStore> {
  const folder = freshFolder();
  let { store } = await openNodeLogStore(folder);
  const reopen = async (): Promise<OpenedLogStore> => {
    await store.close();
    const opened = await openNodeLogStore(folder);
    ({ store } = opened);
    return opened;
  };
  const damage = async (position: number): Promise<OpenedLogStore> => {
    const [block] = await store.read(position, 1);
    await store.close();
    for (const name of await readdir(folder)) {
      const bytes = await readFile(join(folder, name));
      const at = name.endsWith(".blocks") ? bytes.indexOf(block ?? new Uint8Array(1)) : -1;
      if (at < 0) continue;
      bytes[at] = (bytes[at] ?? 0) ^ 1;
      await writeFile(join(folder, name), bytes);
    }
    return await reopen();
  };
  return { store, reopen, damage };
}
