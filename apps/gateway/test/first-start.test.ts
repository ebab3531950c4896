// First starts where things are not as they usually are: other users, other programs, other folders.
import { chmod, mkdir, readdir, rm, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { afterEach, describe, expect, it } from "vitest";
import { makeOrganisation } from "./support/coalition.ts";
import { makeDataFolder } from "./support/gateway.ts";
import { startGatewayProcess } from "./support/gateway-process.ts";

const folders: string[] = [];

async function freshFolder(): Promise<string> {
  const folder = await makeDataFolder();
  folders.push(folder);
  return folder;
}

afterEach(async () => {
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true, force: true });
});

/** A search path on which user namespaces look forbidden, as containers usually have it. */
async function pathWithoutNamespaces(): Promise<string> {
  const folder = await freshFolder();
  await writeFile(join(folder, "unshare"), "#!/bin/sh\nexit 1\n");
  await chmod(join(folder, "unshare"), 0o755);
  return `${folder}:${process.env["PATH"] ?? ""}`;
}

const isRoot = process.getuid?.() === 0;

// skip: who is not root already runs PostgreSQL as themselves
describe.skipIf(!isRoot)("root without user namespaces", () => {
  it("starts PostgreSQL as nobody, who gets through the data folder and into nothing else", async () => {
    const dataFolder = join(await freshFolder(), "data");
    await chmod(join(dataFolder, ".."), 0o755);
    const env = { PATH: await pathWithoutNamespaces() };
    for (let i = 0; i < 2; i++) {
      const gateway = await startGatewayProcess(dataFolder, env);
      expect(await (await fetch(`${gateway.address}/health`)).text()).toBe("ok\n");
      expect(await gateway.stop()).toBe(0);
    }
  });

  it("says what to do where nobody does not get through to the data folder", async () => {
    const parent = await freshFolder();
    await chmod(parent, 0o700);
    await expect(startGatewayProcess(join(parent, "data"), { PATH: await pathWithoutNamespaces() })).rejects.toThrow(
      /^Coterie did not start: .*nobody.*another user.*\n$/,
    );
  });
});

describe("two first starts at the same time", () => {
  it("make one database folder, and one of them runs on it", async () => {
    const dataFolder = await freshFolder();
    const starts = await Promise.allSettled([startGatewayProcess(dataFolder), startGatewayProcess(dataFolder)]);
    const running = starts.flatMap((start) => (start.status === "fulfilled" ? [start.value] : []));
    const refused = starts.flatMap((start) => (start.status === "rejected" ? [String(start.reason)] : []));
    for (const gateway of running) await gateway.stop();
    expect(refused).toEqual([
      expect.stringContaining("Coterie did not start: another gateway is running on this data folder."),
    ]);
    expect(running).toHaveLength(1);
    expect((await readdir(dataFolder)).filter((name) => name.includes("unfinished"))).toEqual([]);
  });
});

describe("a data folder that cannot be used", () => {
  it("is said in one line that names it", async () => {
    const parent = await freshFolder();
    await writeFile(join(parent, "file"), "in the way");
    await expect(startGatewayProcess(join(parent, "file", "data"))).rejects.toThrow(
      /^Coterie did not start: the data folder .*file.data cannot be used \(E[A-Z]+\).*\n$/,
    );
    await mkdir(join(parent, "data"));
    await writeFile(join(parent, "data", "secrets"), "in the way");
    await expect(startGatewayProcess(join(parent, "data"))).rejects.toThrow(
      /^Coterie did not start: the data folder .*data cannot be used \(E[A-Z]+\).*\n$/,
    );
  });

  it("may have spaces, quotes and other letters in its name", async () => {
    const gateway = await startGatewayProcess(join(await freshFolder(), "daß 'Büro' \"1\", %20 – папка"));
    expect(await gateway.stop()).toBe(0);
  });
});

describe("a log that cannot be written", () => {
  it("does not keep the gateway from running", async () => {
    const dataFolder = await freshFolder();
    await symlink("/dev/full", join(dataFolder, "gateway.log"));
    const gateway = await startGatewayProcess(dataFolder);
    await makeOrganisation(gateway);
    expect(await (await fetch(`${gateway.address}/health`)).text()).toBe("ok\n");
    expect(await gateway.stop()).toBe(0);
  });
});

describe("a gateway on every address", () => {
  it("makes the sample, at an address of this machine", async () => {
    const folder = await freshFolder();
    const gateway = await startGatewayProcess(join(folder, "data"), {
      HOST: "0.0.0.0",
      COTERIE_SAMPLE: "yes",
      COTERIE_PREMISES: join(folder, "premises"),
    });
    const { port } = new URL(gateway.address);
    for (let waited = 0; !gateway.said().includes("Stop with Ctrl-C") && waited < 90_000; waited += 50) await delay(50);
    expect(gateway.said()).toContain(`http://127.0.0.1:${port}/p/clean-harbour\n`);
    expect(await gateway.stop()).toBe(0);
  });
});
