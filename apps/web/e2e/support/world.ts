// A gateway with the built organisation pages, a browser, and organisations without keys.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Browser, type BrowserContext, chromium, type Page, type Request } from "playwright-core";
import { build } from "vite";
import { buildWidget } from "../../../widget/e2e/support/widget-build.ts";
import type { GatewayOptions } from "../../../gateway/src/options.ts";
import { findChromium } from "../../../../tools/src/repository.ts";
import {
  type Clients,
  connectClients,
  startTestGateway,
  type TestGateway,
} from "../../../gateway/test/support/gateway.ts";

/** Where Chromium is, or undefined: then tests are skipped, visibly. */
export const chromiumPath: string | undefined = findChromium();

export interface World {
  readonly gateway: TestGateway;
  readonly browser: Browser;
  /** The document of the pages. */
  readonly address: string;
  readonly close: () => Promise<void>;
}

const configFile = join(import.meta.dirname, "..", "..", "vite.config.ts");

export async function createWorld(options: Partial<GatewayOptions> = {}): Promise<World> {
  if (chromiumPath === undefined) throw new Error("no Chromium");
  const folder = await mkdtemp(join(tmpdir(), "coterie-web-"));
  await build({ configFile, logLevel: "error", build: { outDir: folder, emptyOutDir: true } });
  const widgetFolder = await buildWidget();
  const gateway = await startTestGateway({ ...options, organisationPagesFolder: folder, widgetFolder });
  const browser = await chromium.launch({
    executablePath: chromiumPath,
    args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"],
  });
  return {
    gateway,
    browser,
    address: `${gateway.address}/organisation/`,
    close: async () => {
      await browser.close();
      await gateway.close();
      await Promise.all([folder, widgetFolder].map((built) => rm(built, { recursive: true, force: true })));
    },
  };
}

export interface Staff {
  readonly id: string;
  readonly name: string;
  readonly title: string;
  readonly token: string;
  readonly clients: Clients;
}

let serial = 0;

/** An organisation that has a token and nothing else. */
export async function makeStaff({ gateway }: World, title = "River Friends"): Promise<Staff> {
  const name = `org-${process.pid}-${++serial}`;
  const { administration } = connectClients(gateway.address, gateway.operatorToken);
  const { organisation, token } = await administration.createOrganisation({ name, title });
  return { id: organisation?.id ?? "", name, title, token, clients: connectClients(gateway.address, token) };
}

export interface OpenedPage {
  readonly page: Page;
  readonly context: BrowserContext;
  /** Policy violations, errors, requests to other origins. */
  readonly complaints: string[];
  /** Everything that left the browser, workers included. */
  readonly requests: Request[];
}

/** A browser context that remembers everything that was requested and every complaint of the browser. */
export async function openBrowser(
  world: World,
  options: Parameters<Browser["newContext"]>[0] = {},
): Promise<OpenedPage> {
  const context = await world.browser.newContext({ viewport: { width: 390, height: 844 }, locale: "en", ...options });
  const page = await context.newPage();
  const complaints: string[] = [];
  const requests: Request[] = [];
  page.on("pageerror", (error) => complaints.push(`error: ${error.message}`));
  page.on("console", (message) => {
    if (message.type() === "error" || message.type() === "warning") complaints.push(message.text());
  });
  context.on("request", (request) => {
    requests.push(request);
    const { origin, protocol } = new URL(request.url());
    if (protocol !== "blob:" && origin !== world.gateway.address) complaints.push(`third party: ${request.url()}`);
  });
  return { page, context, complaints, requests };
}

/** Signs in by the form. */
export async function signIn({ page }: Pick<OpenedPage, "page">, world: World, token: string): Promise<void> {
  await page.goto(world.address);
  await page.locator("input[name=token]").fill(token);
  await page.locator("form button[type=submit]").click();
  await page.locator(".menu").waitFor();
}
