import { fromJsonString } from "@bufbuild/protobuf";
import { encodeFields } from "@coterie/bytes";
import { nodePrimitives as primitives } from "@coterie/primitives/node";
import { WebhookDeliverySchema, WebhookShape, WebhookState } from "@coterie/protocol";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { webhookKeyOverlapMs } from "../src/webhooks/webhook-keys.ts";
import { makeOrganisation, openContact } from "./support/coalition.ts";
import { codeOf } from "./support/gateway.ts";
import { fetchWebhookKeys } from "./support/webhook-receiver.ts";
import {
  actionsIn,
  hook,
  signMany,
  startWebhookWorld,
  state,
  webhookClient,
  webhookKeyClient,
  type WebhookWorld,
} from "./support/webhook-world.ts";

const minuteMs = 60_000;
const dayMs = 24 * 60 * minuteMs;
let world: WebhookWorld;

beforeAll(async () => {
  world = await startWebhookWorld();
});
afterAll(async () => await world.close());
beforeEach(async () => {
  for (const { id } of (await world.webhooks.listWebhooks({})).webhooks) {
    await world.webhooks.removeWebhook({ webhookId: id });
  }
  world.receiver.answer = undefined;
  world.receiver.arrived.length = 0;
  world.receiver.refused.length = 0;
  world.receiver.keys = await fetchWebhookKeys(world.gateway.address);
});

const work = async (): Promise<void> => await world.gateway.webhooks.workNow();

/** Fails with `status`, round after round, the clock going on by a day each, until the webhook no longer tries or `rounds` are over. */
async function failFor(status: number, rounds: number, stepMs = dayMs): Promise<void> {
  world.receiver.answer = (_arrival, response) => void response.writeHead(status).end();
  for (let round = 0; round < rounds; round++) {
    await work();
    world.clock.nowMs += stepMs;
  }
}

describe("a webhook", () => {
  it("posts sealed contacts in order, signed, once, and its organisation opens them", async () => {
    await hook(world, { batchSize: 2, onlyNew: true });
    const ids = await signMany(world, 5);
    await work();
    await work();
    expect(world.receiver.refused).toEqual([]);
    expect(actionsIn(world.receiver.arrived)).toEqual(ids);
    expect(world.receiver.arrived.map(({ kind }) => kind)).toEqual(["new", "new", "new"]);
    const [first] = world.receiver.arrived;
    expect(first?.headers["content-type"]).toBe("application/json");
    const delivery = fromJsonString(WebhookDeliverySchema, first?.text ?? "");
    expect(delivery).toMatchObject({ type: "contacts", organisationId: world.owner.organisation.id });
    const [contact] = delivery.contacts;
    if (contact === undefined) throw new Error("no contact");
    expect(await openContact(world.owner, { contact })).toMatchObject({ firstName: "Alice" });
    contact.payload = contact.payload.map((byte, i) => (i === 100 ? byte ^ 1 : byte));
    await expect(openContact(world.owner, { contact })).rejects.toMatchObject({ code: "sealed-box/not-authentic" });
    expect(first?.text).not.toContain("alice@example.org");
    expect(await state(world)).toMatchObject({ waiting: 0n, failingSinceMs: 0n, state: WebhookState.ACTIVE });
    await work();
    expect(world.receiver.arrived).toHaveLength(3);
  });

  it("begins with the first contact, or with the next", async () => {
    await signMany(world, 1);
    await hook(world, { onlyNew: true });
    await work();
    expect(world.receiver.arrived).toEqual([]);
    const [id] = await signMany(world, 1);
    await work();
    expect(actionsIn(world.receiver.arrived)).toEqual([id]);
    const all = await hook(world);
    await work();
    expect(actionsIn(world.receiver.arrived.slice(1))).toHaveLength(Number(all.waiting));
    expect(actionsIn(world.receiver.arrived).at(-1)).toBe(id);
  });

  it("posts again what was not answered with success: the same id, the same contacts, another time", async () => {
    await hook(world, { onlyNew: true });
    const ids = await signMany(world, 3);
    world.receiver.answer = (_arrival, response) => void response.writeHead(503).end();
    await work();
    await work();
    expect(world.receiver.arrived).toHaveLength(1);
    expect(await state(world)).toMatchObject({ lastAttempt: { outcome: "refused", status: 503 } });
    world.clock.nowMs += minuteMs;
    world.receiver.answer = undefined;
    await work();
    const [first, second] = world.receiver.arrived;
    expect(second?.id).toBe(first?.id);
    expect(second?.text).toBe(first?.text);
    expect(second?.headers["webhook-timestamp"]).not.toBe(first?.headers["webhook-timestamp"]);
    expect(actionsIn([second].flatMap((one) => one ?? []))).toEqual(ids);
    expect(await state(world)).toMatchObject({ waiting: 0n, failingSinceMs: 0n });
  });

  it("waits as long as the receiver wants, within four hours", async () => {
    await hook(world, { onlyNew: true });
    await signMany(world, 1);
    world.receiver.answer = (_arrival, response) => void response.writeHead(429, { "retry-after": "999999" }).end();
    await work();
    world.receiver.answer = undefined;
    world.clock.nowMs += 4 * 60 * minuteMs - 1;
    await work();
    expect(world.receiver.arrived).toHaveLength(1);
    world.clock.nowMs += 1;
    await work();
    expect(world.receiver.arrived).toHaveLength(2);
  });

  it("sets a delivery aside that is refused for what it is, goes on, and posts it again when told", async () => {
    const { id: webhookId } = await hook(world, { batchSize: 1, onlyNew: true });
    const [poison, ...others] = await signMany(world, 3);
    world.receiver.answer = (arrival, response) => {
      response.writeHead(arrival.text.includes(poison ?? "") ? 422 : 204).end();
    };
    for (let round = 0; round < 10; round++) {
      await work();
      world.clock.nowMs += 60 * minuteMs;
    }
    const refusals = world.receiver.arrived.filter(({ text }) => text.includes(poison ?? ""));
    expect(refusals).toHaveLength(5);
    expect(new Set(refusals.map(({ id }) => id)).size).toBe(1);
    expect(actionsIn(world.receiver.arrived.slice(5))).toEqual(others);
    expect(await state(world)).toMatchObject({ waiting: 0n, deadLetters: 1, state: WebhookState.ACTIVE });
    const { deadLetters } = await world.webhooks.listDeadLetters({ webhookId });
    expect(deadLetters).toMatchObject([
      { id: refusals[0]?.id, size: 1, attempts: 5, lastAttempt: { outcome: "refused", status: 422 } },
    ]);
    world.receiver.answer = undefined;
    world.receiver.arrived.length = 0;
    expect(await world.webhooks.redriveDeadLetters({ webhookId })).toMatchObject({ redriven: 1 });
    expect(await world.webhooks.redriveDeadLetters({ webhookId })).toMatchObject({ redriven: 0 });
    await work();
    expect(actionsIn(world.receiver.arrived)).toEqual([poison]);
    expect(world.receiver.arrived[0]?.id).toBe(refusals[0]?.id);
    expect(await state(world)).toMatchObject({ waiting: 0n, deadLetters: 0 });
    await work();
    expect(world.receiver.arrived).toHaveLength(1);
  });

  it("is suspended where three deliveries in a row are set aside: then it is the receiver", async () => {
    await hook(world, { batchSize: 1, onlyNew: true });
    await signMany(world, 6);
    await failFor(400, 20, 60 * minuteMs);
    expect(world.receiver.arrived).toHaveLength(15);
    expect(await state(world)).toMatchObject({ state: WebhookState.SUSPENDED, deadLetters: 3, waiting: 3n });
  });

  it("is suspended after three days of failures, tells so, and loses nothing", async () => {
    const { id: webhookId } = await hook(world, { onlyNew: true });
    const ids = await signMany(world, 2);
    await failFor(500, 3);
    expect(await state(world)).toMatchObject({ state: WebhookState.ACTIVE });
    await failFor(500, 3);
    expect(world.receiver.arrived).toHaveLength(4);
    expect(await state(world)).toMatchObject({ state: WebhookState.SUSPENDED, waiting: 2n });
    world.receiver.answer = undefined;
    await work();
    expect(world.receiver.arrived).toHaveLength(4);
    await world.webhooks.updateWebhook({ webhookId, state: WebhookState.ACTIVE });
    await work();
    expect(actionsIn(world.receiver.arrived.slice(4))).toEqual(ids);
    expect(new Set(world.receiver.arrived.map(({ id }) => id)).size).toBe(1);
  });

  it("is suspended at once where the receiver says that it is gone", async () => {
    await hook(world, { onlyNew: true });
    await signMany(world, 1);
    await failFor(410, 2);
    expect(world.receiver.arrived).toHaveLength(1);
    expect(await state(world)).toMatchObject({ state: WebhookState.SUSPENDED, lastAttempt: { outcome: "gone" } });
  });

  it("posts nothing while it is paused, and everything after", async () => {
    const { id: webhookId } = await hook(world, { onlyNew: true });
    await world.webhooks.updateWebhook({ webhookId, state: WebhookState.PAUSED });
    const ids = await signMany(world, 2);
    await work();
    expect(world.receiver.arrived).toEqual([]);
    expect(await state(world)).toMatchObject({ waiting: 2n });
    await world.webhooks.updateWebhook({ webhookId, state: WebhookState.ACTIVE });
    await work();
    expect(actionsIn(world.receiver.arrived)).toEqual(ids);
  });

  it("speaks Proca's queue, one sealed message at a time", async () => {
    await hook(world, { shape: WebhookShape.PROCA, onlyNew: true });
    const ids = await signMany(world, 2);
    await work();
    await work();
    expect(world.receiver.arrived.map(({ body }) => body["actionId"])).toEqual(ids);
    const { organisation } = world.owner;
    expect(world.receiver.arrived[0]?.body).toMatchObject({
      schema: "proca:action:2",
      stage: "deliver",
      orgId: organisation.id,
      org: { name: organisation.name, title: organisation.title },
      contact: { contactRef: ids[0], dupeRank: expect.any(Number) },
      personalInfo: { encryptKey: { id: world.owner.keyId } },
      privacy: { optIn: false, emailStatus: null, withConsent: true },
    });
    expect(world.receiver.arrived[0]?.text).not.toContain("alice");
  });

  it("can be tested without contacts", async () => {
    const { id: webhookId } = await hook(world, { onlyNew: true });
    const { attempt } = await world.webhooks.testWebhook({ webhookId });
    expect(attempt).toMatchObject({ outcome: "delivered", status: 204 });
    expect(world.receiver.arrived.map(({ body }) => body["type"])).toEqual(["test"]);
    expect(fromJsonString(WebhookDeliverySchema, world.receiver.arrived[0]?.text ?? "")).toMatchObject({
      contacts: [],
    });
    const codes: string[] = [];
    for (let test = 0; test < 6; test++) codes.push(await codeOf(world.webhooks.testWebhook({ webhookId })));
    expect(codes.at(-1)).toBe("rate-limited");
    world.clock.nowMs += minuteMs;
  });

  it("belongs to its organisation alone", async () => {
    const { id: webhookId } = await hook(world);
    const bob = await makeOrganisation(world.gateway);
    const other = webhookClient(world.gateway, bob.token);
    expect((await other.listWebhooks({})).webhooks).toEqual([]);
    const calls = [
      async () => await other.updateWebhook({ webhookId, state: WebhookState.PAUSED }),
      async () => await other.removeWebhook({ webhookId }),
      async () => await other.testWebhook({ webhookId }),
      async () => await other.listDeadLetters({ webhookId }),
      async () => await other.redriveDeadLetters({ webhookId }),
    ];
    for (const call of calls) expect(await codeOf(call())).toBe("not-found");
    const nobody = webhookClient(world.gateway, "");
    expect(await codeOf(nobody.listWebhooks({}))).toBe("unauthenticated");
    expect(await codeOf(webhookKeyClient(world.gateway, bob.token).rotateWebhookKey({}))).toBe("unauthenticated");
  });

  it("stands within its limits", async () => {
    for (const batchSize of [-1, 251]) expect(await codeOf(hook(world, { batchSize }))).toBe("invalid");
    for (const batchSize of [1, 249, 250]) expect((await hook(world, { batchSize })).batchSize).toBe(batchSize);
    await hook(world);
    await hook(world);
    expect(await codeOf(hook(world))).toBe("conflict");
  });
});

describe("the keys of webhooks", () => {
  it("are signed by the gateway's pinned key, overlap for two weeks, and then end", async () => {
    const { gatewaySigningKey } = await world.owner.clients.organisations.getOrganisation({});
    const operator = webhookKeyClient(world.gateway, world.gateway.operatorToken);
    const before = (await world.webhooks.getWebhookKeys({})).keys;
    const [old] = before;
    const oldKeys = world.receiver.keys;
    const after = (await operator.rotateWebhookKey({})).keys;
    expect(after).toHaveLength(before.length + 1);
    expect(after[1]?.public).toEqual(old?.public);
    expect(Number(after[1]?.endsAtMs)).toBe(Number(after[0]?.createdAtMs) + webhookKeyOverlapMs);
    for (const { public: key, createdAtMs, endsAtMs, signature } of after) {
      const fields = encodeFields("coterie/webhook-key/1", key, Number(createdAtMs), Number(endsAtMs));
      expect(primitives.verify(gatewaySigningKey, fields, signature)).toBe(true);
      expect(
        primitives.verify(
          gatewaySigningKey,
          fields.map((byte, i) => (i === 40 ? byte ^ 1 : byte)),
          signature,
        ),
      ).toBe(false);
    }
    await hook(world, { onlyNew: true });
    // A receiver that knows the old key only, then one that knows the new one only.
    for (const keys of [oldKeys, (await fetchWebhookKeys(world.gateway.address)).slice(0, 1)]) {
      world.receiver.keys = keys;
      await signMany(world, 1);
      await work();
    }
    expect(world.receiver.refused).toEqual([]);
    expect(world.receiver.arrived).toHaveLength(2);
    world.clock.nowMs += webhookKeyOverlapMs + 1;
    expect((await world.webhooks.getWebhookKeys({})).keys).toHaveLength(1);
    world.receiver.keys = oldKeys;
    await signMany(world, 1);
    await work();
    expect(world.receiver.refused).toEqual(["webhook/not-authentic"]);
  });

  it("are at most three at a time", async () => {
    const operator = webhookKeyClient(world.gateway, world.gateway.operatorToken);
    await operator.rotateWebhookKey({});
    await operator.rotateWebhookKey({});
    expect(await codeOf(operator.rotateWebhookKey({}))).toBe("conflict");
    expect(await fetchWebhookKeys(world.gateway.address)).toHaveLength(3);
  });
});
