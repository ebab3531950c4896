/** Ours in headless Chromium: a page of a loopback server, whose worker is told what to measure. */
import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { join } from "node:path";
import { buffer } from "node:stream/consumers";
import type { RelayTransport } from "@coterie/oplog";
import { chromium, type Page } from "playwright-core";
import { build } from "vite";
import type { BrowserAnswer, BrowserPart } from "./browser-parts.ts";
import type { Figures } from "./parts.ts";

/** What answers the requests of the worker at `/relay`; it may be exchanged between measurements. */
export interface RelayBehind {
  transport: RelayTransport | undefined;
}

/** Measures one part after another, each in a worker of its own. */
export type MeasureInBrowser = (part: BrowserPart) => Promise<Figures>;

/** Opens Chromium for as long as `use` runs. */
export async function withChromium(
  { executablePath, relay }: { readonly executablePath: string; readonly relay: RelayBehind },
  use: (measure: MeasureInBrowser) => Promise<void>,
): Promise<void> {
  const script = await bundle();
  const server = createServer((request, response) => void answer({ request, response }, { script, relay }));
  await once(server.listen(0, "127.0.0.1"), "listening");
  const address = server.address();
  const port = typeof address === "object" ? address?.port : undefined;
  const browser = await chromium.launch({ executablePath, args: ["--no-sandbox", "--disable-gpu"] });
  try {
    const page = await browser.newPage();
    await page.goto(`http://127.0.0.1:${port}/`);
    await use(async (part) => await measureInWorker(page, part));
  } finally {
    await browser.close();
    server.closeAllConnections();
    server.close();
  }
}

async function measureInWorker(page: Page, part: BrowserPart): Promise<Figures> {
  const answer = await page.evaluate(async (asked) => {
    const worker = new Worker("/worker.js", { type: "module" });
    const next = async (): Promise<unknown> =>
      await new Promise((resolve, reject) => {
        worker.addEventListener("message", ({ data }) => resolve(data), { once: true });
        worker.addEventListener("error", ({ message }) => reject(new Error(message)), { once: true });
      });
    await next();
    worker.postMessage(asked, []);
    const told = await next();
    worker.terminate();
    return told;
  }, part);
  // cast: what browser-worker.ts posts
  const told = answer as BrowserAnswer;
  if ("failure" in told) throw new Error(told.failure);
  return told.figures;
}

async function answer(
  { request, response }: { readonly request: IncomingMessage; readonly response: ServerResponse },
  { script, relay }: { readonly script: string; readonly relay: RelayBehind },
): Promise<void> {
  if (request.url === "/relay" && relay.transport !== undefined) {
    const message = new Uint8Array(await buffer(request));
    response.end(await relay.transport.request(message));
    return;
  }
  const isScript = request.url === "/worker.js";
  response.setHeader("content-type", isScript ? "text/javascript" : "text/html");
  response.end(isScript ? script : "<!doctype html><title>rooms</title>");
}

/** The worker as one module. */
async function bundle(): Promise<string> {
  const built = await build({
    root: join(import.meta.dirname, "..", "..", ".."),
    configFile: false,
    logLevel: "error",
    resolve: { conditions: ["@coterie/source", "browser"] },
    build: {
      write: false,
      target: "esnext",
      lib: { entry: join(import.meta.dirname, "browser-worker.ts"), formats: ["es"], fileName: "worker" },
    },
  });
  const outputs = (Array.isArray(built) ? built : [built]).flatMap((one) => ("output" in one ? one.output : []));
  return outputs.map((file) => (file.type === "chunk" ? file.code : "")).join("\n");
}
