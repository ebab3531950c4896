// Submissions while everything is killed at random points: the shared part of the short and the full test.
import { Sealing, type SubmitRequest } from "@coterie/protocol";
import { rm } from "node:fs/promises";
import { setTimeout as delay } from "node:timers/promises";
import {
  makeOrganisation,
  makePage,
  pullAll,
  sealedRequest,
  type TestOrganisation,
} from "../../test/support/coalition.ts";
import { codeOf, connectClients, makeDataFolder } from "../../test/support/gateway.ts";
import { type GatewayProcess, startGatewayProcess } from "../../test/support/gateway-process.ts";
import { databaseProcesses } from "./database-processes.ts";

export interface CrashPlan {
  readonly submissions: number;
  readonly kills: number;
}

export interface CrashOutcome {
  readonly killed: number;
  readonly stored: number;
  /** Answered, and not there. */
  readonly lost: number;
  readonly doubled: number;
  readonly counter: bigint;
  readonly exitCode: number | string;
}

/** Submits while everything is killed at random points; every client repeats its request until it is answered. */
export async function crashRepeatedly({ submissions, kills }: CrashPlan): Promise<CrashOutcome> {
  const dataFolder = await makeDataFolder();
  let gateway = await startGatewayProcess(dataFolder);
  const first = { ...(await makeOrganisation(gateway)) };
  const { page } = await makePage({ lead: first }, { sealing: Sealing.BROWSER });
  const acknowledged = new Set<string>();
  const queue: SubmitRequest[] = Array.from({ length: submissions }, () => sealedRequest(page));
  const state = { address: gateway.address, killed: 0 };
  const submitters = Array.from({ length: 8 }, async () => {
    for (let request = queue.pop(); request !== undefined; request = queue.pop()) {
      while (!acknowledged.has(request.actionId)) {
        const code = await codeOf(connectClients(state.address).actions.submit(request));
        if (code === "accepted") acknowledged.add(request.actionId);
        else await delay(20);
      }
    }
  });
  const finished = Promise.all(submitters);
  // Spread over the work, so that kills fall into batches, commits and start-ups alike.
  for (let kill = 1; kill <= kills; kill++) {
    const target = Math.floor((submissions * kill) / (kills + 1));
    while (acknowledged.size < target) await delay(5);
    await delay(Math.random() * 40);
    gateway = await killAndRestart(gateway, { dataFolder, killGatewayOnly: kill % 2 === 0 });
    state.address = gateway.address;
    state.killed++;
  }
  await finished;
  const owner: TestOrganisation = { ...first, clients: connectClients(gateway.address, first.token) };
  const stored = (await pullAll(owner)).map(({ actionId }) => actionId);
  const { counter } = await owner.clients.actions.getCounter({ pageName: page.name });
  const exitCode = await gateway.stop();
  await rm(dataFolder, { recursive: true, force: true });
  return {
    killed: state.killed,
    stored: stored.length,
    lost: [...acknowledged].filter((actionId) => !stored.includes(actionId)).length,
    doubled: stored.length - new Set(stored).size,
    counter,
    exitCode,
  };
}

interface Kill {
  readonly dataFolder: string;
  /** Else the database's processes as well. */
  readonly killGatewayOnly: boolean;
}

async function killAndRestart(gateway: GatewayProcess, { dataFolder, killGatewayOnly }: Kill): Promise<GatewayProcess> {
  const processes = killGatewayOnly ? [] : await databaseProcesses(dataFolder);
  for (const pid of [gateway.child.pid ?? 0, ...processes]) {
    try {
      process.kill(pid, "SIGKILL");
    } catch {
      // It ended by itself when the one before it was killed.
    }
  }
  await gateway.ended;
  return await startGatewayProcess(dataFolder);
}
