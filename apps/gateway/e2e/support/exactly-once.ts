// The same and different submissions over three gateways on one database, of which one after the other is killed: the shared part of the
// short and the full test.
import { toJsonString } from "@bufbuild/protobuf";
import { type ActionPage, type SubmitRequest, SubmitRequestSchema } from "@coterie/protocol";
import { mkdir, rm, symlink } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { connectDatabase } from "../../src/db/connection.ts";
import { startPostgres } from "../../src/db/postgres-server.ts";
import { recount } from "../../src/counting/recount.ts";
import {
  alice,
  clearRequest,
  makeOrganisation,
  makePage,
  pullAll,
  someone,
  type TestOrganisation,
} from "../../test/support/coalition.ts";
import { connectClients, makeDataFolder } from "../../test/support/gateway.ts";
import { type GatewayProcess, startGatewayProcess } from "../../test/support/gateway-process.ts";

export interface ExactlyOncePlan {
  /** Answers to one and the same request. */
  readonly replays: number;
  /** Different persons. */
  readonly persons: number;
  /** Different requests of one person. */
  readonly repetitions: number;
  readonly connections: number;
  /** In each of the three parts. */
  readonly kills: number;
}

export interface PartOutcome {
  readonly answered: number;
  readonly receipts: number;
  readonly stored: number;
  readonly counter: number;
}

export interface ExactlyOnceOutcome {
  readonly replayed: PartOutcome;
  readonly different: PartOutcome;
  readonly repeated: PartOutcome;
  /** 0, 1, 2 …: the ranks of the one person's contacts. */
  readonly ranksAreDense: boolean;
  readonly killed: number;
  readonly corrected: number;
}

const gatewayCount = 3;

/** Three gateways as an operator runs them: a database of their own, and one folder of secrets for all. */
class Gateways {
  readonly #folder: string;
  readonly #databaseUrl: string;
  readonly #running: GatewayProcess[] = [];
  killed = 0;

  constructor(folder: string, databaseUrl: string) {
    this.#folder = folder;
    this.#databaseUrl = databaseUrl;
  }

  async start(): Promise<void> {
    for (let index = 0; index < gatewayCount; index++) this.#running.push(await this.#startOne(index));
  }

  get addresses(): readonly string[] {
    return this.#running.map(({ address }) => address);
  }

  get operatorToken(): string {
    return this.#running[0]?.operatorToken ?? "";
  }

  async killOne(): Promise<void> {
    const index = this.killed++ % gatewayCount;
    const gateway = this.#running[index];
    gateway?.child.kill("SIGKILL");
    await gateway?.ended;
    this.#running[index] = await this.#startOne(index);
  }

  async stop(): Promise<void> {
    await Promise.all(this.#running.map(async ({ stop }) => await stop()));
  }

  async #startOne(index: number): Promise<GatewayProcess> {
    const data = join(this.#folder, `gateway-${index}`);
    const secrets = join(this.#folder, "gateway-0", "secrets");
    await mkdir(data, { recursive: true });
    if (index > 0) {
      await symlink(secrets, join(data, "secrets")).catch((error: NodeJS.ErrnoException) => {
        if (error.code !== "EEXIST") throw error;
      });
    }
    return await startGatewayProcess(data, { DATABASE_URL: this.#databaseUrl });
  }
}

/** Sends all of `requests`, each until it is answered, over so many connections; kills gateways meanwhile, spread over the work. */
async function sendAll(
  gateways: Gateways,
  { requests, plan }: { readonly requests: readonly SubmitRequest[]; readonly plan: ExactlyOncePlan },
): Promise<readonly string[]> {
  const receipts: string[] = [];
  let next = 0;
  const sender = async (connection: number): Promise<void> => {
    for (let request = requests[next++]; request !== undefined; request = requests[next++]) {
      const body = toJsonString(SubmitRequestSchema, request);
      for (let attempt = connection; ; attempt++) {
        const receipt = await send(gateways.addresses[attempt % gatewayCount] ?? "", body);
        if (receipt !== undefined) {
          receipts.push(receipt);
          break;
        }
        await delay(10);
      }
    }
  };
  const sending = Promise.all(Array.from({ length: plan.connections }, async (_unused, index) => await sender(index)));
  for (let kill = 1; kill <= plan.kills; kill++) {
    while (receipts.length < (requests.length * kill) / (plan.kills + 1)) await delay(5);
    await gateways.killOne();
  }
  await sending;
  return receipts;
}

/** Who received the person under which id; undefined where nobody knows what became of the request. */
async function send(address: string, body: string): Promise<string | undefined> {
  try {
    const headers = { "content-type": "application/json" };
    const answer = await fetch(`${address}/coterie.actions.v1.ActionService/Submit`, { method: "POST", headers, body });
    const json: unknown = await answer.json();
    if (!answer.ok || typeof json !== "object" || json === null) return undefined;
    const { actionId, receivedBy } = { actionId: undefined, receivedBy: undefined, ...json };
    return JSON.stringify([actionId, receivedBy]);
  } catch {
    return undefined;
  }
}

/** Runs the three parts. */
export async function countExactlyOnce(plan: ExactlyOncePlan): Promise<ExactlyOnceOutcome> {
  const folder = await makeDataFolder();
  const server = await startPostgres({ log: () => undefined }, { dataFolder: folder });
  const { host, user, database } = server.connection;
  const gateways = new Gateways(folder, `postgresql://${user}@/${database}?host=${encodeURIComponent(host)}`);
  await gateways.start();
  const first = await makeOrganisation({ address: gateways.addresses[0] ?? "", operatorToken: gateways.operatorToken });
  const owner = (): TestOrganisation => ({
    ...first,
    clients: connectClients(gateways.addresses[0] ?? "", first.token),
  });
  const part = async (requestsFor: (page: ActionPage) => readonly SubmitRequest[]) => {
    const { page } = await makePage({ lead: owner() });
    const receipts = await sendAll(gateways, { requests: requestsFor(page), plan });
    const contacts = (await pullAll(owner())).filter(({ pageId }) => pageId === page.id);
    const counter = await fetch(`${gateways.addresses[2] ?? ""}/counter/${page.name}`);
    const outcome: PartOutcome = {
      answered: receipts.length,
      receipts: new Set(receipts).size,
      stored: contacts.length,
      counter: Number(Object.values(await counter.json())[0]),
    };
    return { outcome, ranks: contacts.map(({ duplicateRank }) => duplicateRank) };
  };
  const times = (count: number, make: () => SubmitRequest): readonly SubmitRequest[] =>
    Array.from({ length: count }, make);
  const replayed = await part((page) => {
    const request = clearRequest(page, { person: someone() });
    return times(plan.replays, () => request);
  });
  const different = await part((page) => times(plan.persons, () => clearRequest(page, { person: someone() })));
  const repeated = await part((page) => times(plan.repetitions, () => clearRequest(page, { person: alice })));
  const connection = connectDatabase({ log: () => undefined }, server.connection);
  const found = await recount(connection, {});
  await connection.close();
  await gateways.stop();
  await server.close();
  await rm(folder, { recursive: true, force: true });
  return {
    replayed: replayed.outcome,
    different: different.outcome,
    repeated: repeated.outcome,
    ranksAreDense: repeated.ranks.toSorted((left, right) => left - right).every((rank, place) => rank === place),
    killed: gateways.killed,
    corrected: (found?.counters.length ?? -1) + (found?.pageDays ?? -1),
  };
}
