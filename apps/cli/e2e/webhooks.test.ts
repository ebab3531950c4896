/** Webhooks from the command line, at a real gateway. */
import { createServer } from "node:http";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseWebhookKey } from "@coterie/webhook";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { coterie } from "../test/cli-process.ts";
import { runHere } from "../test/sync-fixtures.ts";
import { type RealGateway, startRealGateway } from "./real-gateway.ts";

let folder: string;
let premises: string;
let gateway: RealGateway;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "coterie-hooks-"));
  premises = join(folder, "premises");
  gateway = await startRealGateway(join(folder, "data"), { COTERIE_WEBHOOK_ALLOW: "127.0.0.0/8" });
  const words = ["--gateway", gateway.address, "--operator-token-file", gateway.operatorTokenFile];
  const made = await coterie(["sample", ...words, "--premises", premises]);
  if (made.code !== 0) throw new Error(made.err);
});
afterAll(async () => {
  await gateway.stop();
  await rm(folder, { recursive: true, force: true });
});

const run = async (...words: string[]): ReturnType<typeof runHere> =>
  await runHere(["webhooks", ...words, "--organisation", "harbour-watch", "--premises", premises]);

describe("webhooks from the command line", () => {
  it("are made, tested, paused, resumed, changed and removed, with keys that the pinned one signed", async () => {
    const types: string[] = [];
    const server = createServer((request, response) => {
      let text = "";
      request.on("data", (chunk: Buffer) => (text += chunk.toString("utf8")));
      request.on("end", () => {
        types.push(JSON.parse(text).type);
        response.writeHead(204).end();
      });
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    // cast: a TCP server's address
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`;
    try {
      expect(await run("add", "--url", "http://crm.example.org/")).toMatchObject({ code: 6 });
      expect(await run("test")).toMatchObject({ code: 2 });
      const added = await run("add", "--url", url, "--only-new", "--json");
      expect(JSON.parse(added.out)).toMatchObject({ url, state: "active", shape: "coterie", batchSize: 100 });
      expect(await run("test")).toMatchObject({ code: 0, out: expect.stringContaining("delivered (204)") });
      expect(types).toEqual(["test"]);
      expect(await run("pause")).toMatchObject({ code: 0, out: expect.stringContaining("paused") });
      expect(await run("resume")).toMatchObject({ code: 0, out: expect.stringContaining("active") });
      expect(await run("set", "--batch", "7")).toMatchObject({ code: 0, out: expect.stringContaining("7 at a time") });
      expect(await run("dead-letters")).toMatchObject({ code: 0, out: "no dead letters\n" });
      expect(await run("redrive")).toMatchObject({ code: 0, out: expect.stringContaining("0 will be posted again") });
      const { key } = JSON.parse((await run("keys", "--json")).out);
      expect(parseWebhookKey(key).kind).toBe("ed25519");
      server.close();
      server.closeAllConnections();
      const failed = await run("test");
      expect(failed).toMatchObject({ code: 9, out: expect.stringContaining("not reachable") });
      expect(await run("remove")).toMatchObject({ code: 0 });
      expect(await run("list")).toMatchObject({ code: 0, out: "no webhooks\n" });
    } finally {
      server.close();
    }
  });
});
