// The whole way of an organisation, from its token to a CSV file, against a real gateway in a real browser.
import { KeyState, Sealing } from "@coterie/protocol";
import { gzipSync } from "node:zlib";
import type { Worker } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { clearRequest, sealedRequest } from "../../gateway/test/support/coalition.ts";
import { connectClients } from "../../gateway/test/support/gateway.ts";
import {
  activateKey,
  goTo,
  makeKey,
  openContacts,
  passphrase,
  savedBy,
  patiently,
  worldTimeoutMs,
} from "./support/steps.ts";
import { chromiumPath, createWorld, makeStaff, openBrowser, signIn, type World } from "./support/world.ts";

/** The directive of the policy by which a worker is refused a connection to its own gateway; "nobody" where it is not. */
async function refusalOf(worker: Worker): Promise<string> {
  return await worker.evaluate(
    () =>
      new Promise<string>((resolve) => {
        addEventListener("securitypolicyviolation", ({ effectiveDirective }) => resolve(effectiveDirective));
        fetch("/health").then(
          () => resolve("nobody"),
          () => undefined,
        );
      }),
  );
}

// skip: without Chromium there is nothing to drive
describe.skipIf(chromiumPath === undefined)("an organisation's way", { timeout: 120_000 }, () => {
  let world: World;
  beforeAll(async () => {
    world = await createWorld();
  }, worldTimeoutMs);
  afterAll(async () => await world.close(), worldTimeoutMs);

  it("leads from a token to the opened signatures, and no secret leaves the browser", async () => {
    const staff = await makeStaff(world);
    const { page, context, complaints, requests } = await openBrowser(world);
    await signIn({ page }, world, staff.token);

    const { fileText, words } = await makeKey(page);
    await activateKey(page);
    const { keys } = await staff.clients.organisations.listPublicKeys({});
    expect(keys.map(({ state, label }) => [state, label])).toEqual([[KeyState.ACTIVE, "Office"]]);
    expect(JSON.parse(fileText)).toMatchObject({ keyId: keys[0]?.id, kdf: { name: "argon2id", memoryKiB: 65_536 } });

    await goTo(page, "campaigns");
    await page.locator("input[name=title]").fill("Żywa rzeka: keep it clean");
    await page.locator("form button.main").click();
    await page.locator("ul.cards").waitFor();
    await goTo(page, "pages");
    await page.locator("input[name=name]").fill("river-browser");
    await page.locator("form button.main").click();
    await page.locator("ul.cards li").waitFor();
    const snippet = await page.locator("textarea.code").inputValue();
    expect(snippet).toContain(`page="river-browser" keys="${keys[0]?.id ?? ""}"`);
    await page.locator("input[name=name]").fill("river-gateway");
    await page.locator("input[value=gateway]").check();
    await page.locator("form button.main").click();
    await page.locator("ul.cards li").nth(1).waitFor();

    const { pages } = await staff.clients.organisations.listActionPages({});
    expect(pages.map(({ name, sealing, accepting }) => [name, sealing, accepting])).toEqual([
      ["river-browser", Sealing.BROWSER, true],
      ["river-gateway", Sealing.GATEWAY, true],
    ]);
    const [inBrowser, atGateway] = pages;
    if (inBrowser === undefined || atGateway === undefined) throw new Error("no pages");
    const { actions } = connectClients(world.gateway.address);
    await actions.submit(sealedRequest(inBrowser, { person: { firstName: "Bob", email: "bob@example.org" } }));
    const person = { firstName: '=HYPERLINK("http://evil.example")', lastName: "Doe, Jane", email: "jane@example.org" };
    await actions.submit(clearRequest(atGateway, { person, customFields: { comment: "Line one\nline two" } }));

    await openContacts(page, [fileText]);
    await page.locator("table").waitFor();
    expect(await page.locator("tbody tr").count()).toBe(2);
    const csv = await savedBy(page, "button.main");
    const [head = "", ...lines] = csv.replace(/^\ufeff/, "").split("\r\n");
    expect(csv.startsWith("\ufeff")).toBe(true);
    expect(head.split(",")).toContain("custom.comment");
    expect(lines.length).toBe(3);
    expect(lines[0]).toContain(",Bob,,bob@example.org,");
    expect(csv).toContain(`"'=HYPERLINK(""http://evil.example"")","Doe, Jane",jane@example.org`);
    const jsonl = await savedBy(page, ".actions button:nth-child(2)");
    const rows = jsonl
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(rows.map(({ person: { firstName } }) => firstName)).toEqual(["Bob", person.firstName]);
    expect(rows[1].customFields).toEqual({ comment: "Line one\nline two" });

    expect(complaints).toEqual([]);
    const secrets = [
      passphrase,
      words.join(" "),
      words.slice(0, 4).join(" "),
      JSON.parse(fileText).wrapped,
      "Jane",
      "Bob",
    ];
    const sent = requests.map(
      (request) =>
        `${request.url()}\n${JSON.stringify(request.headers())}\n${request.postDataBuffer()?.toString("latin1") ?? ""}`,
    );
    expect(sent.length).toBeGreaterThan(20);
    for (const secret of secrets) expect(sent.filter((text) => text.includes(secret))).toEqual([]);
    // The search would find them: what is meant to be sent is there.
    expect(sent.filter((text) => text.includes("river-gateway")).length).toBeGreaterThan(0);
    const remembered = await page.evaluate(() => JSON.stringify([localStorage, sessionStorage]));
    expect(remembered).toContain(staff.token);
    for (const secret of secrets) expect(remembered).not.toContain(secret);
    expect(await context.cookies()).toEqual([]);
  });

  it("says what is wrong with a token, and forgets the right one at signing out", async () => {
    const staff = await makeStaff(world);
    const { page, requests } = await openBrowser(world);
    await page.goto(world.address);
    const refusalOf = async (text: string): Promise<string> => {
      await page.locator("input[name=token]").fill(text);
      await page.locator("form button[type=submit]").click();
      return (await page.locator(".problem").textContent()) ?? "";
    };
    expect(await refusalOf("")).toBe("Paste your token.");
    expect(await refusalOf(world.gateway.operatorToken)).toContain("the operator’s token");
    expect(await refusalOf(staff.token.replace(/.$/, (last) => (last === "q" ? "p" : "q")))).toContain("mistyped");
    // None of these was sent.
    expect(requests.filter((request) => request.method() === "POST")).toEqual([]);
    const stranger = await makeStaff(world);
    const { administration } = connectClients(world.gateway.address, world.gateway.operatorToken);
    await administration.replaceToken({ organisationId: stranger.id });
    await page.locator("input[name=token]").fill(stranger.token);
    await page.locator("form button[type=submit]").click();
    await page.getByText("does not know this token").first().waitFor();

    await signIn({ page }, world, staff.token);
    await page.reload();
    await page.locator(".menu").waitFor();
    await page.locator(".head-tools button").click();
    await page.locator("input[name=token]").waitFor();
    expect(await page.evaluate(() => sessionStorage.length)).toBe(0);
    await page.reload();
    await page.locator("input[name=token]").waitFor();
  });

  it("serves little, no inline code, and workers whose policy forbids them every connection", async () => {
    const { page, complaints, requests } = await openBrowser(world);
    await page.goto(world.address);
    await page.locator("input[name=token]").waitFor();
    const loaded = await Promise.all(requests.map(async (request) => await (await request.response())?.body()));
    const firstLoadBytes = loaded.reduce((sum, body) => sum + (body === undefined ? 0 : gzipSync(body).length), 0);
    expect(loaded.length).toBeGreaterThan(4);
    expect(firstLoadBytes).toBeLessThan(150_000);
    const document = await fetch(world.address);
    const policy = document.headers.get("content-security-policy") ?? "";
    expect(policy).toContain("default-src 'none'; script-src 'self'; style-src 'self'");
    expect(policy).toContain("require-trusted-types-for 'script'; trusted-types coterie");
    expect(policy).not.toMatch(/unsafe|http|\*/);
    const html = await document.text();
    expect(html).not.toMatch(/<script(?![^>]*\ssrc=)|<style|\sstyle=|\son\w+=/);
    const [, entry = ""] = /src="(\/organisation\/assets\/[\w.-]+\.js)"/.exec(html) ?? [];
    const script = await (await fetch(`${world.gateway.address}${entry}`)).text();
    const workers = [...script.matchAll(/\/organisation\/assets\/(?:key|opening)-worker-[\w-]+\.js/g)].map(
      ([path]) => path,
    );
    expect(new Set(workers).size).toBe(2);
    for (const path of workers) {
      const worker = await fetch(`${world.gateway.address}${path}`);
      expect(worker.headers.get("content-security-policy")).toContain("connect-src 'none'");
    }
    expect(complaints).toEqual([]);
  });

  it("refuses a gateway that shows another signing key, until the operator's characters are typed", async () => {
    const staff = await makeStaff(world);
    const { page } = await openBrowser(world);
    await signIn({ page }, world, staff.token);
    await page.evaluate(() => localStorage.setItem("coterie.gateway-signing-key", "A".repeat(43)));
    await page.reload();
    await page.getByText("the gateway shows another signing key").waitFor();
    expect(await page.locator(".menu").count()).toBe(0);
    expect(await page.evaluate(() => sessionStorage.length)).toBe(0);
    // Trying again changes nothing.
    await page.locator("input[name=token]").fill(staff.token);
    await page.locator("form button.main").click();
    await page.getByText("the gateway shows another signing key").waitFor();
    const shown = (await page.locator(".facts dd").nth(1).textContent()) ?? "";
    await page.locator("details summary").click();
    await page.locator("input[name=characters]").fill("00000000");
    await page.locator("details button").click();
    await page.locator("details .problem").waitFor();
    await page.locator("input[name=characters]").fill(shown.slice(-9));
    await page.locator("details button").click();
    await page.locator(".facts").waitFor({ state: "detached" });
    await signIn({ page }, world, staff.token);
  });

  it("stops at once when it is cancelled, and can begin again", async () => {
    const staff = await makeStaff(world);
    const { page } = await openBrowser(world);
    await signIn({ page }, world, staff.token);
    const key = await makeKey(page);
    await activateKey(page);
    const held: (() => void)[] = [];
    await page.route("**/PullContacts", async (route) => {
      await new Promise<void>((resolve) => held.push(resolve));
      await route.continue().catch(() => undefined);
    });
    await openContacts(page, [key.fileText]);
    await page.locator("progress").waitFor();
    // While it waits for the gateway: its workers, which hold the keys by now, may not talk to anybody.
    expect(page.workers().length).toBeGreaterThanOrEqual(2);
    expect(await Promise.all(page.workers().map(refusalOf))).toEqual(page.workers().map(() => "connect-src"));
    await page.getByRole("button", { name: "Cancel" }).click();
    await page.getByText("Cancelled. 0 were opened").waitFor();
    await expect.poll(() => page.workers().length, patiently).toBe(0);
    for (const release of held) release();
    await page.unroute("**/PullContacts");
    await expect.poll(() => page.evaluate(() => document.activeElement?.textContent), patiently).toContain("Cancelled");
    await page.getByRole("button", { name: "Try again" }).click();
    await openContacts(page, [key.fileText]);
    await page.getByText("There are no contacts yet.").waitFor();
  });

  it("lists what it cannot open by action and code, and opens it once the older key file is there", async () => {
    const staff = await makeStaff(world);
    const { page } = await openBrowser(world);
    await signIn({ page }, world, staff.token);
    const first = await makeKey(page, "First");
    await activateKey(page);
    const { campaign } = await staff.clients.organisations.createCampaign({
      name: `${staff.name}-campaign`,
      title: "Two keys",
      formSchema: "basic/1",
    });
    const made = await staff.clients.organisations.createActionPage({
      campaignId: campaign?.id ?? "",
      name: `${staff.name}-page`,
      locale: "en",
      sealing: Sealing.GATEWAY,
      delivers: true,
      actionType: "petition",
    });
    if (made.page === undefined) throw new Error("no page");
    const { actions } = connectClients(world.gateway.address);
    const old = clearRequest(made.page);
    await actions.submit(old);
    const second = await makeKey(page, "Second");
    await activateKey(page);
    await actions.submit(clearRequest(made.page));

    await openContacts(page, [second.fileText], "a wrong passphrase");
    await page.getByText("The passphrase is wrong").waitFor();
    await page.locator("input[name=passphrase]").fill(passphrase);
    await page.locator("form button.main").click();
    await page.getByText("Not opened: 1").first().waitFor();
    expect(await page.locator("table").first().locator("tbody tr").allTextContents()).toEqual([
      `${old.actionId}sealed-box/unknown-key`,
    ]);
    await page.getByText("Forget what was opened").click();
    await openContacts(page, [second.fileText, first.fileText]);
    await page.getByText("All contacts were opened: 2.").waitFor();
    const states = await staff.clients.organisations.listPublicKeys({});
    expect(
      states.keys
        .map(({ label, state }) => [label, state])
        .toSorted(([left], [right]) => (String(left) < String(right) ? -1 : 1)),
    ).toEqual([
      ["First", KeyState.RETIRED],
      ["Second", KeyState.ACTIVE],
    ]);
  });
});
