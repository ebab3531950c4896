// A gateway, a server in between, a foreign site, a browser, and a coalition: alpha leads, beta runs pages.
import { rm } from "node:fs/promises";
import { type Browser, type BrowserContext, type Page } from "playwright-core";
import {
  makeOrganisation,
  makePage,
  type TestOrganisation,
  type TestPage,
} from "../../../gateway/test/support/coalition.ts";
import { startTestGateway, type TestGateway } from "../../../gateway/test/support/gateway.ts";
import { launchChromium } from "./chromium.ts";
import { type Middle, type Site, startMiddle, startSite } from "./middle.ts";
import { buildWidget } from "./widget-build.ts";

export interface World {
  readonly gateway: TestGateway;
  /** The built widget. */
  readonly widgetFolder: string;
  readonly middle: Middle;
  readonly site: Site;
  readonly browser: Browser;
  readonly alpha: TestOrganisation;
  readonly beta: TestOrganisation;
  /** A fresh page of the coalition's campaign. */
  readonly page: (options?: Parameters<typeof makePage>[1]) => Promise<TestPage>;
  readonly close: () => Promise<void>;
}

export async function createWorld(): Promise<World> {
  const [widgetFolder, middle, browser] = await Promise.all([buildWidget(), startMiddle(), launchChromium()]);
  const gateway = await startTestGateway({ widgetFolder, origin: middle.origin });
  middle.target = gateway.port;
  const site = await startSite(middle.origin);
  const alpha = await makeOrganisation(gateway, { stem: "alpha" });
  const beta = await makeOrganisation(gateway, { stem: "beta" });
  return {
    gateway,
    widgetFolder,
    middle,
    site,
    browser,
    alpha,
    beta,
    page: async (options) => await makePage({ lead: alpha, runner: beta }, options),
    close: async () => {
      await browser.close();
      await site.close();
      await middle.close();
      await gateway.close();
      await rm(widgetFolder, { recursive: true, force: true });
    },
  };
}

/** A browser context that remembers every complaint of the browser: policy violations, errors, requests to third parties. */
export async function openPage(
  world: World,
  options: Parameters<Browser["newContext"]>[0] = {},
): Promise<{ readonly page: Page; readonly context: BrowserContext; readonly complaints: string[] }> {
  const context = await world.browser.newContext({ viewport: { width: 390, height: 844 }, ...options });
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on("pageerror", (error) => complaints.push(`error: ${error.message}`));
  page.on("console", (message) => {
    if (message.type() === "error") complaints.push(`console: ${message.text()}`);
  });
  const allowed = [world.middle.origin, world.site.origin];
  page.on("request", (request) => {
    if (!allowed.includes(new URL(request.url()).origin)) complaints.push(`third party: ${request.url()}`);
  });
  return { page, context, complaints };
}
