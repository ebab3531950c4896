import { once } from "node:events";
import { chmod, readFile, stat, writeFile } from "node:fs/promises";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { nodePrimitives as primitives } from "@coterie/primitives/node";
import { createSeenIds, parseWebhookKey, verifyWebhook } from "@coterie/webhook";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { arrive, freshPremises, happen, startSyncWorld, type SyncPremises, type SyncWorld } from "./sync-fixtures.ts";

interface Arrival {
  readonly id: string;
  readonly kind: "new" | "repeated";
  readonly body: { type: string; contacts?: { actionId: string; person: object }[]; events?: object[] };
}

/** A bridge on this machine: verifies, remembers, and answers as a test tells it to. */
interface Bridge {
  readonly url: string;
  readonly arrivals: Arrival[];
  answer: ((arrival: Arrival, response: ServerResponse) => void) | undefined;
  readonly close: () => Promise<void>;
}

let world: SyncWorld;
let premises: SyncPremises;
let bridge: Bridge;
let keyFile: string;

beforeAll(async () => {
  world = await startSyncWorld();
});
afterAll(async () => await world.close());
beforeEach(async () => {
  premises = await freshPremises(world);
  keyFile = join(premises.folder, "bridge-key");
  bridge = await startBridge(async () => await readFile(keyFile, "utf8"));
  return async () => await bridge.close();
});

async function startBridge(key: () => Promise<string>): Promise<Bridge> {
  const seen = createSeenIds({ now: Date.now }, { keepS: 3600, most: 10_000 });
  const state: { arrivals: Arrival[]; answer: Bridge["answer"] } = { arrivals: [], answer: undefined };
  const receive = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(Buffer.from(chunk as Uint8Array));
    const body = Buffer.concat(chunks);
    const keys = [parseWebhookKey(await key())];
    const { id, kind } = verifyWebhook(
      { primitives, now: Date.now },
      { headers: request.headers, body, keys, toleranceS: 300, seen },
    );
    const arrival: Arrival = { id, kind, body: JSON.parse(body.toString("utf8")) };
    state.arrivals.push(arrival);
    if (state.answer !== undefined) return state.answer(arrival, response);
    seen.add(id);
    response.writeHead(204).end();
  };
  const server = createServer((request, response) => {
    receive(request, response).catch(() => response.writeHead(401).end());
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  // cast: a TCP server's address
  const { port } = server.address() as AddressInfo;
  return Object.assign(state, {
    url: `http://127.0.0.1:${port}/contacts`,
    close: async () => {
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  });
}

const run = async (...words: string[]): ReturnType<SyncPremises["sync"]> =>
  await premises.sync(["--to", `http=${bridge.url}`, "--key-file", keyFile, ...words]);

const actionsOf = (arrivals: readonly Arrival[]): string[] =>
  arrivals.flatMap(({ body }) => (body.contacts ?? []).map(({ actionId }) => actionId));

describe("synchronising to another program", () => {
  it("posts opened contacts, signed with a secret that it made, and what happened to them", async () => {
    const ids = [arrive(world), arrive(world)];
    const first = await run();
    expect(first).toMatchObject({ code: 0 });
    expect(first.err).toContain("shared secret");
    expect((await stat(keyFile)).mode & 0o777).toBe(0o600);
    expect(actionsOf(bridge.arrivals)).toEqual(ids);
    expect(bridge.arrivals[0]?.body.contacts?.[0]?.person).toMatchObject({ firstName: "Alice" });
    happen(world, ids[0] ?? "", "newsletter-confirmed", 5);
    happen(world, ids[1] ?? "", "erased", 6);
    expect(await run()).toMatchObject({ code: 0 });
    expect(bridge.arrivals.slice(1).map(({ body }) => body)).toMatchObject([
      {
        type: "events",
        events: [
          { actionId: ids[0], kind: "newsletter-confirmed", atMs: 5 },
          { actionId: ids[1], kind: "erased", atMs: 6 },
        ],
      },
    ]);
    expect(await run()).toMatchObject({ code: 0 });
    expect(bridge.arrivals).toHaveLength(2);
  });

  it("comes again with the same id and the same borders until it is taken, also when more arrived meanwhile", async () => {
    const ids = [arrive(world)];
    bridge.answer = (_arrival, response) => void response.writeHead(503).end();
    expect(await run("--patience", "0")).toMatchObject({ code: 9 });
    ids.push(arrive(world));
    expect(await run("--patience", "0")).toMatchObject({ code: 9 });
    bridge.answer = undefined;
    expect(await run()).toMatchObject({ code: 0 });
    const [first, second, third, fourth] = bridge.arrivals;
    expect(new Set([first?.id, second?.id, third?.id]).size).toBe(1);
    expect(actionsOf([third, fourth].flatMap((one) => one ?? []))).toEqual(ids);
    expect(fourth?.id).not.toBe(first?.id);
    expect(actionsOf(bridge.arrivals.slice(0, 2))).toEqual([ids[0], ids[0]]);
  });

  it("follows no redirect, and gives up on what hangs", async () => {
    arrive(world);
    const elsewhere = await startBridge(async () => await readFile(keyFile, "utf8"));
    bridge.answer = (_arrival, response) => void response.writeHead(307, { location: elsewhere.url }).end();
    expect(await run("--patience", "0")).toMatchObject({ code: 9 });
    expect(elsewhere.arrivals).toEqual([]);
    await elsewhere.close();
    const stopping = new AbortController();
    bridge.answer = () => stopping.abort();
    const words = ["--to", `http=${bridge.url}`, "--key-file", keyFile];
    expect(await premises.sync(words, { signal: stopping.signal })).toMatchObject({ code: 130 });
    bridge.answer = undefined;
    expect(await run()).toMatchObject({ code: 0 });
  });

  it("posts in clear to this machine alone, and keeps secrets out of arguments", async () => {
    arrive(world);
    const to = async (target: string, ...words: string[]): Promise<number | null> =>
      (await premises.sync(["--to", target, ...words])).code;
    expect(await to("http=http://crm.example.org/", "--key-file", keyFile)).toBe(2);
    expect(await to("http=https://user:password@crm.example.org/", "--key-file", keyFile)).toBe(2);
    expect(await to(`http=${bridge.url}`)).toBe(2);
    expect(await to("http=ftp://127.0.0.1/", "--key-file", keyFile)).toBe(2);
    expect(await to("postgres=postgres://user:password@127.0.0.1/x")).toBe(2);
    expect(await to("postgres=env:COTERIE_NO_SUCH")).toBe(2);
    for (const target of ["carrier-pigeon=x", "csv-folder", "http="]) expect(await to(target)).toBe(2);
    const urlFile = join(premises.folder, "url");
    await writeFile(urlFile, "postgresql://crm.example.org/x\n", { mode: 0o600 });
    expect(await to(`postgres=${urlFile}`)).toBe(2);
    const open = ["?sslmode=disable", "?sslmode=no-verify", "?ssl=0", "?uselibpqcompat=true&sslmode=require"];
    for (const query of open) {
      await writeFile(urlFile, `postgresql://crm.example.org/x${query}\n`);
      expect(await to(`postgres=${urlFile}`)).toBe(2);
    }
    // What the driver connects to counts, not what the address seems to say.
    await writeFile(urlFile, "postgresql://localhost/x?host=crm.example.org\n");
    expect(await to(`postgres=${urlFile}`)).toBe(2);
    await chmod(urlFile, 0o644);
    expect(await to(`postgres=${urlFile}`)).toBe(8);
    await writeFile(keyFile, "not a key", { mode: 0o600 });
    expect(await to(`http=${bridge.url}`, "--key-file", keyFile)).toBe(8);
    expect(bridge.arrivals).toEqual([]);
  });

  it("goes on while it watches, over failures of the bridge, until it is stopped", async () => {
    const stopping = new AbortController();
    const ids = [arrive(world)];
    let failures = 0;
    bridge.answer = (arrival, response) => {
      if (failures++ < 2) return void response.writeHead(500).end();
      response.writeHead(204).end();
      if (ids.length === 1) ids.push(arrive(world));
      else if (actionsOf([arrival]).includes(ids[1] ?? "")) stopping.abort();
    };
    const words = [
      "--to",
      `http=${bridge.url}`,
      "--key-file",
      keyFile,
      "--patience",
      "0",
      "--watch",
      "--interval",
      "1",
    ];
    expect(await premises.sync(words, { signal: stopping.signal })).toMatchObject({ code: 0 });
    expect([...new Set(actionsOf(bridge.arrivals))]).toEqual(ids);
    expect(failures).toBe(4);
  });
});
