// Several gateways on one database share the work: nothing twice, nothing out of order.
import { cp, rm } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { makeDataFolder, startTestGateway, type TestGateway } from "./support/gateway.ts";
import { databaseOf } from "./support/mail-world.ts";
import { startWebhookReceiver, type WebhookReceiver } from "./support/webhook-receiver.ts";
import { actionsIn, hook, signMany, startWebhookWorld, type WebhookWorld } from "./support/webhook-world.ts";

let world: WebhookWorld;
let second: TestGateway;
let folder: string;
const receivers: WebhookReceiver[] = [];

beforeAll(async () => {
  world = await startWebhookWorld();
  folder = await makeDataFolder();
  // They share the secrets, as the guide says.
  await cp(join(world.gateway.dataFolder, "secrets"), join(folder, "secrets"), { recursive: true });
  const { host, user, database } = await databaseOf(world.gateway);
  second = await startTestGateway({
    dataFolder: folder,
    databaseUrl: `postgresql://${user}@/${database}?host=${encodeURIComponent(host)}`,
    now: () => world.clock.nowMs,
    webhooks: { allowedNetworks: ["127.0.0.0/8"], roundEveryMs: 1e9 },
  });
});
afterAll(async () => {
  await second.close();
  await world.close();
  for (const receiver of receivers) await receiver.close();
  await rm(folder, { recursive: true, force: true });
});

describe("two gateways on one database", () => {
  it("post every delivery once and in order, with keys of one folder's content", async () => {
    for (let index = 0; index < 4; index++) {
      const receiver = await startWebhookReceiver({ now: () => world.clock.nowMs });
      receiver.keys = world.receiver.keys;
      receivers.push(receiver);
      await hook({ ...world, receiver }, { batchSize: 2 });
    }
    const ids = await signMany(world, 13);
    for (let round = 0; round < 4; round++) {
      await Promise.all([world.gateway.webhooks.workNow(), second.webhooks.workNow(), second.webhooks.workNow()]);
    }
    for (const receiver of receivers) {
      expect(receiver.refused).toEqual([]);
      expect(actionsIn(receiver.arrived)).toEqual(ids);
      expect(new Set(receiver.arrived.map(({ id }) => id)).size).toBe(receiver.arrived.length);
    }
  });

  it("leave to the other what one of them holds, until its lease ends", async () => {
    const [receiver] = receivers;
    if (receiver === undefined) throw new Error("no receiver");
    const before = receiver.arrived.length;
    const entered = Promise.withResolvers<undefined>();
    const release = Promise.withResolvers<undefined>();
    receiver.answer = (_arrival, response) => {
      receiver.answer = undefined;
      entered.resolve(undefined);
      void release.promise.then(() => response.writeHead(204).end());
    };
    await signMany(world, 1);
    const slow = world.gateway.webhooks.workNow();
    await entered.promise;
    await second.webhooks.workNow();
    expect(receiver.arrived).toHaveLength(before + 1);
    // The lease ends while the first still waits for its answer: the second posts the same again, and the first has nothing to say.
    world.clock.nowMs += 61_000;
    // A round passes over a row that the other one has locked for a moment: the next round finds it.
    await vi.waitFor(
      async () => {
        await second.webhooks.workNow();
        expect(receiver.arrived).toHaveLength(before + 2);
      },
      { timeout: 30_000, interval: 50 },
    );
    release.resolve(undefined);
    await slow;
    const [held, repeated] = receiver.arrived.slice(before);
    expect(repeated?.id).toBe(held?.id);
    await second.webhooks.workNow();
    expect(receiver.arrived).toHaveLength(before + 2);
  });
});
