// The daily work of staff against a real gateway in a real browser: keys that change, comments, mails, deliveries, tokens, rights.
import { CommentState, ModerationService } from "@coterie/protocol";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createFilledWorld, type FilledWorld } from "./support/filled-world.ts";
import { authorityPassphrase } from "./support/premises.ts";
import { goTo, makeKey, passphrase, patiently, worldTimeoutMs } from "./support/steps.ts";
import { chromiumPath, openBrowser, signIn } from "./support/world.ts";

// skip: without Chromium there is nothing to drive
describe.skipIf(chromiumPath === undefined)("the work of staff", { timeout: 120_000 }, () => {
  let world: FilledWorld;
  let page: Page;
  let complaints: string[];
  let sent: () => readonly string[];
  beforeAll(async () => {
    world = await createFilledWorld();
    const opened = await openBrowser(world);
    ({ page, complaints } = opened);
    sent = () => opened.requests.map((request) => request.postDataBuffer()?.toString("latin1") ?? "");
    await signIn({ page }, world, world.staff.token);
  }, worldTimeoutMs);
  afterAll(async () => await world.close(), worldTimeoutMs);

  const go = async (path: string): Promise<void> => {
    await page.goto(`${world.address}#/${path}`);
    await page.locator("main h1").waitFor();
  };
  const chooseAuthority = async (within = "main"): Promise<void> => {
    const file = { name: "key-authority.json", mimeType: "application/json" };
    await page
      .locator(`${within} input[name=authority-file]`)
      .setInputFiles({ ...file, buffer: Buffer.from(world.premises.authorityFileText) });
    await page.locator(`${within} input[name=authority-passphrase]`).fill(authorityPassphrase);
  };
  const logEntries = async (): Promise<number> => (await world.staff.clients.keyLogs.getKeyLog({})).entries.length;

  it("shows the key log, remembers it, and rotates to a key made in the browser", async () => {
    await go("keys/log");
    await page.getByText("saw the log for the first time").waitFor();
    expect(await page.locator("textarea.code").first().inputValue()).toBe(world.premises.logId);
    await makeKey(page, "Next");
    await page.locator("input[name=authority-file]").waitFor();
    await chooseAuthority();
    await page.locator("input[name=authority-passphrase]").fill("not the passphrase");
    await page.locator("main button.main").click();
    await page.getByText("The passphrase is wrong").waitFor();
    expect(await logEntries()).toBe(2);
    await page.locator("input[name=authority-passphrase]").fill(authorityPassphrase);
    await page.locator("main button.main").click();
    await page.locator(".notice.good").waitFor();
    expect(await logEntries()).toBe(4);
    await goTo(page, "keys");
    const pills = page.locator("ul.cards .pill");
    await expect.poll(async () => (await pills.allTextContents()).sort(), patiently).toEqual(["Active", "In grace"]);
    for (const secret of [authorityPassphrase, passphrase, world.premises.authorityFileText.slice(0, 60)])
      expect(sent().filter((body) => body.includes(secret))).toEqual([]);
  });

  it("revokes a key with the authority's file, and refuses a log that is not the remembered one", async () => {
    await go("keys/log");
    await page.locator(".notice.good").first().waitFor();
    await page.locator("summary", { hasText: "Retire or revoke a key" }).click();
    await page.locator("select[name=key]").selectOption(world.premises.keyId);
    await page.locator("input[value=revoke]").check();
    await page.locator("input[name=sure]").check();
    await chooseAuthority("details");
    await page.locator("details button.danger").click();
    await page.getByText("Signed and published.").waitFor();
    await goTo(page, "keys");
    const pills = page.locator("ul.cards .pill");
    await expect.poll(async () => (await pills.allTextContents()).sort(), patiently).toEqual(["Active", "Revoked"]);
    const name = `coterie.key-log.${world.staff.id}`;
    await go("keys/log");
    await page.locator(".notice.good").first().waitFor();
    const head = await page.evaluate((item) => localStorage.getItem(item), name);
    await page.evaluate((item) => localStorage.setItem(item, "AAAA"), name);
    await page.reload();
    await page.getByText("Stop: this key log cannot be trusted").waitFor();
    await page.getByText("began this new log itself").click();
    await page.locator("input[name=characters]").fill(world.premises.logId.slice(-8));
    await page.locator("details button").click();
    await page.locator(".notice.good").waitFor();
    expect(await page.evaluate((item) => localStorage.getItem(item), name)).toBe(head);
  });

  it("decides about comments with the keyboard, and takes a decision back", async () => {
    await go("comments");
    const cards = page.locator("ul.cards li");
    await cards.first().waitFor();
    const before = await cards.count();
    const first = (await cards.first().locator(".comment").textContent()) ?? "";
    await cards.first().focus();
    await page.keyboard.press("a");
    await expect.poll(() => cards.count(), patiently).toBe(before - 1);
    await expect.poll(() => page.evaluate(() => document.activeElement?.tagName), patiently).toBe("LI");
    await page.getByRole("button", { name: "Undo" }).click();
    await expect.poll(() => cards.count(), patiently).toBe(before);
    expect(await cards.first().locator(".comment").textContent()).toBe(first);
    await cards.first().getByRole("button", { name: "Reject" }).click();
    await page.getByText("Rejected: the comment is not shown.").waitFor();
    const { campaigns } = await world.staff.clients.organisations.listCampaigns({});
    const rejected = await world.client(ModerationService).listComments({
      campaignId: campaigns[0]?.id ?? "",
      state: CommentState.REJECTED,
    });
    expect(rejected.comments.map(({ text }) => text)).toEqual([first]);
  });

  it("words the mails of a page, shows them, and undoes", async () => {
    await go(`pages/${world.staff.name}-en/mails`);
    await page.locator("main summary").first().click();
    await page.locator("input[name=subject-confirm-supporter]").fill("One more click for the river");
    await page.locator("form button.main").click();
    await page.getByText("Saved. It holds").waitFor();
    await page.getByRole("button", { name: "Show “Confirm the signature”" }).click();
    await page.locator(".mail-subject strong").waitFor();
    expect(await page.locator(".mail-subject strong").textContent()).toBe("One more click for the river");
    expect(await page.locator(".mail-text").textContent()).toContain("Maria");
    await page.getByRole("button", { name: "Undo" }).click();
    await expect.poll(() => page.locator("input[name=subject-confirm-supporter]").inputValue(), patiently).toBe("");
  });

  it("verifies the audit log against what this browser saw", async () => {
    await go("audit");
    await page.locator("main button.main").click();
    await page.getByText("First look:").waitFor();
    await page.locator("main button.main").click();
    await page.getByText("Verified:").waitFor();
    await page.getByRole("region", { name: "Entries" }).getByText("Key revoked").waitFor();
    const name = `coterie.audit-log.${world.staff.id}`;
    const memory = await page.evaluate((item) => localStorage.getItem(item) ?? "", name);
    expect(memory).toMatch(/^[\w-]{200,}$/);
    // Something else at the end of what is remembered: which events were the organisation's own.
    const spoilt = memory.replace(/.{24}$/, "A".repeat(24));
    await page.evaluate(([item = "", text = ""]) => localStorage.setItem(item, text), [name, spoilt]);
    await page.locator("main button.main").click();
    await page.getByText("The audit log was changed").waitFor();
    await page.evaluate(([item = "", text = ""]) => localStorage.setItem(item, text), [name, memory]);
  });

  it("makes and ends tokens, and says what staff should know until it is known", async () => {
    await go("organisation");
    await page.locator("input[name=label]").fill("Bob");
    await page.getByRole("button", { name: "Make a token" }).click();
    const secret = await page.locator(".notice.good textarea").inputValue();
    expect(secret).toMatch(/^ctok1/);
    await page.getByRole("button", { name: "I have it: hide it" }).click();
    await page.getByRole("button", { name: "End “Bob”" }).click();
    await page.getByRole("button", { name: "Keep it" }).click();
    await page.getByRole("button", { name: "End “Bob”" }).click();
    await page.getByRole("button", { name: "Yes, end it" }).click();
    await page.getByText("“Bob” was ended.").waitFor();
    await goTo(page, "");
    // Loaded anew, so that everything is there when it is called known: what comes later stays to be seen.
    await page.reload();
    await page.getByText("What your staff should know").waitFor();
    await page.getByRole("button", { name: "All known" }).click();
    await expect.poll(() => page.getByText("What your staff should know").count(), patiently).toBe(0);
  });

  it("pauses, resumes and removes a webhook only after asking back", async () => {
    await go("deliveries");
    const card = page.locator("ul.cards li");
    await card.getByRole("button", { name: "Pause" }).click();
    await page.getByText("Paused. Contacts wait.").waitFor();
    await card.getByRole("button", { name: "Resume" }).click();
    await page.getByText("Resumed where it stopped.").waitFor();
    await card.getByRole("button", { name: "Send a test" }).click();
    await page.getByText("Test: refused by the receiver (503)").waitFor();
    await card.getByRole("button", { name: /^Remove/ }).click();
    await expect.poll(() => page.evaluate(() => document.activeElement?.textContent), patiently).toBe("Keep");
    await card.getByRole("button", { name: "Yes, remove" }).click();
    await page.getByText("No webhooks.").waitFor();
  });

  it("finds a person, proves their consent, and erases only after the address was typed again", async () => {
    await go("rights");
    await page.locator("input[name=email]").fill("Alice-5@example.org");
    await page.getByRole("button", { name: "Find" }).click();
    await page.getByText("Found: 1").waitFor();
    await page.locator("summary", { hasText: "Erase this person" }).click();
    await page.locator("input[name=again]").fill("alice-6@example.org");
    await page.getByRole("button", { name: "Erase for good" }).click();
    await page.getByText("another address than the one above").waitFor();
    await page.locator("input[name=again]").fill("alice-5@example.org");
    await page.getByRole("button", { name: "Erase for good" }).click();
    await page.getByText("Erased: 1.").waitFor();
    await page.getByRole("button", { name: "Find" }).click();
    await page.getByText("Nothing was found under this address").waitFor();
    expect(complaints.filter((text) => !text.includes("Failed to load resource"))).toEqual([]);
  });
});
