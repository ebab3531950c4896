// What a person does on the pages, step by step.
import { readFile } from "node:fs/promises";
import type { Page } from "playwright-core";

export const passphrase = "six long words make strong keys";

/** How long something may take on a slow machine, for `expect.poll`. */
export const patiently = { timeout: 30_000 } as const;

/** Making a world builds the pages and fills a gateway. */
export const worldTimeoutMs = 240_000;

/** Goes to a screen by the menu. */
export async function goTo(page: Page, screen: string): Promise<void> {
  await openMenu(page);
  await page.locator(`.menu a[href="#/${screen}"]`).click();
  await page.locator(`.menu a[href="#/${screen}"][aria-current=page]`).waitFor({ state: "attached" });
}

/** Opens the menu where it is closed, as it is on narrow screens. */
export async function openMenu(page: Page): Promise<void> {
  const button = page.locator(".menu-button");
  if ((await button.isVisible()) && (await button.getAttribute("aria-expanded")) === "false") await button.click();
}

export interface MadeKey {
  readonly fileText: string;
  readonly words: readonly string[];
}

/** Makes a key up to its words, saves its file, and types the asked words back. */
export async function makeKey(page: Page, label = "Office"): Promise<MadeKey> {
  await goTo(page, "keys");
  await page.locator('main a[href="#/keys/new"]').click();
  await page.locator("input[name=label]").fill(label);
  await page.locator("input[name=passphrase]").fill(passphrase);
  await page.locator("input[name=repeated]").fill(passphrase);
  await page.locator("button.main").click();
  await page.locator("ol.words").waitFor();
  const words = await page.locator("ol.words li").allTextContents();
  const [download] = await Promise.all([page.waitForEvent("download"), page.locator("button.main").click()]);
  const fileText = await readFile(await download.path(), "utf8");
  await page.locator("button.main").click();
  await page.locator("input[name^=word-]").first().waitFor();
  for (const input of await page.locator("input[name^=word-]").all()) {
    const position = Number((await input.getAttribute("name"))?.slice("word-".length));
    await input.fill(words[position] ?? "");
  }
  await page.locator("button.main").click();
  return { fileText, words };
}

/** Activates the key that was just made. */
export async function activateKey(page: Page): Promise<void> {
  await page.locator("main button.main").click();
  await page.locator(".notice.good").waitFor();
}

/** Chooses key files in the console and opens everything. */
export async function openContacts(page: Page, fileTexts: readonly string[], typed = passphrase): Promise<void> {
  await goTo(page, "contacts");
  await page.locator("input[type=file]").setInputFiles(
    fileTexts.map((text, index) => ({
      name: `key-${index}.json`,
      mimeType: "application/json",
      buffer: Buffer.from(text),
    })),
  );
  await page
    .locator(".chosen li")
    .nth(fileTexts.length - 1)
    .waitFor();
  await page.locator("input[name=passphrase]").fill(typed);
  await page.locator("form button.main").click();
}

/** The text of the file that a button saves. */
export async function savedBy(page: Page, button: string): Promise<string> {
  const [download] = await Promise.all([page.waitForEvent("download"), page.locator(button).click()]);
  return await readFile(await download.path(), "utf8");
}
