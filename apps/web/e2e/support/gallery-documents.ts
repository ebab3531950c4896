// Every document that the gateway shows to people: forms, thanks, questions behind links of mails, rights.
import type { Page } from "playwright-core";
import { OptIn } from "@coterie/protocol";
import { clearRequest } from "../../../gateway/test/support/coalition.ts";
import { connectClients } from "../../../gateway/test/support/gateway.ts";
import type { FilledWorld } from "./filled-world.ts";
import { type Look, type Picture, takePicture } from "./pictures.ts";

export async function takeDocuments(world: FilledWorld, look: Look): Promise<Picture[]> {
  const { locale, colorScheme, width } = look;
  const pictures: Picture[] = [];
  for (const javaScriptEnabled of [true, false]) {
    const context = await world.browser.newContext({
      locale,
      colorScheme,
      javaScriptEnabled,
      viewport: { width, height: 844 },
    });
    const page = await context.newPage();
    const take = async (name: string): Promise<void> => {
      pictures.push(await takePicture(page, { name: javaScriptEnabled ? name : `${name}-plain`, look }));
    };
    await takeForm(world, { page, locale, take, withScript: javaScriptEnabled });
    if (!javaScriptEnabled) {
      await takeQuestions(world, { page, locale, take });
      await takeRights(world, { page, locale, take });
    }
    await context.close();
  }
  return pictures;
}

interface Taking {
  readonly page: Page;
  readonly locale: string;
  readonly take: (name: string) => Promise<void>;
}

let serial = 0;
const someone = (): string => `bob-${++serial}@example.org`;

async function takeForm(
  world: FilledWorld,
  { page, locale, take, withScript }: Taking & { readonly withScript: boolean },
): Promise<void> {
  const name = world.pageByLocale.get(locale)?.name ?? "";
  await page.goto(`${world.gateway.address}/p/${name}`);
  await page.locator("form button[type=submit]").waitFor();
  await take("form");
  if (withScript) {
    // Without it the browser itself says what is missing, in a bubble that no picture shows.
    await page.locator("form button[type=submit]").click();
    await page.locator("[aria-invalid=true]").first().waitFor();
    await take("form-problems");
  }
  await page.locator("input[name=firstName]").fill("Bob");
  const lastName = page.locator("input[name=lastName]");
  if ((await lastName.count()) > 0) await lastName.fill("Marley");
  await page.locator("input[name=email]").fill(someone());
  const country = page.locator("select[name=country]");
  if ((await country.count()) > 0) await country.selectOption("FR");
  for (const radio of await page.locator("fieldset input[type=radio][value=yes]").all()) await radio.check();
  await page.locator("form button[type=submit]").click();
  await page.locator(".done").waitFor();
  await take("thank-you");
}

async function takeQuestions(world: FilledWorld, { page, locale, take }: Taking): Promise<void> {
  const address = world.gateway.address;
  const about = world.pageByLocale.get(locale);
  if (about === undefined) throw new Error("no page");
  await world.mails.setPageMails({ pageId: about.id, mails: { confirmSupporter: true } });
  const { actions } = connectClients(address);
  const { page: asked } = await actions.getPage({ name: about.name });
  if (asked === undefined) throw new Error("no page");
  const email = someone();
  const request = clearRequest(asked, {
    person: { firstName: "Bob", lastName: "Marley", email, country: "FR" },
    atMs: world.clock.nowMs,
    answers: { [asked.pageOrganisationId]: "yes" },
  });
  if (request.consents[0]?.optIn !== OptIn.YES) throw new Error("no consent");
  await actions.submit(request);
  const [confirm = "", reject = ""] = (await mailTo(world, email)).tokens;
  await world.mails.setPageMails({ pageId: about.id, mails: { thankYou: true } });
  for (const [name, token] of [
    ["confirm", confirm],
    ["reject", reject],
  ]) {
    await page.goto(`${address}/c/${token}`);
    await take(`c-${name}`);
  }
  await page.goto(`${address}/c/${confirm}`);
  await page.locator("button").click();
  await page.locator(".done").waitFor();
  await take("c-confirmed");
  await page.goto(`${address}/c/${"A".repeat(43)}`);
  await take("c-invalid");
}

async function takeRights(world: FilledWorld, { page, locale, take }: Taking): Promise<void> {
  const { address } = world.gateway;
  // One of those that signed at the page of this language.
  const email = `alice-${["en", "fr", "pl", "ar"].indexOf(locale)}@example.org`;
  await page.goto(`${address}/rights`);
  await take("rights");
  await page.locator("input[name=email]").fill(email);
  await page.locator("button[type=submit]").click();
  await page.locator(".done").waitFor();
  await take("rights-asked");
  const { text = "" } = await mailTo(world, email);
  const [, token = ""] = /\/rights\/([\w-]+)/.exec(text) ?? [];
  await page.goto(`${address}/rights/${token}`);
  await take("rights-held");
}

/** The first mail to that address, once it arrived. */
async function mailTo({ mailServer }: FilledWorld, email: string): Promise<(typeof mailServer.mails)[number]> {
  for (let tries = 0; tries < 600; tries++) {
    const [mail] = mailServer.to(email);
    if (mail !== undefined) return mail;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error("no mail arrived");
}
