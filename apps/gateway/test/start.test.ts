// The start command: what it says, what it refuses, and how it stops.
import { Sealing } from "@coterie/protocol";
import { existsSync } from "node:fs";
import { chmod, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { warnOfAddress } from "../src/start/address-warning.ts";
import { makeOrganisation, makePage, pullAll, sealedRequest } from "./support/coalition.ts";
import { findInstalledPostgres, startExternalPostgres } from "./support/external-postgres.ts";
import { codeOf, connectClients, makeDataFolder, startTestGateway } from "./support/gateway.ts";
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

describe("npm start", () => {
  it("starts, keeps everything private, stops on SIGTERM, and starts again with the same secrets", async () => {
    const dataFolder = await freshFolder();
    const first = await startGatewayProcess(dataFolder);
    expect(first.said()).toMatch(/^Coterie listens on http:\/\/127\.0\.0\.1:\d+\n/);
    expect(await (await fetch(`${first.address}/health`)).text()).toBe("ok\n");
    const before = await makeOrganisation(first);
    const { gatewaySigningKey } = await before.clients.organisations.getOrganisation({});
    expect(await first.stop()).toBe(0);
    expect(existsSync(join(dataFolder, "postgres", "postmaster.pid"))).toBe(false);
    for (const name of await readdir(join(dataFolder, "secrets"))) {
      expect(`${name} ${((await stat(join(dataFolder, "secrets", name))).mode & 0o777).toString(8)}`).toBe(
        `${name} 600`,
      );
    }
    expect((await stat(join(dataFolder, "secrets"))).mode & 0o777).toBe(0o700);

    const startedMs = performance.now();
    const second = await startGatewayProcess(dataFolder);
    expect(performance.now() - startedMs).toBeLessThan(60_000);
    expect(second.operatorToken).toBe(first.operatorToken);
    const after = connectClients(second.address, before.token);
    expect((await after.organisations.getOrganisation({})).gatewaySigningKey).toEqual(gatewaySigningKey);
    expect(await second.stop()).toBe(0);
    const log = await readFile(join(dataFolder, "gateway.log"), "utf8");
    const events = log
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line).event);
    // While it stops, an idle connection may notice that the database stops as well.
    const expected = ["started", "stopped", "started", "stopped"];
    expect(events.filter((event) => event !== "database-connection-lost")).toEqual(expected);
  });

  it("refuses a second start on the same folder and a port that is taken, in one clear line", async () => {
    const dataFolder = await freshFolder();
    const running = await startGatewayProcess(dataFolder);
    const port = new URL(running.address).port;
    await expect(startGatewayProcess(dataFolder)).rejects.toThrow(
      /^Coterie did not start: another gateway is running on this data folder\.\n$/,
    );
    await expect(startGatewayProcess(await freshFolder(), { PORT: port })).rejects.toThrow(
      new RegExp(`^Coterie did not start: port ${port} is taken by another program: set PORT to a free one\\.\\n$`),
    );
    expect(await running.stop()).toBe(0);
  });

  it("refuses settings that it does not understand, naming them", async () => {
    for (const [name, value] of [
      ["PORT", "http"],
      ["PORT", "65536"],
      ["TRUST_PROXY", "yes"],
      ["COTERIE_ORIGIN", "https://example.org/path"],
      ["COTERIE_SENDER", "static"],
      ["COTERIE_RATE_READS", "many"],
      ["COTERIE_PROOF_OF_WORK", "sometimes"],
    ] as const) {
      await expect(startGatewayProcess(await freshFolder(), { [name]: value })).rejects.toThrow(
        new RegExp(`^Coterie did not start: ${name} `),
      );
    }
  });

  it("warns where it listens everywhere and does not know its public address", () => {
    const origin = "https://actions.example.org";
    for (const host of ["0.0.0.0", "::"]) {
      expect(warnOfAddress({ host, origin: undefined })).toContain(`HOST is ${host} without COTERIE_ORIGIN`);
      expect(warnOfAddress({ host, origin })).toBeUndefined();
    }
    expect(warnOfAddress({ host: "127.0.0.1", origin: undefined })).toBeUndefined();
  });

  it("refuses secrets that others can read, or that are damaged", async () => {
    const dataFolder = await freshFolder();
    const gateway = await startTestGateway({ dataFolder });
    await gateway.close();
    const seed = join(dataFolder, "secrets", "signing-seed");
    await chmod(seed, 0o644);
    await expect(startTestGateway({ dataFolder })).rejects.toMatchObject({ code: "gateway/secret-file" });
    await chmod(seed, 0o600);
    const good = await readFile(seed, "utf8");
    await writeFile(seed, "AAAA\n");
    await expect(startTestGateway({ dataFolder })).rejects.toMatchObject({ code: "gateway/secret-file" });
    await writeFile(seed, good);
    await (await startTestGateway({ dataFolder })).close();
  });

  it("finishes what it accepted when it is told to stop", async () => {
    const dataFolder = await freshFolder();
    const gateway = await startGatewayProcess(dataFolder);
    const owner = await makeOrganisation(gateway);
    const { page } = await makePage({ lead: owner }, { sealing: Sealing.BROWSER });
    const { actions } = connectClients(gateway.address);
    const requests = Array.from({ length: 60 }, () => sealedRequest(page));
    const accepted = new Set<string>();
    const sending = requests.map(async (request) => {
      if ((await codeOf(actions.submit(request))) === "accepted") accepted.add(request.actionId);
    });
    await Promise.race(sending);
    expect(await gateway.stop()).toBe(0);
    await Promise.all(sending);
    const again = await startGatewayProcess(dataFolder);
    const stored = await pullAll({ ...owner, clients: connectClients(again.address, owner.token) });
    for (const actionId of accepted) expect(stored.map((contact) => contact.actionId)).toContain(actionId);
    expect(accepted.size).toBeGreaterThan(0);
    await again.stop();
  });

  it("shows metrics on the loopback address only where it is asked to, and without names", async () => {
    const probe = createServer().listen(0, "127.0.0.1");
    await new Promise((resolve) => probe.once("listening", resolve));
    const address = probe.address();
    const metricsPort = typeof address === "object" && address !== null ? address.port : 0;
    await new Promise((resolve) => probe.close(resolve));
    const gateway = await startTestGateway({ metricsPort });
    const owner = await makeOrganisation(gateway);
    const { page } = await makePage({ lead: owner });
    await (await fetch(`${gateway.address}/p/${page.name}`)).text();
    const metrics = await (await fetch(`http://127.0.0.1:${metricsPort}/metrics`)).text();
    expect(metrics).toContain('coterie_http_answers_total{route="p",status="200"} 1');
    expect(metrics).not.toContain(page.name);
    expect((await fetch(`${gateway.address}/metrics`)).status).toBe(404);
    await gateway.close();
  });
});

const installed = findInstalledPostgres();

// skip: needs a PostgreSQL that the machine has installed
describe.skipIf(installed === undefined)("a gateway on an operator's PostgreSQL", () => {
  it("takes in and delivers, and two gateways share one delivery order", async () => {
    const external = await startExternalPostgres(installed ?? "");
    const dataFolder = await freshFolder();
    const first = await startTestGateway({ databaseUrl: external.url, dataFolder });
    // The same secrets, as every gateway of one installation has them.
    const second = await startTestGateway({ databaseUrl: external.url, dataFolder });
    const owner = await makeOrganisation(first);
    const { page } = await makePage({ lead: owner }, { sealing: Sealing.BROWSER });
    const replayed = sealedRequest(page);
    const sending = [first, second].flatMap(({ address }) =>
      Array.from({ length: 8 }, async () => {
        const { actions } = connectClients(address);
        for (let i = 0; i < 10; i++) await actions.submit(sealedRequest(page));
        for (let i = 0; i < 10; i++) await actions.submit(replayed);
      }),
    );
    await Promise.all(sending);
    expect(await pullAll(owner)).toHaveLength(161);
    expect((await owner.clients.organisations.pullContacts({ cursor: "160" })).nextCursor).toBe("161");
    await first.close();
    await second.close();
    await external.close();
  });

  it("does not start where the database would lose what was acknowledged", async () => {
    const external = await startExternalPostgres(installed ?? "", ["fsync=off"]);
    const dataFolder = await freshFolder();
    await expect(startGatewayProcess(dataFolder, { DATABASE_URL: external.url })).rejects.toThrow(
      /^Coterie did not start: the database runs with fsync off: it would lose acknowledged signatures\.\n$/,
    );
    await external.close();
  });
});
