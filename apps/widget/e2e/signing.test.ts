// People sign: in both modes, by keyboard, without script, through bad networks.
import { actionLimits } from "@coterie/actions";
import { Sealing } from "@coterie/protocol";
import type { FrameLocator, Locator, Page } from "playwright-core";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { openContact, pullAll, type TestOrganisation, type TestPage } from "../../gateway/test/support/coalition.ts";
import { chromiumPath } from "./support/chromium.ts";
import { createWorld, openPage, type World } from "./support/world.ts";

const person = { firstName: "Zofia", email: "zofia@example.org" };

// skip: needs a Chromium that the machine has installed
describe.skipIf(chromiumPath === undefined)("signing in Chromium", () => {
  let world: World;
  beforeAll(async () => {
    world = await createWorld();
  });
  afterAll(async () => await world.close());
  beforeEach(() => {
    world.middle.submissions.length = 0;
    world.middle.tamper = undefined;
    world.middle.disturb = undefined;
  });

  type Form = Page | FrameLocator | Locator;
  async function fillIn(form: Form): Promise<void> {
    await form.getByLabel("First name").fill(person.firstName);
    await form.getByLabel("Email").fill(person.email);
  }
  const sign = (form: Form): Locator => form.getByRole("button", { name: "Sign" });
  const thanks = (form: Form): Locator => form.getByRole("heading", { name: /Thank you/ });

  /** The people that an organisation can open from a page. */
  async function openedFrom(owner: TestOrganisation, made: TestPage): Promise<unknown[]> {
    const contacts = (await pullAll(owner)).filter(({ pageId }) => pageId === made.page.id);
    return await Promise.all(contacts.map(async (contact) => await openContact(owner, { contact })));
  }

  it("signs on the gateway's page, which seals on arrival", async () => {
    const made = await world.page();
    const { page, context, complaints } = await openPage(world);
    await page.goto(`${world.middle.origin}/p/${made.page.name}?utm_source=leaflet`);
    await fillIn(page);
    await page.getByRole("group", { name: /alpha/ }).getByLabel("Yes").check();
    await expect
      .poll(async () => await page.locator("#f-readers").textContent())
      .toMatch(/Only .*beta.* and .*alpha.* can read/);
    await sign(page).click();
    await thanks(page).waitFor();
    expect(await page.getByText("1 person has signed").count()).toBe(1);
    expect(await openedFrom(world.beta, made)).toEqual([person]);
    expect(await openedFrom(world.alpha, made)).toEqual([person]);
    const [contact] = (await pullAll(world.beta)).filter(({ pageId }) => pageId === made.page.id);
    expect(contact?.tracking?.source).toBe("leaflet");
    expect(complaints).toEqual([]);
    await context.close();
  });

  it("signs on the gateway's page, sealed in the browser, and says what that cannot prevent", async () => {
    const made = await world.page({ sealing: Sealing.BROWSER });
    const { page, context, complaints } = await openPage(world);
    await page.goto(`${world.middle.origin}/p/${made.page.name}`);
    await fillIn(page);
    await page.getByText("How is this protected?").click();
    expect(await page.getByText(world.beta.keyId).isVisible()).toBe(true);
    expect(await page.getByText("A dishonest server could send a different program").isVisible()).toBe(true);
    await sign(page).click();
    await thanks(page).waitFor();
    const sent = world.middle.submissions.join();
    expect(sent).not.toContain(person.firstName);
    expect(sent).not.toContain("zofia");
    expect(actionLimits.requestSizesBytes).toContain(sent.length);
    expect(await openedFrom(world.beta, made)).toEqual([person]);
    expect(await openedFrom(world.alpha, made)).toEqual([]);
    expect(complaints).toEqual([]);
    await context.close();
  });

  it("signs in a frame on a foreign site with pinned keys", async () => {
    const made = await world.page({ sealing: Sealing.BROWSER, embedOrigins: [world.site.origin] });
    expect(made.snippet).toContain(world.beta.keyId);
    world.site.body = made.snippet;
    const { page, context, complaints } = await openPage(world);
    await page.goto(world.site.origin);
    await page.evaluate(() => {
      addEventListener("signed", (event) => {
        // cast: the widget documents what its event carries
        document.title = JSON.stringify((event as CustomEvent).detail);
      });
    });
    const frame = page.frameLocator("iframe");
    await fillIn(frame);
    await sign(frame).click();
    await thanks(frame).waitFor();
    await expect.poll(async () => await page.title()).toBe(JSON.stringify({ page: made.page.name, counter: 1 }));
    expect(await openedFrom(world.beta, made)).toEqual([person]);
    const heights = await page.locator("iframe").evaluate((element) => [element.clientHeight, innerHeight]);
    expect(heights[0]).toBeGreaterThan(200);
    expect(await frame.locator("html").evaluate((html) => html.scrollHeight - innerHeight)).toBeLessThanOrEqual(0);
    expect(complaints).toEqual([]);
    await context.close();
  });

  it("signs in the element's shadow root where the gateway seals", async () => {
    const made = await world.page();
    expect(made.snippet).not.toContain("keys=");
    world.site.body = made.snippet;
    const { page, context, complaints } = await openPage(world);
    await page.goto(world.site.origin);
    await fillIn(page.locator("coterie-action"));
    await sign(page.locator("coterie-action")).click();
    await thanks(page.locator("coterie-action")).waitFor();
    expect(await page.locator("iframe").count()).toBe(0);
    expect(await openedFrom(world.beta, made)).toEqual([person]);
    expect(actionLimits.requestSizesBytes).toContain(world.middle.submissions.join().length);
    expect(complaints).toEqual([]);
    await context.close();
  });

  it("signs without script, and keeps what was typed when something is wrong", async () => {
    const made = await world.page();
    const { page, context, complaints } = await openPage(world, { javaScriptEnabled: false });
    await page.goto(`${world.middle.origin}/p/${made.page.name}`);
    await page.getByLabel("First name").fill(person.firstName);
    await page.getByLabel("Email").fill("zofia@example");
    await sign(page).click();
    expect(await page.getByRole("alert").textContent()).toContain("this is not an email address");
    expect(await page.getByLabel("First name").inputValue()).toBe(person.firstName);
    await page.getByLabel("Email").fill(person.email);
    await sign(page).click();
    await thanks(page).waitFor();
    expect(await openedFrom(world.beta, made)).toEqual([person]);
    expect(complaints.filter((text) => !text.includes("status of 4"))).toEqual([]);
    await context.close();
  });

  it("offers no form without script where the browser is to seal", async () => {
    const made = await world.page({ sealing: Sealing.BROWSER });
    const { page, context } = await openPage(world, { javaScriptEnabled: false });
    for (const path of ["p", "frame"]) {
      await page.goto(`${world.middle.origin}/${path}/${made.page.name}`);
      expect(await page.locator("noscript").innerHTML()).toContain("That needs JavaScript");
      expect(await page.locator("form, input").count()).toBe(0);
    }
    await context.close();
  });

  it("can be signed by keyboard alone, from the first problem to the thank-you", async () => {
    const made = await world.page();
    const { page, context } = await openPage(world);
    await page.goto(`${world.middle.origin}/p/${made.page.name}`);
    await sign(page).waitFor();
    await expect.poll(async () => await page.locator("form").getAttribute("novalidate")).toBe("");
    const focused = async (): Promise<string> => await page.evaluate(() => document.activeElement?.id ?? "");
    const tabTo = async (id: string): Promise<void> => {
      for (let steps = 0; steps < 40 && (await focused()) !== id; steps++) await page.keyboard.press("Tab");
      expect(await focused()).toBe(id);
    };
    await tabTo("f-submit");
    await page.keyboard.press("Enter");
    expect(await focused()).toBe("f-summary");
    await page.keyboard.press("Tab");
    await page.keyboard.press("Enter");
    expect(await focused()).toBe("f-firstName");
    await page.keyboard.type(person.firstName);
    await tabTo("f-email");
    await page.keyboard.type(person.email);
    for (let steps = 0; steps < 40; steps++) {
      await page.keyboard.press("Tab");
      if ((await page.evaluate(() => document.activeElement?.getAttribute("type"))) === "radio") break;
    }
    await page.keyboard.press("ArrowDown");
    await tabTo("f-submit");
    await page.keyboard.press("Space");
    await thanks(page).waitFor();
    expect(await focused()).toBe("f-done");
    expect(await openedFrom(world.beta, made)).toEqual([person]);
    await context.close();
  });

  it("sends one action for a double click", async () => {
    const made = await world.page();
    const { page, context } = await openPage(world);
    await page.goto(`${world.middle.origin}/p/${made.page.name}`);
    await page.locator("form[novalidate]").waitFor();
    await fillIn(page);
    await sign(page).dblclick();
    await thanks(page).waitFor();
    expect(world.middle.submissions).toHaveLength(1);
    await context.close();
  });

  it("repeats itself, byte for byte, when the answer is lost: counted once", async () => {
    const made = await world.page({ sealing: Sealing.BROWSER });
    world.middle.disturb = (count) => (count === 1 ? "cut" : undefined);
    const { page, context } = await openPage(world);
    await page.goto(`${world.middle.origin}/p/${made.page.name}`);
    await fillIn(page);
    await sign(page).click();
    await thanks(page).waitFor();
    expect(world.middle.submissions).toHaveLength(2);
    expect(new Set(world.middle.submissions).size).toBe(1);
    expect(await page.getByText("1 person has signed").count()).toBe(1);
    expect(await openedFrom(world.beta, made)).toEqual([person]);
    await context.close();
  });

  it("keeps what was typed when the server is away, and signs at the next try", async () => {
    const made = await world.page();
    world.middle.disturb = (count) => (count <= 3 ? 503 : undefined);
    const { page, context } = await openPage(world);
    await page.goto(`${world.middle.origin}/p/${made.page.name}`);
    await page.locator("form[novalidate]").waitFor();
    await fillIn(page);
    await sign(page).click();
    await page.getByText("The server cannot take your signature right now").waitFor();
    expect(await page.getByLabel("Email").inputValue()).toBe(person.email);
    await page.getByRole("button", { name: "Try again" }).click();
    await thanks(page).waitFor();
    expect(new Set(world.middle.submissions).size).toBe(1);
    await context.close();
  });

  it("tells what the gateway refused", async () => {
    const made = await world.page();
    const { page, context } = await openPage(world);
    await page.goto(`${world.middle.origin}/p/${made.page.name}`);
    await page.locator("form[novalidate]").waitFor();
    await world.alpha.clients.organisations.updateCampaign({ campaignId: made.campaign.id, open: false });
    await fillIn(page);
    await sign(page).click();
    await page.getByText("This campaign takes no more signatures.").waitFor();
    expect(await page.getByLabel("First name").inputValue()).toBe(person.firstName);
    await context.close();
  });
});
