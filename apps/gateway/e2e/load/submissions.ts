// Submissions per second through a whole gateway, two contacts each: validated, sealed, signed, committed, acknowledged.
// The gateway runs in a process of its own; this one is the load: 64 connections that are kept alive.
// `npm run bench -- submissions [seconds] [connections]`
import { toJsonString } from "@bufbuild/protobuf";
import { SubmitRequestSchema } from "@coterie/protocol";
import type { JsonObject } from "@coterie/sealed-box/seal";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { Agent, request } from "node:http";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { findInstalledPostgres, startExternalPostgres } from "../../test/support/external-postgres.ts";
import { alice, clearRequest, makeOrganisation, makePage, pullAll } from "../../test/support/coalition.ts";

const seconds = Number(process.argv[2] ?? 20);
const connections = Number(process.argv[3] ?? 64);
/** What petitions met in their worst minutes: the burst that a gateway must outlast. */
const burstPerSecond = 100;
const start = join(import.meta.dirname, "..", "..", "src", "start.ts");

await measure("embedded PostgreSQL", undefined);
const installed = findInstalledPostgres();
if (installed === undefined) process.stderr.write("no installed PostgreSQL: only the embedded one was measured\n");
else {
  const external = await startExternalPostgres(installed);
  await measure(`installed PostgreSQL (${installed.split("/").at(-2)})`, external.url);
  await external.close();
}

async function measure(database: string, databaseUrl: string | undefined): Promise<void> {
  const dataFolder = await mkdtemp(join(tmpdir(), "coterie-bench-"));
  const child = spawn(process.execPath, [...process.execArgv, start], {
    stdio: ["ignore", "pipe", "inherit"],
    env: {
      ...process.env,
      COTERIE_DATA: dataFolder,
      COTERIE_SAMPLE: "no",
      COTERIE_DEV: "1",
      COTERIE_PROOF_OF_WORK: "off",
      COTERIE_RATE_SUBMISSIONS: "1000000/1000000",
      COTERIE_RATE_PAGES: "1000000/1000000",
      COTERIE_RATE_READS: "1000000/1000000",
      DATABASE_URL: databaseUrl ?? "",
      PORT: "0",
    },
  });
  try {
    const address = await readAddress(child.stdout);
    const operatorToken = (await readFile(join(dataFolder, "secrets", "operator-token"), "utf8")).trim();
    await load({ database, gateway: { address, operatorToken }, processId: child.pid ?? 0 });
  } finally {
    child.kill("SIGTERM");
    await once(child, "exit");
    await rm(dataFolder, { recursive: true, force: true });
  }
}

async function readAddress(output: NodeJS.ReadableStream): Promise<string> {
  let said = "";
  return await new Promise((resolve, reject) => {
    output.on("data", (chunk: Buffer) => {
      said += chunk.toString("utf8");
      const address = /listens on (\S+)/.exec(said)?.[1];
      if (address !== undefined) resolve(address);
    });
    output.once("end", () => reject(new Error("the gateway did not start")));
  });
}

interface Load {
  readonly database: string;
  readonly gateway: { readonly address: string; readonly operatorToken: string };
  readonly processId: number;
}

async function load({ database, gateway, processId }: Load): Promise<void> {
  const lead = await makeOrganisation(gateway);
  const partner = await makeOrganisation(gateway);
  const { page } = await makePage({ lead, runner: partner }, { delivers: true, forcesDelivery: true });
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  const url = new URL("/coterie.actions.v1.ActionService/Submit", gateway.address);
  const latenciesMs: number[] = [];
  let failed = 0;
  let signers = 0;
  // One in ten signs a second time, as in large petitions.
  const nextPerson = (): JsonObject => {
    signers++;
    const signer = signers % 10 === 0 ? signers - 1 : signers;
    return {
      ...alice,
      country: "PL",
      postcode: `${signer % 90}-000`.padStart(6, "0"),
      email: `s${signer}@example.org`,
    };
  };
  // Warm: code compiled, statements planned, connections open. Not counted.
  await run({ untilMs: performance.now() + 2000, record: () => undefined });
  const warm = (await pullAll(lead)).length;
  const cpuBefore = await cpuSeconds(processId);
  const startedMs = performance.now();
  await run({ untilMs: startedMs + seconds * 1000, record: (ms) => latenciesMs.push(ms) });
  const elapsed = (performance.now() - startedMs) / 1000;
  const cpu = (await cpuSeconds(processId)) - cpuBefore;
  agent.destroy();
  const stored = (await pullAll(lead)).length - warm;
  const sorted = latenciesMs.toSorted((left, right) => left - right);
  const percentile = (share: number): number => round(sorted[Math.floor(sorted.length * share)] ?? Number.NaN);
  const perSecond = round(latenciesMs.length / elapsed);
  const line = {
    name: `submissions, gateway sealing, 2 contacts each, ${database}`,
    ours: perSecond,
    rival: burstPerSecond,
    ratio: round(perSecond / burstPerSecond),
    unit: "per second",
    p50Ms: percentile(0.5),
    p99Ms: percentile(0.99),
    failed,
    allStored: stored === latenciesMs.length,
    gatewayCpuMs: round((cpu * 1000) / latenciesMs.length),
    note: `${connections} connections, ${seconds} s, ${availableParallelism()} cores shared with the load; rival: the burst of a viral hour; goal: >= 500 per second, p99 < 300 ms`,
  };
  process.stdout.write(`${JSON.stringify(line)}\n`);

  async function run({ untilMs, record }: { untilMs: number; record: (ms: number) => void }): Promise<void> {
    const one = async (): Promise<void> => {
      while (performance.now() < untilMs) {
        const body = toJsonString(SubmitRequestSchema, clearRequest(page, { person: nextPerson() }));
        const sentMs = performance.now();
        if ((await post({ agent, url, body })) === 200) record(performance.now() - sentMs);
        else failed++;
      }
    };
    await Promise.all(Array.from({ length: connections }, one));
  }
}

interface Post {
  readonly agent: Agent;
  readonly url: URL;
  readonly body: string;
}

async function post({ agent, url, body }: Post): Promise<number> {
  return await new Promise((resolve, reject) => {
    const headers = { "content-type": "application/json", "content-length": Buffer.byteLength(body) };
    const sent = request(url, { method: "POST", agent, headers }, (response) => {
      response.resume();
      response.once("end", () => resolve(response.statusCode ?? 0));
    });
    sent.once("error", reject);
    sent.end(body);
  });
}

/** User and system time of a process, from /proc; zero where there is none. */
async function cpuSeconds(processId: number): Promise<number> {
  const stat = await readFile(`/proc/${processId}/stat`, "utf8").catch(() => "");
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[11] ?? 0) + Number(fields[12] ?? 0)) / 100;
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
