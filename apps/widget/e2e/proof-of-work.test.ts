// Proof of work in a real browser: nobody notices it but by a moment's wait; and the trap, which people never fall into.
import { ProofOfWork, Sealing } from "@coterie/protocol";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { pullAll, type TestPage } from "../../gateway/test/support/coalition.ts";
import { chromiumPath } from "./support/chromium.ts";
import { createWorld, openPage, type World } from "./support/world.ts";

let world: World;

beforeAll(async () => {
  if (chromiumPath !== undefined) world = await createWorld();
});
afterAll(async () => {
  if (chromiumPath !== undefined) await world.close();
});

// skip: needs a Chromium that the machine has installed
describe.skipIf(chromiumPath === undefined)("a form that asks for proof of work", () => {
  async function workingPage(options: Parameters<World["page"]>[0] = {}): Promise<TestPage> {
    const made = await world.page(options);
    const { moderation } = world.beta.clients;
    await moderation.setPageProtection({ pageId: made.page.id, proofOfWork: ProofOfWork.ON });
    return made;
  }

  /** What the browser complains about, but for the refusal that says what to solve. */
  const surprises = (complaints: readonly string[]): readonly string[] =>
    complaints.filter((complaint) => !complaint.includes("the server responded with a status of 400"));

  for (const [name, sealing, place] of [
    ["on the gateway's page, which seals on arrival", Sealing.GATEWAY, "page"],
    ["on the gateway's page, sealed in the browser", Sealing.BROWSER, "page"],
    ["in a frame on a foreign site", Sealing.BROWSER, "site"],
    ["in an element on a foreign site", Sealing.GATEWAY, "site"],
  ] as const)
    it(`is signed ${name}`, async () => {
      const made = await workingPage({ sealing });
      world.site.body = made.snippet;
      world.middle.submissions.length = 0;
      const { page, context, complaints } = await openPage(world);
      await page.goto(place === "page" ? `${world.middle.origin}/p/${made.page.name}` : world.site.origin);
      const isFrame = place === "site" && sealing === Sealing.BROWSER;
      const form = isFrame ? page.frameLocator("coterie-action iframe") : page;
      await form.getByLabel("First name").fill("Zofia");
      await form.getByLabel("Email").fill("zofia@example.org");
      await form.getByRole("button", { name: "Sign" }).click();
      await form.getByRole("heading", { name: /Thank you/ }).waitFor();
      expect(surprises(complaints)).toEqual([]);
      expect((await pullAll(world.beta)).filter(({ pageId }) => pageId === made.page.id)).toHaveLength(1);
      // Asked for once, done once, and of one length beside the request's own.
      expect(world.middle.submissions).toHaveLength(2);
      const [bare = "", proven = ""] = world.middle.submissions;
      expect(proven.startsWith(bare.slice(0, -1))).toBe(true);
      expect(JSON.parse(proven).work.challenge).toHaveLength(60);
      expect(JSON.parse(proven).work.solution).toHaveLength(86);
      await context.close();
    });

  it("says so where the solver cannot be loaded, keeps what was typed, and is signed on the second try", async () => {
    const made = await workingPage();
    const { page, context } = await openPage(world);
    await page.route(/proof-of-work/, async (route) => await route.abort(), { times: 1 });
    await page.goto(`${world.middle.origin}/p/${made.page.name}`);
    await page.getByLabel("First name").fill("Zofia");
    await page.getByLabel("Email").fill("zofia@example.org");
    await page.getByRole("button", { name: "Sign" }).click();
    await page.getByText("could not tell you from a program").waitFor();
    expect(await page.getByLabel("Email").inputValue()).toBe("zofia@example.org");
    await page.getByRole("button", { name: "Try again" }).click();
    await page.getByRole("heading", { name: /Thank you/ }).waitFor();
    await context.close();
  });
});

// skip: needs a Chromium that the machine has installed
describe.skipIf(chromiumPath === undefined)("the trap", () => {
  it("is neither seen, nor heard, nor reached by keyboard, in any direction of writing", async () => {
    const made = await world.page();
    for (const lang of ["en", "ar"]) {
      world.site.body = made.snippet.replace("<coterie-action", `<coterie-action lang="${lang}"`);
      const { page, context } = await openPage(world);
      await page.goto(world.site.origin);
      await page.locator("#f-submit").waitFor();
      const trap = page.locator("#f-trap");
      const box = await trap.boundingBox();
      expect(Math.max(box?.width ?? 0, box?.height ?? 0)).toBeLessThanOrEqual(1);
      expect(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth)).toBe(true);
      const heard = await page.locator("coterie-action").ariaSnapshot();
      expect(heard).not.toMatch(/Leave this empty|اترك هذا الحقل/);
      const reached: string[] = [];
      for (let press = 0; press < 30; press++) {
        await page.keyboard.press("Tab");
        reached.push(await page.evaluate(() => document.activeElement?.shadowRoot?.activeElement?.id ?? "outside"));
      }
      expect(reached).toContain("f-submit");
      expect(reached).not.toContain("f-topic");
      await context.close();
    }
  });

  it("catches programs, and lets through a person whose browser filled it in and who sends once more", async () => {
    const made = await world.page();
    const { page, context, complaints } = await openPage(world);
    await page.goto(`${world.middle.origin}/p/${made.page.name}`);
    await page.getByLabel("First name").fill("Zofia");
    await page.getByLabel("Email").fill("zofia@example.org");
    await page.locator("#f-topic").evaluate((input: HTMLInputElement) => {
      input.value = "cheap watches";
    });
    await page.getByRole("button", { name: "Sign" }).click();
    await page.getByText("could not tell you from a program").waitFor();
    expect((await pullAll(world.beta)).filter(({ pageId }) => pageId === made.page.id)).toEqual([]);
    await page.getByRole("button", { name: "Try again" }).click();
    await page.getByRole("heading", { name: /Thank you/ }).waitFor();
    expect(complaints).toEqual([]);
    await context.close();
  });
});
