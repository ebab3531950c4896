// The named check B9: old contacts are sealed again while the program that does it, the gateway and the database are killed.
import { type ChildProcess, spawn } from "node:child_process";
import { randomInt } from "node:crypto";
import { once } from "node:events";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as delay } from "node:timers/promises";
import type { AgreementKeyPair } from "@coterie/primitives";
import { randomBytes } from "@coterie/primitives";
import { nodePrimitives as primitives, systemRandom } from "@coterie/primitives/node";
import { createContactOpener } from "@coterie/sealed-box/open";
import { deriveKeyId } from "@coterie/sealed-box/seal";
import { databaseProcesses } from "../../../gateway/e2e/support/database-processes.ts";
import {
  activateKey,
  clearRequest,
  makeOrganisation,
  makePage,
  openInputOf,
  pullAll,
  type TestOrganisation,
} from "../../../gateway/test/support/coalition.ts";
import { codeOf, connectClients, makeDataFolder } from "../../../gateway/test/support/gateway.ts";
import { type GatewayProcess, startGatewayProcess } from "../../../gateway/test/support/gateway-process.ts";
import type { RewrapJob } from "./rewrap-worker.ts";

export interface RewrapPlan {
  readonly rows: number;
  readonly kills: number;
}

export interface RewrapCrashes {
  readonly killed: number;
  readonly rows: number;
  /** Contacts that do not open with the new key, or open as another person. */
  readonly unreadable: number;
  readonly onOldKey: number;
  /** Contacts that the old key still opens. */
  readonly openByOldKey: number;
  /** What the run after the last found to do. */
  readonly again: number;
}

interface Scene {
  readonly dataFolder: string;
  gateway: GatewayProcess;
  readonly owner: TestOrganisation;
  readonly job: Omit<RewrapJob, "address">;
  readonly persons: ReadonlyMap<string, string>;
  readonly next: AgreementKeyPair;
}

/** Seals `rows` contacts to a key, rotates, and seals them again through `kills` kills at random points. */
export async function rewrapRepeatedly({ rows, kills }: RewrapPlan): Promise<RewrapCrashes> {
  const scene = await makeScene(rows);
  let killed = 0;
  let replaced = 0;
  while (killed < kills) {
    // Spread over the work: what remains is shared out among the kills that remain.
    const share = Math.max(1, Math.floor((rows - replaced) / (kills - killed)));
    replaced += await runAndKill(scene, { after: randomInt(0, 2 * share), kind: killed % 10 });
    killed++;
  }
  const last = await runWorker(scene);
  const again = await runWorker(scene);
  const outcome = { killed, rows, ...(await inspect(scene)), again: again.replaced + again.changed };
  if (last.refused + again.refused > 0) throw new Error("contacts were refused");
  await scene.gateway.stop();
  await rm(scene.dataFolder, { recursive: true, force: true });
  return outcome;
}

async function makeScene(rows: number): Promise<Scene> {
  const dataFolder = await makeDataFolder();
  const gateway = await startGatewayProcess(dataFolder, { COTERIE_PROOF_OF_WORK: "off" });
  const owner = await makeOrganisation(gateway, { activate: false });
  const seeds = [randomBytes(systemRandom, 32), randomBytes(systemRandom, 32)] as const;
  const [old, next] = [primitives.deriveAgreementKeyPair(seeds[0]), primitives.deriveAgreementKeyPair(seeds[1])];
  await activate(owner, old);
  const { page } = await makePage({ lead: owner });
  const persons = new Map<string, string>();
  const { actions } = connectClients(gateway.address);
  const requests = Array.from({ length: rows }, (_, n) => {
    const person = { firstName: `Person ${n}`, email: `person${n}@example.org` };
    const request = clearRequest(page, { person });
    persons.set(request.actionId, person.firstName);
    return request;
  });
  await Promise.all(
    Array.from({ length: 32 }, async () => {
      for (let request = requests.pop(); request !== undefined; request = requests.pop()) {
        while ((await codeOf(actions.submit(request))) !== "accepted") await delay(20);
      }
    }),
  );
  await activate(owner, next);
  const { gatewaySigningKey } = await owner.clients.organisations.getOrganisation({});
  const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");
  const job = {
    token: owner.token,
    organisationId: owner.organisation.id,
    gatewaySigningKey: hex(gatewaySigningKey),
    oldSeed: hex(seeds[0]),
    newSeed: hex(seeds[1]),
    oldKeyId: deriveKeyId(primitives, old.publicKey),
    newKeyId: deriveKeyId(primitives, next.publicKey),
  };
  return { dataFolder, gateway, owner: { ...owner, keys: old }, job, persons, next };
}

async function activate(owner: TestOrganisation, keys: AgreementKeyPair): Promise<void> {
  await owner.clients.organisations.importPublicKey({ public: keys.publicKey, label: "" });
  await activateKey(owner, keys);
}

interface Kill {
  /** Once this many contacts were replaced in this run. */
  readonly after: number;
  /** 0: gateway and database; 1, 2: the gateway; else the worker. */
  readonly kind: number;
}

/** Runs a worker until the kill; how many contacts it knew to be replaced. */
async function runAndKill(scene: Scene, { after, kind }: Kill): Promise<number> {
  const child = startWorker(scene);
  const ended = once(child, "exit");
  let replaced = 0;
  for await (const line of linesOf(child)) {
    const [word, count] = line.split(" ");
    if (word === "replaced") replaced += Number(count);
    // While a request is on its way, or just after it was answered.
    if (word === "outcome" || (replaced >= after && word === (kind % 2 === 0 ? "sent" : "replaced"))) break;
  }
  await delay(randomInt(0, 25));
  if (kind < 3) {
    const pids = kind === 0 ? await databaseProcesses(scene.dataFolder) : [];
    for (const pid of [scene.gateway.child.pid ?? 0, ...pids]) killNow(pid);
    await scene.gateway.ended;
  }
  killNow(child.pid ?? 0);
  await ended;
  if (kind < 3) scene.gateway = await startGatewayProcess(scene.dataFolder, { COTERIE_PROOF_OF_WORK: "off" });
  return replaced;
}

function killNow(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // It ended by itself when another was killed.
  }
}

interface Outcome {
  readonly replaced: number;
  readonly refused: number;
  readonly changed: number;
}

async function runWorker(scene: Scene): Promise<Outcome> {
  const child = startWorker(scene);
  let outcome: Outcome | undefined;
  for await (const line of linesOf(child)) {
    if (line.startsWith("outcome ")) outcome = JSON.parse(line.slice("outcome ".length));
  }
  if (outcome === undefined) throw new Error("the worker did not finish");
  return outcome;
}

function startWorker({ gateway, job }: Scene): ChildProcess {
  const file = join(import.meta.dirname, "rewrap-worker.ts");
  const child = spawn(process.execPath, ["--conditions=@coterie/source", file], { stdio: ["pipe", "pipe", "ignore"] });
  child.stdin?.end(JSON.stringify({ ...job, address: gateway.address }));
  return child;
}

function linesOf({ stdout }: ChildProcess): AsyncIterable<string> {
  if (stdout === null) throw new Error("no output");
  return createInterface({ input: stdout });
}

async function inspect(scene: Scene): Promise<Pick<RewrapCrashes, "unreadable" | "onOldKey" | "openByOldKey">> {
  const { job, persons, next } = scene;
  const owner = { ...scene.owner, clients: connectClients(scene.gateway.address, scene.owner.token) };
  const { keys } = await owner.clients.rewraps.countContactsByKey({});
  const onOldKey = Number(keys.find(({ keyId }) => keyId === job.oldKeyId)?.contacts ?? 0n);
  const { gatewaySigningKey } = await owner.clients.organisations.getOrganisation({});
  const opener = createContactOpener({ primitives }, { keys: [next], gatewaySigningKey });
  const former = createContactOpener({ primitives }, { keys: [owner.keys], gatewaySigningKey });
  const contacts = await pullAll(owner);
  const left = new Map(persons);
  let openByOldKey = 0;
  for (const [n, contact] of contacts.entries()) {
    const name = nameIn(opener, contact);
    if (name !== undefined && left.get(contact.actionId) === name) left.delete(contact.actionId);
    if (n % 100 === 0 && nameIn(former, contact) !== undefined) openByOldKey++;
  }
  opener.destroy();
  former.destroy();
  return { unreadable: left.size + Math.abs(contacts.length - persons.size), onOldKey, openByOldKey };
}

type Opener = ReturnType<typeof createContactOpener>;

function nameIn(opener: Opener, contact: Parameters<typeof openInputOf>[0]): unknown {
  try {
    return opener.open(openInputOf(contact)).person["firstName"];
  } catch {
    return undefined;
  }
}
