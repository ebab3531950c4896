// A receiver that is told: an HTTP server that verifies webhooks as any receiver would, stores, then answers. A fifth it refuses, half of
// these after it stored, as a program does that dies before it could answer.
import { fromJsonString } from "@bufbuild/protobuf";
import { nodePrimitives as primitives } from "@coterie/primitives/node";
import { type WebhookDelivery, WebhookDeliverySchema, WebhookShape } from "@coterie/protocol";
import { createSeenIds, verifyWebhook, type WebhookKey } from "@coterie/webhook";
import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { buffer } from "node:stream/consumers";
import { setTimeout as delay } from "node:timers/promises";
import { fetchWebhookKeys } from "../../apps/gateway/test/support/webhook-receiver.ts";
import { webhookClient } from "../../apps/gateway/test/support/webhook-world.ts";
import type { Fortnight } from "./fortnight.ts";
import {
  ContactFile,
  type Receiver,
  type ReceiverFigures,
  type ReceiverInput,
  refusalShare,
  type ReceiversGateway,
} from "./receivers.ts";

const tolerance = { toleranceS: 300 };
const hourMs = 3_600_000;

export async function startWebhookReceiver(gateway: ReceiversGateway, input: ReceiverInput): Promise<Receiver> {
  const { organisation, folder, chance } = input;
  const figures: ReceiverFigures = { refused: 0, repeated: 0, forged: 0 };
  const store = new ContactFile(folder, `${organisation.name}.webhook`, organisation);
  const state = { refusing: true, absentUntilMs: 0, now: Date.now, keys: await fetchWebhookKeys(gateway.address()) };
  const seen = createSeenIds({ now: () => state.now() }, { keepS: 3600, most: 100_000 });
  const take = async (request: IncomingMessage): Promise<number> => {
    const body = await buffer(request);
    const verified = verify({ now: () => state.now() }, { request, body, keys: state.keys, seen });
    if (verified === undefined) {
      figures.forged++;
      return 401;
    }
    const refuses = state.refusing && chance.hits(refusalShare);
    if (refuses) figures.refused++;
    if (refuses && chance.hits(0.5)) return 503;
    const { contacts }: WebhookDelivery = fromJsonString(WebhookDeliverySchema, body.toString("utf8"));
    figures.repeated += store.add(contacts);
    seen.add(verified);
    return refuses ? 503 : 204;
  };
  const server = createServer((request: IncomingMessage, response: ServerResponse) => {
    // Nobody is there: no answer at all.
    if (performance.now() < state.absentUntilMs) return void request.socket.destroy();
    take(request).then(
      (status) => response.writeHead(status).end(),
      () => response.destroy(),
    );
  });
  const url = await listen(server);
  await webhookClient({ address: gateway.address() }, organisation.token).createWebhook({
    url,
    shape: WebhookShape.COTERIE,
    batchSize: 50,
  });
  return {
    kind: "webhook",
    organisation,
    store,
    figures,
    pause: async (forMs) => {
      state.absentUntilMs = performance.now() + forMs;
      server.closeAllConnections();
      await delay(forMs);
    },
    follow: (fortnight) => {
      state.refusing = false;
      state.now = fortnight.now;
    },
    drain: async (fortnight) => {
      await untilNothingWaits(fortnight, organisation.token);
      await close(server);
      await store.close();
    },
    abandon: async () => await close(server),
  };
}

interface VerifyInput {
  readonly request: IncomingMessage;
  readonly body: Uint8Array;
  readonly keys: readonly WebhookKey[];
  readonly seen: ReturnType<typeof createSeenIds>;
}

/** The delivery's id; undefined where it is not by the gateway, or not of now. */
function verify({ now }: { readonly now: () => number }, { request, ...rest }: VerifyInput): string | undefined {
  try {
    return verifyWebhook({ primitives, now }, { headers: request.headers, ...rest, ...tolerance }).id;
  } catch {
    return undefined;
  }
}

async function untilNothingWaits(fortnight: Fortnight, token: string): Promise<void> {
  const webhooks = webhookClient(fortnight.gateway, token);
  for (let hours = 0; hours < 48; hours++) {
    const { webhooks: list } = await webhooks.listWebhooks({});
    if (list.every(({ waiting }) => waiting === 0n)) return;
    await fortnight.pass(hourMs, hourMs);
  }
}

async function listen(server: Server): Promise<string> {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  // cast: a TCP server's address
  const { port } = server.address() as AddressInfo;
  return `http://127.0.0.1:${port}/contacts`;
}

async function close(server: Server): Promise<void> {
  server.closeAllConnections();
  await new Promise<void>((resolve) => server.close(() => resolve()));
}
