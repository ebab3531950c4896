// Receivers and networks that misbehave.
import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import { createServer as createHttpsServer } from "node:https";
import { type AddressInfo, createServer as createTcpServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { createAddressPolicy } from "../src/webhooks/address-policy.ts";
import { post, type PostResult } from "../src/webhooks/post.ts";
import { actionsIn, hook, signMany, startWebhookWorld, type WebhookWorld } from "./support/webhook-world.ts";

const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

async function listen(server: Server | ReturnType<typeof createTcpServer>): Promise<number> {
  const sockets = new Set<Socket>();
  server.on("connection", (socket: Socket) => {
    sockets.add(socket);
    socket.on("error", () => undefined);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  closing.push(async () => {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  });
  // cast: a TCP server's address
  return (server.address() as AddressInfo).port;
}

interface Attempt {
  readonly url: string;
  readonly allow?: readonly string[];
  readonly resolve?: (host: string) => Promise<readonly string[]>;
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
}

async function attempt({
  url,
  allow = ["127.0.0.0/8"],
  resolve,
  timeoutMs = 5000,
  signal,
}: Attempt): Promise<PostResult> {
  return await post(
    {
      policy: createAddressPolicy(allow),
      resolve: resolve ?? (async (host) => await Promise.resolve([host])),
      timeoutMs,
    },
    {
      url: new URL(url),
      headers: { "content-type": "application/json" },
      body: Buffer.from("{}"),
      signal: signal ?? new AbortController().signal,
    },
  );
}

/** A server that counts who came, and does what a test says with each connection. */
async function rawServer(
  serve: (socket: Socket) => void,
): Promise<{ readonly port: number; readonly came: () => number }> {
  let came = 0;
  const port = await listen(
    createTcpServer((socket) => {
      came++;
      socket.once("data", () => serve(socket));
    }),
  );
  return { port, came: () => came };
}

describe("posting to a receiver that misbehaves", () => {
  it("ends when it hangs, or drips its answer", async () => {
    const hanging = await rawServer(() => undefined);
    expect(await attempt({ url: `http://127.0.0.1:${hanging.port}/`, timeoutMs: 200 })).toMatchObject({
      outcome: "timeout",
    });
    const dripping = await rawServer((socket) => {
      socket.write("HTTP/1.1 200 OK\r\n");
      const timer = setInterval(() => socket.write("x-drip: 1\r\n"), 20);
      socket.on("close", () => clearInterval(timer));
    });
    expect(await attempt({ url: `http://127.0.0.1:${dripping.port}/`, timeoutMs: 400 })).toMatchObject({
      outcome: "timeout",
    });
  });

  it("does not read a huge or endless body", async () => {
    let written = 0;
    const port = await listen(
      createServer((_request, response) => {
        response.on("error", () => undefined);
        response.writeHead(200);
        const more = (): void => {
          while (!response.destroyed && response.write(Buffer.alloc(64 * 1024))) written += 64 * 1024;
        };
        response.on("drain", more);
        more();
      }),
    );
    expect(await attempt({ url: `http://127.0.0.1:${port}/` })).toMatchObject({ outcome: "delivered", status: 200 });
    expect(written).toBeLessThan(64 * 1024 * 1024);
  });

  it("refuses headers without end, and answers that are no HTTP", async () => {
    const large = await rawServer((socket) => socket.write(`HTTP/1.1 200 OK\r\nx: ${"y".repeat(64 * 1024)}\r\n\r\n`));
    expect(await attempt({ url: `http://127.0.0.1:${large.port}/` })).toMatchObject({
      outcome: "unreachable",
      status: 0,
    });
    const rubbish = await rawServer((socket) => socket.end("SSH-2.0-OpenSSH_9.2\r\n"));
    expect(await attempt({ url: `http://127.0.0.1:${rubbish.port}/` })).toMatchObject({ outcome: "unreachable" });
    const closingOne = await rawServer((socket) => socket.destroy());
    expect(await attempt({ url: `http://127.0.0.1:${closingOne.port}/` })).toMatchObject({ outcome: "unreachable" });
    expect(await attempt({ url: "http://127.0.0.1:1/" })).toMatchObject({ outcome: "unreachable" });
  });

  it("follows no redirect, whatever it leads to", async () => {
    const secret = await rawServer((socket) => socket.end("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n"));
    for (const status of [301, 302, 303, 307, 308]) {
      const port = await listen(
        createServer((_request, response) => {
          response.writeHead(status, { location: `http://127.0.0.1:${secret.port}/` }).end();
        }),
      );
      expect(await attempt({ url: `http://127.0.0.1:${port}/` })).toMatchObject({ outcome: "redirected", status });
    }
    expect(secret.came()).toBe(0);
  });

  it("is told apart from this process ending", async () => {
    const hanging = await rawServer(() => undefined);
    const stopping = new AbortController();
    setImmediate(() => stopping.abort());
    const stopped = await attempt({ url: `http://127.0.0.1:${hanging.port}/`, signal: stopping.signal });
    expect(stopped).toMatchObject({ outcome: "stopped" });
  });
});

describe("names that lead inside", () => {
  it("are refused at every attempt, also where only one of their addresses is inside", async () => {
    const inside = await rawServer((socket) => socket.end("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n"));
    for (const addresses of [["127.0.0.1"], ["1.1.1.1", "127.0.0.1"], ["::ffff:127.0.0.1"], ["169.254.169.254"]]) {
      const url = `https://crm.example.org:${inside.port}/`;
      const refused = await attempt({ url, allow: [], resolve: async () => await Promise.resolve(addresses) });
      expect(refused).toMatchObject({ outcome: "address-refused" });
    }
    // Without TLS only where the operator allows the very address.
    const plain = await attempt({
      url: "http://crm.example.org/",
      resolve: async () => await Promise.resolve(["1.1.1.1"]),
    });
    expect(plain).toMatchObject({ outcome: "address-refused" });
    expect(inside.came()).toBe(0);
  });

  it("cannot change between the check and the connection", async () => {
    const inside = await rawServer((socket) => socket.end("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n"));
    let asked = 0;
    // The first answer is harmless, every further one leads to the server inside.
    const rebinding = async (): Promise<readonly string[]> =>
      await Promise.resolve([asked++ === 0 ? "127.0.0.2" : "127.0.0.1"]);
    const result = await attempt({
      url: `http://crm.example.org:${inside.port}/`,
      allow: ["127.0.0.0/8"],
      resolve: rebinding,
    });
    expect(asked).toBe(1);
    expect(result).toMatchObject({ outcome: "unreachable" });
    expect(inside.came()).toBe(0);
  });

  it("are given up where nobody knows them, or name servers hang", async () => {
    const url = "https://crm.example.org/";
    expect(await attempt({ url, resolve: async () => await Promise.resolve([]) })).toMatchObject({
      outcome: "unreachable",
    });
    const broken = async (): Promise<readonly string[]> => await Promise.reject(new Error("SERVFAIL"));
    expect(await attempt({ url, resolve: broken })).toMatchObject({ outcome: "unreachable" });
    const hanging = async (): Promise<readonly string[]> => await new Promise(() => undefined);
    expect(await attempt({ url, resolve: hanging, timeoutMs: 100 })).toMatchObject({ outcome: "timeout" });
  });
});

describe("TLS", () => {
  it("is demanded of a receiver, with a certificate that this machine trusts", async (context) => {
    const folder = await mkdtemp(join(tmpdir(), "coterie-tls-"));
    closing.push(async () => await rm(folder, { recursive: true, force: true }));
    const [key, cert] = [join(folder, "key.pem"), join(folder, "cert.pem")];
    const subject = ["-subj", "/CN=crm.example.org", "-addext", "subjectAltName=DNS:crm.example.org"];
    try {
      execFileSync(
        "openssl",
        [
          "req",
          "-x509",
          "-newkey",
          "ec",
          "-pkeyopt",
          "ec_paramgen_curve:P-256",
          "-nodes",
          "-keyout",
          key,
          "-out",
          cert,
          "-days",
          "2",
          ...subject,
        ],
        { stdio: "ignore" },
      );
    } catch {
      // skip: without the program there is no certificate that nobody trusts
      return context.skip("openssl was not found");
    }
    let requests = 0;
    const server = createHttpsServer({ key: await readFile(key), cert: await readFile(cert) }, (_request, response) => {
      requests++;
      response.writeHead(200).end();
    });
    const port = await listen(server);
    const resolve = async (): Promise<readonly string[]> => await Promise.resolve(["127.0.0.1"]);
    expect(await attempt({ url: `https://crm.example.org:${port}/`, resolve })).toMatchObject({ outcome: "tls" });
    expect(requests).toBe(0);
    const plain = await rawServer((socket) => socket.end("HTTP/1.1 200 OK\r\n\r\n"));
    expect((await attempt({ url: `https://crm.example.org:${plain.port}/`, resolve })).outcome).not.toBe("delivered");
  });
});

describe("a gateway among such receivers", () => {
  it("delivers all to one that refuses every fifth delivery, while another hangs", async () => {
    const world: WebhookWorld = await startWebhookWorld({ webhooks: { timeoutMs: 300 } });
    closing.push(world.close);
    const hanging = await rawServer(() => undefined);
    await hook(world, { batchSize: 2 });
    await world.webhooks.createWebhook({ url: `http://127.0.0.1:${hanging.port}/`, batchSize: 2 });
    let count = 0;
    const taken: string[] = [];
    world.receiver.answer = (arrival, response) => {
      const isRefused = ++count % 5 === 0;
      if (!isRefused && arrival.kind === "new") taken.push(...actionsIn([arrival]));
      response.writeHead(isRefused ? 503 : 204).end();
    };
    const ids = await signMany(world, 24);
    for (let round = 0; round < 20; round++) {
      await world.gateway.webhooks.workNow();
      world.clock.nowMs += 60_000;
    }
    expect(taken).toEqual(ids);
    const { webhooks } = await world.webhooks.listWebhooks({});
    const good = webhooks.find(({ url }) => url === world.receiver.url);
    const bad = webhooks.find(({ url }) => url !== world.receiver.url);
    expect(good).toMatchObject({ waiting: 0n, failingSinceMs: 0n });
    expect(bad).toMatchObject({ waiting: 24n, lastAttempt: { outcome: "timeout", status: 0 } });
  });
});
