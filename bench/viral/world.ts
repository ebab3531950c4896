// The gateway under test: a process of its own on a PostgreSQL of its own, that can be killed and comes back, at another address.
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { databaseProcesses } from "../../apps/gateway/e2e/support/database-processes.ts";
import { type Clients, connectClients } from "../../apps/gateway/test/support/gateway.ts";
import { type GatewayProcess, startGatewayProcess } from "../../apps/gateway/test/support/gateway-process.ts";
import { freePort } from "../../apps/gateway/test/support/mail-server.ts";

/** A planned time without service, in milliseconds of `performance.now()`. */
export interface Outage {
  readonly cause: string;
  readonly fromMs: number;
  readonly untilMs: number;
}

export interface World {
  readonly dataFolder: string;
  readonly operatorToken: string;
  /** Where the gateway listens now. */
  readonly address: () => string;
  readonly clients: (token?: string) => Clients;
  readonly metricsAddress: () => string;
  readonly processId: () => number;
  /** Those that are over. */
  readonly outages: readonly Outage[];
  /** Whether `fromMs` to `untilMs` touches an outage, also one that is not over. */
  readonly touchesOutage: (fromMs: number, untilMs: number) => boolean;
  readonly killGateway: () => Promise<void>;
  readonly killDatabase: () => Promise<void>;
  /** Stops the gateway in order; its exit code. */
  readonly stop: () => Promise<number | string>;
  /** Kills what still runs and removes the folder. */
  readonly clear: () => Promise<void>;
}

const settleMs = 1000;

export async function startWorld(env: Readonly<Record<string, string>>): Promise<World> {
  const dataFolder = await mkdtemp(join(tmpdir(), "coterie-viral-"));
  const outages: Outage[] = [];
  let current: { readonly cause: string; readonly fromMs: number } | undefined;
  let metricsPort = 0;
  const start = async (): Promise<GatewayProcess> => {
    metricsPort = await freePort();
    return await startGatewayProcess(dataFolder, { ...env, METRICS_PORT: String(metricsPort) });
  };
  let gateway = await start();
  const isHealthy = async (): Promise<boolean> =>
    await fetch(`${gateway.address}/health`, { signal: AbortSignal.timeout(2000) }).then(
      ({ ok }) => ok,
      () => false,
    );
  let last = Promise.resolve();
  /** One after the other: what is killed was running. */
  const during = async (cause: string, act: () => Promise<void>): Promise<void> => {
    last = last.then(async () => await suffer(cause, act));
    await last;
  };
  const suffer = async (cause: string, act: () => Promise<void>): Promise<void> => {
    current = { cause, fromMs: performance.now() };
    await act();
    while (!(await isHealthy())) await delay(20);
    outages.push({ ...current, untilMs: performance.now() });
    current = undefined;
  };
  return {
    dataFolder,
    operatorToken: gateway.operatorToken,
    address: () => gateway.address,
    clients: (token) => connectClients(gateway.address, token),
    metricsAddress: () => `http://127.0.0.1:${metricsPort}/metrics`,
    processId: () => gateway.child.pid ?? 0,
    outages,
    touchesOutage: (fromMs, untilMs) =>
      (current !== undefined && untilMs >= current.fromMs) ||
      outages.some((outage) => fromMs <= outage.untilMs + settleMs && untilMs >= outage.fromMs),
    killGateway: async () =>
      await during("gateway killed", async () => {
        const sockets = await socketFolder(dataFolder);
        gateway.child.kill("SIGKILL");
        await gateway.ended;
        gateway = await start();
        await rm(sockets, { recursive: true, force: true });
      }),
    killDatabase: async () =>
      await during("database killed", async () => {
        const processes = await databaseProcesses(dataFolder);
        processes.forEach(kill);
        // A process that starts may have the same number again; the folder's lock then has another time in it.
        while ((await databaseProcesses(dataFolder))[0] === processes[0]) await delay(20);
      }),
    stop: async () => await gateway.stop(),
    clear: async () => {
      const processes = await databaseProcesses(dataFolder);
      const sockets = await socketFolder(dataFolder);
      if (gateway.child.exitCode === null && gateway.child.signalCode === null) {
        gateway.child.kill("SIGKILL");
        await gateway.ended;
      }
      processes.forEach(kill);
      await rm(sockets, { recursive: true, force: true });
      await rm(dataFolder, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
    },
  };
}

/** Where the database's socket lies: a gateway that is killed leaves this folder behind. A name of nothing where none runs. */
async function socketFolder(dataFolder: string): Promise<string> {
  const lock = await readFile(join(dataFolder, "postgres", "postmaster.pid"), "utf8").catch(() => "");
  return lock.split("\n")[4] || join(dataFolder, "no-sockets");
}

function kill(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // It ended by itself.
  }
}
