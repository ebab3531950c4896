// Kills a gateway again and again while it posts to a receiver, at points that the receiver chooses.
import { randomInt } from "node:crypto";
import { rm } from "node:fs/promises";
import { setTimeout as delay } from "node:timers/promises";
import { clearRequest, makeOrganisation, makePage } from "../../test/support/coalition.ts";
import { connectClients, makeDataFolder } from "../../test/support/gateway.ts";
import { type GatewayProcess, startGatewayProcess } from "../../test/support/gateway-process.ts";
import { fetchWebhookKeys, startWebhookReceiver, type WebhookReceiver } from "../../test/support/webhook-receiver.ts";
import { actionsIn, webhookClient } from "../../test/support/webhook-world.ts";

/** What the receiver had in the end. */
export interface PostingOutcome {
  /** Actions that never arrived. */
  readonly missing: number;
  /** Ids of deliveries that came with other actions than the first time. */
  readonly changed: number;
  /** Actions that came in deliveries of different ids: a receiver that remembers ids would take them twice. */
  readonly doubled: number;
  /** Deliveries whose signature did not verify. */
  readonly forged: number;
  /** Whether the actions arrived in the order in which they were signed, repetitions aside. */
  readonly inOrder: boolean;
}

const environment = { COTERIE_WEBHOOK_ALLOW: "127.0.0.0/8" };

/** People sign; the gateway dies `kills` times in the middle of a delivery, and starts again. */
export async function killWhilePosting({ kills, people }: { kills: number; people: number }): Promise<PostingOutcome> {
  const dataFolder = await makeDataFolder();
  const receiver = await startWebhookReceiver();
  try {
    const ids = await signAll(dataFolder, { receiver, people });
    for (let kill = 0; kill < kills; kill++) await runAndKill(dataFolder, receiver);
    receiver.answer = undefined;
    const gateway = await startGatewayProcess(dataFolder, environment);
    await until(() => new Set(actionsIn(receiver.arrived)).size >= people);
    await gateway.stop();
    return judge(receiver, ids);
  } finally {
    await receiver.close();
    await rm(dataFolder, { recursive: true, force: true });
  }
}

async function signAll(
  dataFolder: string,
  { receiver, people }: { receiver: WebhookReceiver; people: number },
): Promise<string[]> {
  const gateway = await startGatewayProcess(dataFolder, environment);
  receiver.keys = await fetchWebhookKeys(gateway.address);
  const owner = await makeOrganisation(gateway);
  const { page } = await makePage({ lead: owner });
  const { actions } = connectClients(gateway.address);
  const ids: string[] = [];
  for (let person = 0; person < people; person++) {
    const request = clearRequest(page);
    await actions.submit(request);
    ids.push(request.actionId);
  }
  await webhookClient(gateway, owner.token).createWebhook({ url: receiver.url, batchSize: 5 });
  await kill(gateway);
  return ids;
}

/** Dies with a delivery taken and not answered, or right after the answer left. */
async function runAndKill(dataFolder: string, receiver: WebhookReceiver): Promise<void> {
  const gateway = await startGatewayProcess(dataFolder, environment);
  const dieAt = receiver.arrived.length + randomInt(1, 6);
  const answers = randomInt(2) === 0;
  receiver.answer = (_arrival, response) => {
    if (receiver.arrived.length < dieAt) return void response.writeHead(204).end();
    if (answers) response.writeHead(204).end();
    void kill(gateway);
  };
  await Promise.race([gateway.ended, delay(10_000)]);
  await kill(gateway);
}

async function kill(gateway: GatewayProcess): Promise<void> {
  if (gateway.child.exitCode === null && gateway.child.signalCode === null) gateway.child.kill("SIGKILL");
  await gateway.ended;
}

async function until(isDone: () => boolean): Promise<void> {
  for (let attempt = 0; !isDone(); attempt++) {
    if (attempt > 1200) throw new Error("deliveries are still missing");
    await delay(100);
  }
}

function judge({ arrived, refused }: WebhookReceiver, ids: readonly string[]): PostingOutcome {
  const actionsById = new Map<string, string>();
  const idsByAction = new Map<string, Set<string>>();
  let changed = 0;
  for (const arrival of arrived) {
    const actions = actionsIn([arrival]);
    const before = actionsById.get(arrival.id);
    if (before !== undefined && before !== actions.join()) changed++;
    actionsById.set(arrival.id, actions.join());
    for (const action of actions) idsByAction.set(action, (idsByAction.get(action) ?? new Set()).add(arrival.id));
  }
  const first = [...new Set(actionsIn(arrived))];
  return {
    missing: ids.filter((id) => !idsByAction.has(id)).length,
    changed,
    doubled: [...idsByAction.values()].filter(({ size }) => size > 1).length,
    forged: refused.length,
    inOrder: first.join() === ids.join(),
  };
}
