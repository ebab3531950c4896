// axe-core finds nothing on any screen, in every language, light and dark; the keyboard reaches everything.
import { Sealing } from "@coterie/protocol";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { clearRequest } from "../../gateway/test/support/coalition.ts";
import { connectClients } from "../../gateway/test/support/gateway.ts";
import { activateKey, goTo, makeKey, type MadeKey, openContacts, openMenu } from "./support/steps.ts";
import { chromiumPath, createWorld, makeStaff, openBrowser, signIn, type Staff, type World } from "./support/world.ts";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** What axe finds, as "rule: target". */
async function violationsIn(page: Page): Promise<string[]> {
  await page.evaluate(axe);
  return await page.evaluate(async () => {
    // cast: axe is the script that was just run
    const { axe } = window as unknown as {
      axe: { run: (options: unknown) => Promise<{ violations: { id: string; nodes: { target: unknown }[] }[] }> };
    };
    const { violations } = await axe.run({ resultTypes: ["violations"] });
    return violations.flatMap(({ id, nodes }) => nodes.map(({ target }) => `${id}: ${JSON.stringify(target)}`));
  });
}

// skip: without Chromium there is nothing to drive
describe.skipIf(chromiumPath === undefined)("accessibility", () => {
  let world: World;
  let staff: Staff;
  let key: MadeKey;
  beforeAll(async () => {
    world = await createWorld();
    staff = await makeStaff(world);
    const { page, context } = await openBrowser(world);
    await signIn({ page }, world, staff.token);
    key = await makeKey(page);
    await activateKey(page);
    await context.close();
    const { organisations } = staff.clients;
    const { campaign } = await organisations.createCampaign({ name: "axe", title: "Axe", formSchema: "basic/1" });
    for (const sealing of [Sealing.GATEWAY, Sealing.BROWSER]) {
      const name = `axe-${sealing}`;
      const input = {
        campaignId: campaign?.id ?? "",
        name,
        locale: "en",
        sealing,
        delivers: true,
        actionType: "petition",
      };
      await organisations.createActionPage(input);
    }
    const { pages } = await organisations.listActionPages({});
    const page0 = pages.find(({ sealing }) => sealing === Sealing.GATEWAY);
    if (page0 === undefined) throw new Error("no page");
    for (let count = 0; count < 3; count++)
      await connectClients(world.gateway.address).actions.submit(clearRequest(page0));
  });
  afterAll(async () => await world.close());

  for (const locale of ["en", "fr", "pl", "ar"])
    for (const colorScheme of ["light", "dark"] as const)
      it(`axe finds nothing: ${locale}, ${colorScheme}`, async () => {
        // The test runs axe by evaluation, which the policy of the pages forbids.
        const { page, context } = await openBrowser(world, { locale, colorScheme, bypassCSP: true });
        await page.goto(world.address);
        await page.locator("form button[type=submit]").click();
        await page.locator(".problem").waitFor();
        expect(await page.locator("html").getAttribute("lang")).toBe(locale);
        expect(await page.locator("html").getAttribute("dir")).toBe(locale === "ar" ? "rtl" : "ltr");
        expect(["sign-in", ...(await violationsIn(page))]).toEqual(["sign-in"]);
        await signIn({ page }, world, staff.token);
        await page.locator(".figures").waitFor();
        expect(["overview", ...(await violationsIn(page))]).toEqual(["overview"]);
        for (const screen of ["campaigns", "pages", "keys"] as const) {
          await goTo(page, screen);
          await page.locator("ul.cards li").first().waitFor();
          for (const summary of await page.locator("summary").all()) await summary.click();
          expect([screen, ...(await violationsIn(page))]).toEqual([screen]);
        }
        for (const path of ["keys/new", "keys/import"]) {
          await page.goto(`${world.address}#/${path}`);
          await page.locator("main form").waitFor();
          expect([path, ...(await violationsIn(page))]).toEqual([path]);
        }
        await openContacts(page, [key.fileText]);
        await page.locator("table").waitFor();
        expect(["contacts", ...(await violationsIn(page))]).toEqual(["contacts"]);
        await context.close();
      });

  it("works with the keyboard alone, and the focus follows the screen", async () => {
    const { page } = await openBrowser(world);
    await page.goto(world.address);
    await page.locator("input[name=token]").waitFor();
    await page.keyboard.press("Tab");
    await page.keyboard.press("Tab");
    await page.locator("input[name=token]").focus();
    await page.keyboard.type(staff.token);
    await page.keyboard.press("Enter");
    await page.locator(".figures").waitFor();
    const focused = (): Promise<string> => page.evaluate(() => document.activeElement?.outerHTML.slice(0, 60) ?? "");
    await expect.poll(focused).toContain("<h1");
    await openMenu(page);
    await page.locator('.menu a[href="#/keys"]').focus();
    await page.keyboard.press("Enter");
    await page.locator("ul.cards").waitFor();
    await expect.poll(focused).toContain("<h1");
    await expect.poll(() => page.title()).toBe("Keys – Coterie");
    await page.keyboard.press("Tab");
    await expect.poll(focused).toContain('href="#/keys/new"');
  });

  it("fits a phone: nothing is wider than 320 pixels", async () => {
    const { page } = await openBrowser(world, { viewport: { width: 320, height: 640 }, locale: "fr" });
    await signIn({ page }, world, staff.token);
    for (const path of ["", "campaigns", "pages", "keys", "keys/new", "contacts"]) {
      await page.goto(`${world.address}#/${path}`);
      await page.locator("main h1").waitFor();
      const widths = await page.evaluate(() => [document.documentElement.scrollWidth, window.innerWidth]);
      expect([path, ...widths]).toEqual([path, 320, 320]);
    }
  });
});
