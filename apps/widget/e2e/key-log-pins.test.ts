// The named check B3 in Chromium: a site that pins key logs, a gateway that lies about them, and a rotation that needs no new snippet.
import { rm } from "node:fs/promises";
import { Sealing } from "@coterie/protocol";
import type { Browser, FrameLocator, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { chromiumPath, launchChromium } from "./support/chromium.ts";
import { type Lie, makeLies } from "./support/lies.ts";
import { createLoggedWorld, type LoggedWorld } from "./support/logged-world.ts";
import { type Site, startSite } from "./support/middle.ts";
import { buildWidget } from "./support/widget-build.ts";

/** One of each kind; lying-gateway.test.ts tells all of them. */
const told = [
  "a key of her own, 1 (receiver 1)",
  "a log of her own (receiver 0)",
  "an entry that mallory signed (receiver 1)",
  "the authority taken over (receiver 0)",
  "key 0 of the log that is no longer active (receiver 1)",
  "the log of the other receiver with its key (receiver 0)",
  "adds a reader with a key of her own",
  "asks for clear text",
];

// skip: needs a Chromium that the machine has installed
describe.skipIf(chromiumPath === undefined)("a site that pins key logs", () => {
  let widgetFolder: string;
  let world: LoggedWorld;
  let site: Site;
  let browser: Browser;
  let page: Page;
  let frame: FrameLocator;
  let snippet: string;
  let lies: readonly Lie[];
  beforeAll(async () => {
    [widgetFolder, browser] = await Promise.all([buildWidget(), launchChromium()]);
    world = await createLoggedWorld({ widgetFolder });
    site = await startSite(world.middle.origin);
    ({ snippet } = await world.page({ sealing: Sealing.BROWSER, forcesDelivery: true }));
    site.body = snippet;
    page = await browser.newPage();
    frame = page.frameLocator("coterie-action iframe");
    lies = await makeLies({ receivers: world.receivers, nowMs: Date.now() });
  });
  afterAll(async () => {
    await browser.close();
    await site.close();
    await world.close();
    await rm(widgetFolder, { recursive: true, force: true });
  });

  async function sign(): Promise<void> {
    await page.goto(site.origin);
    await frame.getByLabel("First name").fill("Alice");
    await frame.getByLabel("Email").fill("alice@example.org");
    await frame.getByRole("button", { name: "Sign" }).click();
    await frame.getByRole("heading", { name: /Thank you/ }).waitFor();
  }

  it.each(told)("shows a locked form where the gateway serves %s", async (what) => {
    const lie = lies.find((one) => one.what === what);
    expect(lie).toBeDefined();
    world.middle.tamper = (answer) => {
      lie?.tell(answer);
      return answer;
    };
    await page.goto(site.origin);
    await frame.getByText("This form is locked").waitFor();
    expect(await frame.locator("form").count()).toBe(0);
    expect(world.middle.submissions).toEqual([]);
  });

  it("runs no other script than the one that its snippet names", async () => {
    site.body = snippet.replace(/integrity="sha384-[^"]{8}/, (start) => `${start.slice(0, -8)}AAAAAAAA`);
    await page.goto(site.origin);
    await page.waitForLoadState("load");
    expect(await page.locator("coterie-action iframe").count()).toBe(0);
    site.body = snippet;
  });

  it("is signed, before and after a rotation, with the same snippet", async () => {
    world.middle.tamper = undefined;
    await sign();
    await world.rotateAlpha();
    await sign();
    const keyIds = world.middle.submissions.map((body) =>
      JSON.parse(body).sealed.contacts.map(({ keyId }: { keyId: string }) => keyId),
    );
    const [before, after] = keyIds;
    expect(before).toHaveLength(2);
    // Beta's key is the same; alpha's is another.
    expect(after.filter((keyId: string) => !before.includes(keyId))).toHaveLength(1);
  });
});
