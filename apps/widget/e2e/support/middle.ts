// A server between the browser and the gateway: records what is handed in, and can lie like a dishonest operator.
import { once } from "node:events";
import { createServer, type IncomingMessage, request, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** A page's description as JSON, open to tampering. */
export type Answer = Record<string, unknown>;

export interface Middle {
  readonly origin: string;
  /** Bodies of every submission that a browser sent. */
  readonly submissions: string[];
  /** Changes the answer of `GetPage`. */
  tamper: ((answer: Answer) => Answer) | undefined;
  /** Answers a submission in the gateway's place: a status, or "cut" for a connection that breaks after the gateway took it. */
  disturb: ((count: number) => number | "cut" | undefined) | undefined;
  /** The gateway's port. */
  target: number;
  readonly close: () => Promise<void>;
}

export async function startMiddle(): Promise<Middle> {
  const server = createServer();
  const port = await listen(server);
  const middle: Middle = {
    origin: `http://127.0.0.1:${port}`,
    submissions: [],
    tamper: undefined,
    disturb: undefined,
    target: 0,
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
  server.on("request", (incoming: IncomingMessage, outgoing: ServerResponse) => {
    void relay(middle, { incoming, outgoing });
  });
  return middle;
}

interface Exchange {
  readonly incoming: IncomingMessage;
  readonly outgoing: ServerResponse;
}

async function relay(middle: Middle, { incoming, outgoing }: Exchange): Promise<void> {
  const body = await read(incoming);
  // Browsers ask for it by themselves; it is nobody's fault.
  if (incoming.url === "/favicon.ico") {
    outgoing.writeHead(204).end();
    return;
  }
  const isSubmission = incoming.url?.endsWith("/Submit") === true && incoming.method === "POST";
  const count = isSubmission ? middle.submissions.push(body.toString("utf8")) : 0;
  const disturbance = isSubmission ? middle.disturb?.(count) : undefined;
  if (typeof disturbance === "number") {
    outgoing.writeHead(disturbance, { "access-control-allow-origin": "*" }).end();
    return;
  }
  const headers = { ...incoming.headers };
  const onward = request({
    port: middle.target,
    host: "127.0.0.1",
    path: incoming.url,
    method: incoming.method,
    headers,
  });
  onward.end(body);
  const [response] = await once(onward, "response");
  const answer = await read(response);
  if (disturbance === "cut") {
    incoming.socket.destroy();
    return;
  }
  const tampered =
    incoming.url?.endsWith("/GetPage") === true && incoming.method === "POST" && middle.tamper !== undefined;
  const sent = tampered ? Buffer.from(JSON.stringify(middle.tamper?.(JSON.parse(answer.toString("utf8"))))) : answer;
  const { "transfer-encoding": _chunked, "content-length": _length, ...kept } = response.headers;
  outgoing.writeHead(response.statusCode ?? 500, { ...kept, "content-length": sent.length }).end(sent);
}

/** A foreign site: one page with whatever is embedded, under a strict policy of its own. */
export interface Site {
  readonly origin: string;
  /** HTML of the body. */
  body: string;
  readonly close: () => Promise<void>;
}

export async function startSite(gatewayOrigin: string): Promise<Site> {
  const server = createServer();
  const port = await listen(server);
  const site: Site = {
    origin: `http://localhost:${port}`,
    body: "",
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
  const policy = [
    "default-src 'none'",
    `script-src ${gatewayOrigin}`,
    `connect-src ${gatewayOrigin}`,
    `frame-src ${gatewayOrigin}`,
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
  ].join("; ");
  server.on("request", (incoming: IncomingMessage, outgoing: ServerResponse) => {
    if (incoming.url === "/favicon.ico") {
      outgoing.writeHead(204).end();
      return;
    }
    const html = `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><meta name="color-scheme" content="light dark"><title>A site</title></head><body><main><h1>A site</h1>${site.body}</main></body></html>`;
    outgoing
      .writeHead(200, { "content-type": "text/html; charset=utf-8", "content-security-policy": policy })
      .end(html);
  });
  return site;
}

async function listen(server: Server): Promise<number> {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  // cast: a TCP server's address is an object
  return (server.address() as AddressInfo).port;
}

async function read(stream: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of stream) parts.push(Buffer.from(part));
  return Buffer.concat(parts);
}
