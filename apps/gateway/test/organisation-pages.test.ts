import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { sendAnswer } from "../src/http/answer.ts";
import { organisationAnswer } from "../src/http/organisation-pages.ts";
import { createStaticFiles } from "../src/http/static-files.ts";

let folder: string;
let server: Server;
let origin: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "coterie-pages-"));
  await mkdir(join(folder, "assets"));
  await writeFile(join(folder, "index.html"), "<!doctype html><title>pages</title>");
  await writeFile(join(folder, "assets", "key-worker-00.js"), "postMessage(1);");
  const files = createStaticFiles(folder);
  server = createServer((request, response) => {
    const path = request.url ?? "";
    void organisationAnswer(files, { path, request }).then((answer) => sendAnswer(request, response, answer));
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  // cast: a TCP server's address is an object
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterAll(async () => {
  server.close();
  await rm(folder, { recursive: true, force: true });
});

describe("the organisation pages", () => {
  it("serve the document under one address, always asked for anew, without WebAssembly", async () => {
    const document = await fetch(`${origin}/organisation/`);
    expect(document.status).toBe(200);
    expect(document.headers.get("cache-control")).toBe("no-cache");
    expect(document.headers.get("content-security-policy")).toContain("connect-src 'self'");
    expect(document.headers.get("content-security-policy")).not.toContain("wasm");
  });

  it("do not serve the document under its file's name, where it would have the workers' policy", async () => {
    expect((await fetch(`${origin}/organisation/index.html`)).status).toBe(404);
  });

  it("let a worker, which holds keys, connect to nobody", async () => {
    const worker = await fetch(`${origin}/organisation/assets/key-worker-00.js`);
    expect(worker.status).toBe(200);
    expect(worker.headers.get("content-security-policy")).toContain("connect-src 'none'");
    expect(worker.headers.get("cache-control")).toContain("immutable");
  });
});
