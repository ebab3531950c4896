// A gateway that may post to the loopback address, a clock that tests set, an organisation with a page, and a receiver.
import { type Client, createClient } from "@connectrpc/connect";
import { createConnectTransport } from "@connectrpc/connect-node";
import { type Webhook, WebhookKeyService, WebhookService, WebhookShape } from "@coterie/protocol";
import type { GatewayOptions } from "../../src/options.ts";
import { clearRequest, makeOrganisation, makePage, type TestOrganisation, type TestPage } from "./coalition.ts";
import { connectClients, startTestGateway, type TestGateway } from "./gateway.ts";
import { fetchWebhookKeys, startWebhookReceiver, type WebhookReceiver } from "./webhook-receiver.ts";

export interface WebhookWorld {
  readonly gateway: TestGateway;
  readonly clock: { nowMs: number };
  readonly receiver: WebhookReceiver;
  readonly owner: TestOrganisation;
  readonly page: TestPage;
  readonly webhooks: Client<typeof WebhookService>;
  readonly close: () => Promise<void>;
}

export async function startWebhookWorld(options: Partial<GatewayOptions> = {}): Promise<WebhookWorld> {
  const clock = { nowMs: Date.now() };
  const now = (): number => clock.nowMs;
  // Rounds when a test says so, and not while it moves the clock.
  const webhooks = { allowedNetworks: ["127.0.0.0/8"], roundEveryMs: 1e9, ...options.webhooks };
  const gateway = await startTestGateway({ now, ...options, webhooks });
  const receiver = await startWebhookReceiver({ now });
  receiver.keys = await fetchWebhookKeys(gateway.address);
  const owner = await makeOrganisation(gateway);
  const page = await makePage({ lead: owner });
  return {
    gateway,
    clock,
    receiver,
    owner,
    page,
    webhooks: webhookClient(gateway, owner.token),
    close: async () => {
      await gateway.close();
      await receiver.close();
    },
  };
}

function transportOf(
  { address }: Pick<TestGateway, "address">,
  token: string,
): ReturnType<typeof createConnectTransport> {
  return createConnectTransport({
    baseUrl: address,
    httpVersion: "1.1",
    interceptors: [
      (next) => async (request) => {
        request.header.set("authorization", `Bearer ${token}`);
        return await next(request);
      },
    ],
  });
}

export function webhookClient(gateway: Pick<TestGateway, "address">, token: string): Client<typeof WebhookService> {
  return createClient(WebhookService, transportOf(gateway, token));
}

export function webhookKeyClient(
  gateway: Pick<TestGateway, "address">,
  token: string,
): Client<typeof WebhookKeyService> {
  return createClient(WebhookKeyService, transportOf(gateway, token));
}

/** Makes a webhook to the world's receiver. */
export async function hook(
  { webhooks, receiver }: Pick<WebhookWorld, "webhooks" | "receiver">,
  {
    shape = WebhookShape.COTERIE,
    batchSize = 0,
    url = receiver.url,
    onlyNew = false,
  }: { shape?: WebhookShape; batchSize?: number; url?: string; onlyNew?: boolean } = {},
): Promise<Webhook> {
  const { webhook } = await webhooks.createWebhook({ url, shape, batchSize, onlyNew });
  if (webhook === undefined) throw new Error("no webhook");
  return webhook;
}

/** So many people sign; returns their action ids in order. */
export async function signMany(
  { gateway, page, clock }: Pick<WebhookWorld, "gateway" | "page" | "clock">,
  people: number,
): Promise<string[]> {
  const { actions } = connectClients(gateway.address);
  const ids: string[] = [];
  for (let person = 0; person < people; person++) {
    const request = clearRequest(page.page, { atMs: clock.nowMs });
    await actions.submit(request);
    ids.push(request.actionId);
  }
  return ids;
}

/** The webhook as the gateway shows it now. */
export async function state({ webhooks }: Pick<WebhookWorld, "webhooks">): Promise<Webhook> {
  const [webhook] = (await webhooks.listWebhooks({})).webhooks;
  if (webhook === undefined) throw new Error("no webhook");
  return webhook;
}

/** The action ids in all that arrived, in order, repetitions included. */
export function actionsIn(arrived: WebhookReceiver["arrived"]): string[] {
  return arrived.flatMap(({ body }) => {
    const { contacts } = body;
    return Array.isArray(contacts) ? contacts.map((contact: { actionId: string }) => contact.actionId) : [];
  });
}
