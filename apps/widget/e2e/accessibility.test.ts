// axe-core finds nothing: every language, light and dark, both modes, the form, its problems and the thank-you.
import { formLocales } from "@coterie/actions";
import { textsOf } from "@coterie/actions/form";
import { Sealing } from "@coterie/protocol";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { Frame, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { TestPage } from "../../gateway/test/support/coalition.ts";
import { chromiumPath } from "./support/chromium.ts";
import { createWorld, openPage, type World } from "./support/world.ts";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** What axe finds in a frame, as "rule: target". */
async function violationsIn(frame: Frame | Page): Promise<string[]> {
  await frame.evaluate(axe);
  return await frame.evaluate(async () => {
    // cast: axe is the script that was just run
    const { axe } = window as unknown as {
      axe: { run: (options: unknown) => Promise<{ violations: { id: string; nodes: { target: unknown }[] }[] }> };
    };
    const { violations } = await axe.run({ resultTypes: ["violations"] });
    return violations.flatMap(({ id, nodes }) => nodes.map(({ target }) => `${id}: ${JSON.stringify(target)}`));
  });
}

// skip: needs a Chromium that the machine has installed
describe.skipIf(chromiumPath === undefined)("axe-core", () => {
  let world: World;
  let pages: Readonly<Record<"gateway" | "browser" | "initiative", TestPage>>;
  beforeAll(async () => {
    world = await createWorld();
    pages = {
      gateway: await world.page(),
      browser: await world.page({ sealing: Sealing.BROWSER }),
      initiative: await world.page({ formSchema: "eci/1" }),
    };
  });
  afterAll(async () => await world.close());

  for (const mode of ["gateway", "browser"] as const)
    for (const locale of formLocales)
      for (const colorScheme of ["light", "dark"] as const)
        it(`finds nothing: ${mode}, ${locale}, ${colorScheme}`, async () => {
          const texts = textsOf(locale);
          world.site.body = pages[mode].snippet.replace("<coterie-action", `<coterie-action lang="${locale}"`);
          // The test runs axe by evaluation, which the site's own policy forbids.
          const { page, context } = await openPage(world, { colorScheme, bypassCSP: true });
          await page.goto(world.site.origin);
          const whole =
            mode === "gateway" ? page.locator("coterie-action") : page.frameLocator("coterie-action iframe");
          const inside = async (): Promise<Frame | Page> =>
            mode === "gateway" ? page : ((await (await page.waitForSelector("iframe")).contentFrame()) ?? page);
          await whole.locator("form").waitFor();
          expect(["site with form", ...(await violationsIn(page))]).toEqual(["site with form"]);
          expect(["form", ...(await violationsIn(await inside()))]).toEqual(["form"]);
          await whole.locator("#f-submit").click();
          await whole.locator("#f-summary").waitFor();
          expect(["problems", ...(await violationsIn(await inside()))]).toEqual(["problems"]);
          await whole.getByLabel(texts.labels.firstName).fill("Zofia");
          await whole.getByLabel(texts.labels.email).fill("zofia@example.org");
          await whole.locator("#f-submit").click();
          await whole.locator("#f-done").waitFor();
          expect(["thank-you", ...(await violationsIn(await inside()))]).toEqual(["thank-you"]);
          await context.close();
        });

  for (const javaScriptEnabled of [true, false])
    it(`finds nothing on the gateway's own pages, ${javaScriptEnabled ? "with" : "without"} script`, async () => {
      const { page, context } = await openPage(world, { bypassCSP: true, javaScriptEnabled: true });
      if (!javaScriptEnabled) await page.route("**/widget/*.js", async (route) => await route.abort());
      for (const { page: made } of Object.values(pages)) {
        await page.goto(`${world.middle.origin}/p/${made.name}`);
        await page.locator("header").waitFor();
        expect(await violationsIn(page)).toEqual([]);
      }
      await context.close();
    });

  it("finds nothing in the form of an initiative, whatever the nationality asks for", async () => {
    const { page, context } = await openPage(world, { bypassCSP: true });
    await page.goto(`${world.middle.origin}/p/${pages.initiative.page.name}`);
    await page.locator("form[novalidate]").waitFor();
    for (const country of ["PL", "FR", "IT"]) {
      await page.getByLabel("Nationality").selectOption(country);
      await page.locator("#f-submit").click();
      await page.locator("#f-summary").waitFor();
      expect(await violationsIn(page)).toEqual([]);
    }
    await context.close();
  });
});
