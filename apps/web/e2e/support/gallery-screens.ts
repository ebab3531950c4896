// Every screen of the organisation pages.
import type { FilledWorld } from "./filled-world.ts";
import { type Look, type Picture, takePicture } from "./pictures.ts";
import { openContacts } from "./steps.ts";
import { openBrowser, signIn } from "./world.ts";

/** Address, and what shows that it is there. */
export function screensOf({ staff }: FilledWorld): readonly (readonly [name: string, path: string, ready: string])[] {
  const page = `${staff.name}-en`;
  return [
    ["overview", "", ".figures"],
    ["campaigns", "campaigns", "ul.cards li"],
    ["pages", "pages", "ul.cards li"],
    ["page-settings", `pages/${page}/settings`, "textarea"],
    ["page-mails", `pages/${page}/mails`, "details"],
    ["statistics", "statistics", ".day-plot"],
    ["comments", "comments", "ul.cards li"],
    ["deliveries", "deliveries", "ul.cards li"],
    ["keys", "keys", "ul.cards li"],
    ["key-log", "keys/log", "tbody tr"],
    ["new-key", "keys/new", "form"],
    ["import-key", "keys/import", "form"],
    ["rights", "rights", ".part form"],
    ["audit", "audit", "tbody tr"],
    ["office", "organisation", ".plain li .code"],
    ["not-found", "nowhere", "h1"],
  ];
}

export async function takeScreens(world: FilledWorld, look: Look): Promise<Picture[]> {
  const { locale, colorScheme, width } = look;
  const { page, context } = await openBrowser(world, { locale, colorScheme, viewport: { width, height: 844 } });
  const pictures: Picture[] = [];
  await page.goto(world.address);
  await page.locator("form button[type=submit]").click();
  await page.locator(".problem").waitFor();
  pictures.push(await takePicture(page, { name: "sign-in", look }));
  await signIn({ page }, world, world.staff.token);
  for (const [name, path, ready] of screensOf(world)) {
    await page.goto(`${world.address}#/${path}`);
    await page.locator(`main :is(${ready})`).first().waitFor();
    for (const summary of await page.locator("main summary").all()) await summary.click();
    if (name === "audit") {
      await page.locator("main button.main").click();
      await page.locator(".notice.good").waitFor();
    }
    if (name === "rights") {
      await page.locator("input[name=email]").fill("alice-3@example.org");
      await page.locator("main button.main").click();
      await page.locator("main tbody tr").first().waitFor();
    }
    if (name === "page-mails") {
      await page.locator("main .card .actions button.small").first().click();
      await page.locator(".mail").waitFor();
    }
    pictures.push(await takePicture(page, { name, look }));
  }
  await openContacts(page, [world.premises.fileText]);
  await page.locator("main table").waitFor();
  pictures.push(await takePicture(page, { name: "contacts", look }));
  await context.close();
  return pictures;
}
