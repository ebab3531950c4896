// A hundred thousand signatures, opened in the browser: the page stays responsive, and nothing is missing in the file.
import { type ActionPage, Sealing } from "@coterie/protocol";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { clearRequest } from "../../gateway/test/support/coalition.ts";
import { connectClients } from "../../gateway/test/support/gateway.ts";
import { activateKey, makeKey, openContacts, savedBy } from "./support/steps.ts";
import { chromiumPath, createWorld, makeStaff, openBrowser, signIn, type World } from "./support/world.ts";

const contacts = 100_000;
const submitters = 48;

async function submitAll({ gateway }: World, page: ActionPage): Promise<void> {
  const { actions } = connectClients(gateway.address);
  let next = 0;
  await Promise.all(
    Array.from({ length: submitters }, async () => {
      for (let index = next++; index < contacts; index = next++) {
        const person = { firstName: "Alice", lastName: `Number ${index}`, email: `alice.${index}@example.org` };
        await actions.submit(clearRequest(page, { person }));
      }
    }),
  );
}

// skip: without Chromium there is nothing to drive
describe.skipIf(chromiumPath === undefined)("the console", () => {
  let world: World;
  beforeAll(async () => {
    world = await createWorld();
  });
  afterAll(async () => await world.close());

  it("opens 100,000 contacts in under a minute without holding the page up", { timeout: 1_200_000 }, async () => {
    const staff = await makeStaff(world);
    const { page, complaints } = await openBrowser(world, { viewport: { width: 1280, height: 900 } });
    await page.addInitScript(() => {
      const longTasks: number[] = [];
      Object.assign(window, { longTasks });
      new PerformanceObserver((list) => longTasks.push(...list.getEntries().map(({ duration }) => duration))).observe({
        type: "longtask",
      });
    });
    await signIn({ page }, world, staff.token);
    const key = await makeKey(page);
    await activateKey(page);
    const { organisations } = staff.clients;
    const { campaign } = await organisations.createCampaign({ name: "many", title: "Many", formSchema: "basic/1" });
    const made = await organisations.createActionPage({
      campaignId: campaign?.id ?? "",
      name: "many",
      locale: "en",
      sealing: Sealing.GATEWAY,
      delivers: true,
      actionType: "petition",
    });
    if (made.page === undefined) throw new Error("no page");
    await submitAll(world, made.page);

    await page.evaluate(() => Reflect.get(window, "longTasks").splice(0));
    const startedAtMs = performance.now();
    await openContacts(page, [key.fileText]);
    await page.locator("progress").waitFor();
    await page.getByText("All contacts were opened: 100,000.").waitFor({ timeout: 600_000 });
    const openedMs = performance.now() - startedAtMs;
    const csv = await savedBy(page, "button.main");
    const savedMs = performance.now() - startedAtMs - openedMs;
    const longTasks: number[] = await page.evaluate(() => Reflect.get(window, "longTasks"));
    const longestMs = Math.max(0, ...longTasks);

    const emails = new Set(csv.match(/alice\.\d+@example\.org/g));
    expect(emails.size).toBe(contacts);
    expect(csv.split("\r\n").length).toBe(contacts + 2);
    expect(complaints).toEqual([]);
    const figures = {
      openedMs: Math.round(openedMs),
      savedMs: Math.round(savedMs),
      longestMs,
      longTasks: longTasks.length,
    };
    process.stdout.write(`opening 100,000 contacts: ${JSON.stringify(figures)}\n`);
    expect(longestMs).toBeLessThan(200);
    expect(openedMs).toBeLessThan(60_000);
  });
});
