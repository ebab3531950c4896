// Action pages as documents: without script, with strict headers, and nothing that a stranger writes runs.
import { Sealing } from "@coterie/protocol";
import { mkdtemp, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  makeOrganisation,
  makePage,
  newActionId,
  openContact,
  pullAll,
  type TestOrganisation,
} from "./support/coalition.ts";
import { codeOf, startTestGateway, type TestGateway } from "./support/gateway.ts";

let gateway: TestGateway;
let owner: TestOrganisation;
let widgetFolder: string;
const addressed = "coterie-action-0123456789abcdef.js";

beforeAll(async () => {
  widgetFolder = await mkdtemp(join(tmpdir(), "coterie-widget-"));
  await writeFile(join(widgetFolder, "style.css"), "body{}");
  await writeFile(join(widgetFolder, "page.js"), "export {};");
  await writeFile(join(widgetFolder, "page-sealing.js"), "export {};");
  await writeFile(join(widgetFolder, "frame.js"), "export {};");
  await writeFile(join(widgetFolder, "coterie-action.js"), "export {};");
  await writeFile(join(widgetFolder, addressed), "export {};");
  await writeFile(join(widgetFolder, "shared-1.js"), "export {};");
  await writeFile(
    join(widgetFolder, "assets.json"),
    `{"page.js":{"imports":["shared-1.js"]},"frame.js":{"imports":["../../secret.js"]},"coterie-action.js":{"addressed":"${addressed}"}}`,
  );
  await writeFile(join(widgetFolder, "notes.txt"), "not served");
  gateway = await startTestGateway({ widgetFolder });
  owner = await makeOrganisation(gateway);
});

afterAll(async () => {
  await gateway.close();
  await rm(widgetFolder, { recursive: true, force: true });
});

async function postForm(name: string, fields: Record<string, string>): Promise<{ status: number; html: string }> {
  const response = await fetch(`${gateway.address}/p/${name}`, { method: "POST", body: new URLSearchParams(fields) });
  return { status: response.status, html: await response.text() };
}

const typed = { firstName: "Alice", lastName: "Liddell", email: "alice@example.org" };

describe("a page without script", () => {
  it("is a form that can be posted, and posting it twice counts once", async () => {
    const { page } = await makePage({ lead: owner });
    const shown = await (await fetch(`${gateway.address}/p/${page.name}`)).text();
    expect(shown).toMatch(/<form[^>]+method="post"/);
    const action = /name="action"[^>]*value="(cact1[a-z0-9]+)"|value="(cact1[a-z0-9]+)"[^>]*name="action"/.exec(shown);
    const actionId = action?.[1] ?? action?.[2] ?? "";
    const fields = { ...typed, action: actionId, [`optin.${owner.organisation.id}`]: "yes" };
    for (let i = 0; i < 2; i++) {
      const { status, html } = await postForm(page.name, fields);
      expect(status).toBe(200);
      expect(html).toContain("done");
      expect(html).not.toContain("alice@example.org");
    }
    const contacts = (await pullAll(owner)).filter(({ pageId }) => pageId === page.id);
    expect(contacts).toHaveLength(1);
    const [contact] = contacts;
    if (contact === undefined) throw new Error("no contact");
    expect(await openContact(owner, { contact })).toEqual(typed);
    expect(contact.consent?.purpose).toBe("newsletter");
  });

  it("comes back with what was typed and what is wrong, and keeps the id", async () => {
    const { page } = await makePage({ lead: owner });
    const action = newActionId();
    const { status, html } = await postForm(page.name, { ...typed, email: "alice at example", action });
    expect(status).toBe(400);
    expect(html).toContain("alice at example");
    expect(html).toContain(action);
    expect(html).toContain('aria-invalid="true"');
    expect((await pullAll(owner)).filter(({ pageId }) => pageId === page.id)).toEqual([]);
  });

  it("keeps the id where the database was away, so that trying again counts once", async () => {
    const nowMs = Date.now();
    // The clock stands still: the page is remembered while the database is away.
    const frail = await startTestGateway({ widgetFolder, now: () => nowMs });
    try {
      const lead = await makeOrganisation(frail);
      const { page } = await makePage({ lead });
      const send = async (action: string): Promise<{ status: number; html: string }> => {
        const body = new URLSearchParams({ ...typed, action });
        const response = await fetch(`${frail.address}/p/${page.name}`, { method: "POST", body });
        return { status: response.status, html: await response.text() };
      };
      expect((await send(newActionId())).status).toBe(200);
      const database = frail.databaseProcessId();
      if (database === undefined) throw new Error("no database");
      process.kill(database, "SIGKILL");
      const action = newActionId();
      const failed = await send(action);
      expect(failed.status).toBeGreaterThanOrEqual(500);
      expect(failed.html).toContain(action);
      let again = failed;
      for (let waited = 0; again.status !== 200 && waited < 60_000; waited += 200) {
        await delay(200);
        again = await send(action);
      }
      expect(again.status).toBe(200);
      expect(await pullAll(lead)).toHaveLength(2);
    } finally {
      await frail.close();
    }
  });

  it("escapes everything", async () => {
    const { page } = await makePage({ lead: owner });
    const attack = `"><script>alert(1)</script><img src=x onerror=alert(2)>`;
    const { html } = await postForm(page.name, { ...typed, firstName: attack, email: attack, action: newActionId() });
    expect(html).not.toContain("<script>alert");
    expect(html).not.toContain("<img");
    expect(html).toContain("&#60;script&#62;alert");
  });

  it("of a campaign that is closed, or with a broken id, stores nothing and says so", async () => {
    const { page, campaign } = await makePage({ lead: owner });
    expect((await postForm(page.name, { ...typed, action: "nonsense" })).status).toBe(400);
    await owner.clients.organisations.updateCampaign({ campaignId: campaign.id, open: false });
    expect((await postForm(page.name, { ...typed, action: newActionId() })).status).toBe(400);
    expect((await pullAll(owner)).filter(({ pageId }) => pageId === page.id)).toEqual([]);
  });

  it("is no form where the browser seals, and a posted one is not taken", async () => {
    const { page } = await makePage({ lead: owner }, { sealing: Sealing.BROWSER });
    const shown = await (await fetch(`${gateway.address}/p/${page.name}`)).text();
    expect(shown).not.toContain("<form");
    expect(shown).toContain("noscript");
    expect(shown).toContain('src="/widget/page-sealing.js"');
    const posted = await postForm(page.name, { ...typed, action: newActionId() });
    expect(posted.status).toBe(400);
    expect(posted.html).not.toContain("alice@example.org");
  });
});

describe("headers", () => {
  it("allow only this gateway's own files, and no frame but the hosted one", async () => {
    const { page } = await makePage({ lead: owner }, { embedOrigins: ["https://example.org"] });
    const shown = await fetch(`${gateway.address}/p/${page.name}`);
    const policy = shown.headers.get("content-security-policy") ?? "";
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("script-src 'self'");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).toContain("require-trusted-types-for 'script'");
    expect(policy).not.toMatch(/unsafe|https?:|data:|\*/);
    expect(shown.headers.get("x-content-type-options")).toBe("nosniff");
    expect(shown.headers.get("referrer-policy")).toBe("no-referrer");
    expect(shown.headers.get("cross-origin-opener-policy")).toBe("same-origin");
    expect(shown.headers.get("set-cookie")).toBeNull();
    const html = await shown.text();
    expect(html).not.toMatch(/<script(?![^>]*src=)/);
    expect(html).not.toMatch(/<style| style=| on[a-z]+=/);
    for (const [, tag] of html.matchAll(/(<(?:script|link)[^>]*>)/g)) expect(tag).toContain('integrity="sha384-');
    expect(html).toContain("/widget/shared-1.js");
    const frame = await fetch(`${gateway.address}/frame/${page.name}`);
    const framePolicy = frame.headers.get("content-security-policy") ?? "";
    expect(framePolicy).toContain("frame-ancestors 'self' https://example.org;");
    expect(await frame.text()).not.toContain("secret.js");
    const open = await makePage({ lead: owner });
    const openFrame = await fetch(`${gateway.address}/frame/${open.page.name}`);
    expect(openFrame.headers.get("content-security-policy")).toContain("frame-ancestors *;");
  });

  it("of every kind of answer forbid sniffing, and of private ones forbid caching", async () => {
    for (const path of [
      "/health",
      "/nowhere",
      "/p/nowhere",
      "/widget/none.js",
      "/coterie.organisations.v1.OrganisationService/GetOrganisation",
    ]) {
      const response = await fetch(`${gateway.address}${path}`);
      await response.text();
      expect(response.headers.get("x-content-type-options")).toBe("nosniff");
      expect(response.headers.get("cache-control")).toBe("no-store");
      expect(response.headers.get("content-security-policy")).toContain("default-src 'none'");
    }
  });

  it("spare every page the error of an icon that is not there", async () => {
    const icon = await fetch(`${gateway.address}/favicon.ico`);
    expect(icon.status).toBe(204);
  });

  it("of files let any site load them, and answer unchanged ones without a body", async () => {
    const file = await fetch(`${gateway.address}/widget/coterie-action.js`);
    expect(file.headers.get("content-type")).toBe("text/javascript; charset=utf-8");
    expect(file.headers.get("access-control-allow-origin")).toBe("*");
    const again = await fetch(`${gateway.address}/widget/coterie-action.js`, {
      headers: { "if-none-match": file.headers.get("etag") ?? "" },
    });
    expect(again.status).toBe(304);
    expect((await fetch(`${gateway.address}/widget/notes.txt`)).status).toBe(404);
  });
});

describe("the embed snippet", () => {
  it("pins the keys where the browser seals, and not where the gateway does", async () => {
    const runner = await makeOrganisation(gateway);
    const sealed = await makePage({ lead: owner, runner }, { sealing: Sealing.BROWSER });
    expect(sealed.snippet).toContain(`keys="${runner.keyId} ${owner.keyId}"`);
    expect(sealed.snippet).toContain(`page="${sealed.page.name}"`);
    expect(sealed.snippet).toMatch(
      /<script type="module" src="http:\/\/127\.0\.0\.1:\d+\/widget\/coterie-action-0123456789abcdef\.js" integrity="sha384-/,
    );
    const clear = await makePage({ lead: owner });
    expect(clear.snippet).not.toContain("keys=");
  });

  it("names no integrity of a script whose content may change", async () => {
    await rename(join(widgetFolder, addressed), join(widgetFolder, "away.js"));
    const { snippet } = await makePage({ lead: owner });
    await rename(join(widgetFolder, "away.js"), join(widgetFolder, addressed));
    expect(snippet).toContain('/widget/coterie-action.js" crossorigin="anonymous"></script>');
    expect(snippet).not.toContain("integrity");
  });

  it("is made only for origins that can stand in a header", async () => {
    for (const origin of [
      "https://example.org/",
      "https://example.org/path",
      "example.org",
      "ftp://example.org",
      "https://example.org; script-src *",
      "*",
      "https://EXAMPLE.org",
      "null",
      "",
    ]) {
      expect(`${origin} ${await codeOf(makePage({ lead: owner }, { embedOrigins: [origin] }))}`).toBe(
        `${origin} invalid`,
      );
    }
  });
});
