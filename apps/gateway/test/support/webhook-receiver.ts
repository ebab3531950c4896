// A receiver on the loopback address that verifies what arrives as any receiver would, and answers as a test tells it to.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { nodePrimitives as primitives } from "@coterie/primitives/node";
import { createSeenIds, parseWebhookKey, type WebhookKey, verifyWebhook } from "@coterie/webhook";

export interface ReceivedWebhook {
  readonly id: string;
  readonly kind: "new" | "repeated";
  readonly body: Record<string, unknown>;
  readonly text: string;
  readonly headers: IncomingMessage["headers"];
}

export interface WebhookReceiver {
  readonly url: string;
  /** Everything that arrived and verified, in order, whatever was answered. */
  readonly arrived: ReceivedWebhook[];
  /** Codes of what did not verify. */
  readonly refused: string[];
  keys: readonly WebhookKey[];
  /** Answers instead of 204; may leave the request without an answer. Only what is answered with 204 counts as seen. */
  answer: ((arrival: ReceivedWebhook, response: ServerResponse) => void) | undefined;
  readonly close: () => Promise<void>;
}

export async function startWebhookReceiver({
  now = Date.now,
  host = "127.0.0.1",
}: {
  now?: () => number;
  host?: string;
} = {}): Promise<WebhookReceiver> {
  const seen = createSeenIds({ now }, { keepS: 1e6, most: 1e6 });
  const server = createServer();
  const receiver: WebhookReceiver = {
    url: "",
    arrived: [],
    refused: [],
    keys: [],
    answer: undefined,
    close: async () => await close(server),
  };
  server.on("request", (request: IncomingMessage, response: ServerResponse) => {
    void (async () => {
      response.on("error", () => undefined);
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(Buffer.from(chunk as Uint8Array));
      const bytes = Buffer.concat(chunks);
      try {
        const input = { headers: request.headers, body: bytes, keys: receiver.keys, toleranceS: 300, seen };
        const { id, kind } = verifyWebhook({ primitives, now }, input);
        const text = bytes.toString("utf8");
        const arrival = { id, kind, body: JSON.parse(text), text, headers: request.headers };
        receiver.arrived.push(arrival);
        if (receiver.answer !== undefined) return receiver.answer(arrival, response);
        seen.add(id);
        response.writeHead(204).end();
      } catch (error) {
        receiver.refused.push(error instanceof Error && "code" in error ? String(error.code) : String(error));
        response.writeHead(401).end();
      }
    })().catch(() => undefined);
  });
  server.listen(0, host);
  await once(server, "listening");
  // cast: a TCP server's address
  const { port } = server.address() as AddressInfo;
  return Object.assign(receiver, { url: `http://${host}:${port}/hook` });
}

/** What a receiver reads before anything else: the keys that the gateway publishes. */
export async function fetchWebhookKeys(address: string): Promise<WebhookKey[]> {
  const answer = await fetch(`${address}/.well-known/coterie-webhook-keys`);
  const { keys }: { keys: { key: string }[] } = JSON.parse(await answer.text());
  return keys.map(({ key }) => parseWebhookKey(key));
}

async function close(server: Server): Promise<void> {
  server.closeAllConnections();
  await new Promise<void>((resolve) => server.close(() => resolve()));
}
