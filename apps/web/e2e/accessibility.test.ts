// axe-core finds nothing on any screen, in every language, light and dark; the keyboard reaches everything.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createFilledWorld, type FilledWorld } from "./support/filled-world.ts";
import { screensOf } from "./support/gallery-screens.ts";
import { openContacts, openMenu, patiently, worldTimeoutMs } from "./support/steps.ts";
import { chromiumPath, openBrowser, signIn } from "./support/world.ts";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** What axe finds, as "rule: target". */
async function violationsIn(page: Page): Promise<string[]> {
  if (!(await page.evaluate(() => "axe" in window))) await page.evaluate(axe);
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
describe.skipIf(chromiumPath === undefined)("accessibility", { timeout: 120_000 }, () => {
  let world: FilledWorld;
  beforeAll(async () => {
    world = await createFilledWorld();
  }, worldTimeoutMs);
  afterAll(async () => await world.close(), worldTimeoutMs);

  // Structure and colours do not depend on the language: two pairs look at both directions of writing and both schemes.
  for (const [locale, colorScheme] of [
    ["en", "light"],
    ["ar", "dark"],
  ] as const)
    it(`axe finds nothing: ${locale}, ${colorScheme}`, async () => {
      // The test runs axe by evaluation, which the policy of the pages forbids.
      const { page, context } = await openBrowser(world, { locale, colorScheme, bypassCSP: true });
      await page.goto(world.address);
      await page.locator("form button[type=submit]").click();
      await page.locator(".problem").waitFor();
      expect(await page.locator("html").getAttribute("lang")).toBe(locale);
      expect(await page.locator("html").getAttribute("dir")).toBe(locale === "ar" ? "rtl" : "ltr");
      const found = [["sign-in", ...(await violationsIn(page))]];
      await signIn({ page }, world, world.staff.token);
      for (const [name, path, ready] of screensOf(world)) {
        await page.goto(`${world.address}#/${path}`);
        await page.locator(`main :is(${ready})`).first().waitFor();
        for (const summary of await page.locator("main summary").all()) await summary.click();
        if (name === "overview") await page.locator(".menu-button").click();
        found.push([name, ...(await violationsIn(page))]);
      }
      await openContacts(page, [world.premises.fileText]);
      await page.locator("main table").waitFor();
      found.push(["contacts", ...(await violationsIn(page))]);
      expect(found.filter(([, ...violations]) => violations.length > 0)).toEqual([]);
      expect(found.length).toBeGreaterThan(16);
      await context.close();
    });

  it("works with the keyboard alone, and the focus follows the screen", async () => {
    const { page } = await openBrowser(world);
    await page.goto(world.address);
    await page.locator("input[name=token]").waitFor();
    await page.keyboard.press("Tab");
    await page.keyboard.press("Tab");
    await page.locator("input[name=token]").focus();
    await page.keyboard.type(world.staff.token);
    await page.keyboard.press("Enter");
    await page.locator(".figures").waitFor();
    const focused = (): Promise<string> => page.evaluate(() => document.activeElement?.outerHTML.slice(0, 60) ?? "");
    await expect.poll(focused, patiently).toContain("<h1");
    await openMenu(page);
    await page.locator('.menu a[href="#/keys"]').focus();
    await page.keyboard.press("Enter");
    await page.locator("ul.cards").waitFor();
    await expect.poll(focused, patiently).toContain("<h1");
    await expect.poll(() => page.title(), patiently).toBe("Keys – Coterie");
    await page.keyboard.press("Tab");
    await expect.poll(focused, patiently).toContain('href="#/keys/new"');
  });

  it("fits a phone: nothing is wider than 320 pixels", async () => {
    const { page } = await openBrowser(world, { viewport: { width: 320, height: 640 }, locale: "fr" });
    await signIn({ page }, world, world.staff.token);
    for (const [name, path, ready] of screensOf(world)) {
      await page.goto(`${world.address}#/${path}`);
      await page.locator(`main :is(${ready})`).first().waitFor();
      for (const summary of await page.locator("main summary").all()) await summary.click();
      const widths = await page.evaluate(() => [document.documentElement.scrollWidth, window.innerWidth]);
      expect([name, ...widths]).toEqual([name, 320, 320]);
    }
  });
});
