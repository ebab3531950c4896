/** Staff looks after its organisation from the command line, at a real gateway; and notices an operator who changes the audit log. */
import { readFile, mkdtemp, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Client } from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { coterie, type Finished } from "../test/cli-process.ts";
import { runHere } from "../test/in-process.ts";
import { type RealGateway, startRealGateway } from "./real-gateway.ts";

let folder: string;
let premises: string;
let gateway: RealGateway;
let sql: Client;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "coterie-management-"));
  premises = join(folder, "premises");
  gateway = await startRealGateway(join(folder, "data"));
  const words = ["--gateway", gateway.address, "--operator-token-file", gateway.operatorTokenFile];
  const made = await coterie(["sample", ...words, "--premises", premises]);
  if (made.code !== 0) throw new Error(made.err);
  sql = await connectSql(gateway);
});
afterAll(async () => {
  await sql.end();
  await gateway.stop();
  await rm(folder, { recursive: true, force: true });
});

async function connectSql({ dataFolder }: RealGateway): Promise<Client> {
  const note = (await readFile(join(dataFolder, "postgres", "postmaster.pid"), "utf8")).split("\n");
  const client = new Client({ host: note[4] ?? "", user: "coterie", database: "postgres" });
  await client.connect();
  return client;
}

async function run(...words: string[]): Promise<Finished> {
  return await runHere([...words, "--organisation", "harbour-watch", "--premises", premises]);
}

/** The lines of a command that succeeds, read as JSON. */
async function ask(...words: string[]): Promise<Record<string, unknown>[]> {
  const { code, out, err } = await run(...words, "--json");
  expect({ code, err }).toEqual({ code: 0, err: "" });
  // cast: lines of JSON objects
  return out.split("\n").flatMap((line) => (line === "" ? [] : [JSON.parse(line) as Record<string, unknown>]));
}

async function fileWith(name: string, text: string): Promise<string> {
  const file = join(folder, name);
  await writeFile(file, text);
  return file;
}

describe("looking after an organisation", () => {
  it("makes, changes, closes and opens campaigns", async () => {
    await ask("campaigns", "create", "--campaign", "dunes", "--title", "Save the dunes");
    expect(await ask("campaigns", "update", "--campaign", "dunes", "--title", "Save all dunes")).toMatchObject([
      { campaign: "dunes", title: "Save all dunes", open: true, leads: true, actions: 0 },
    ]);
    expect(await ask("campaigns", "close", "--campaign", "dunes")).toMatchObject([{ open: false }]);
    expect(await ask("campaigns", "update", "--campaign", "dunes", "--open", "yes")).toMatchObject([{ open: true }]);
    const names = (await ask("campaigns", "list")).map(({ campaign }) => campaign);
    expect(names).toEqual(expect.arrayContaining(["clean-harbour", "dunes"]));
    const again = await run("campaigns", "create", "--campaign", "dunes", "--title", "x");
    expect(again).toMatchObject({ code: 6, out: "" });
    expect(again.err).toContain("the gateway refused");
    expect((await run("campaigns", "close", "--campaign", "nothing")).code).toBe(2);
    expect((await run("campaigns", "update", "--campaign", "dunes")).code).toBe(2);
    expect((await run("campaigns", "update", "--campaign", "dunes", "--open", "perhaps")).code).toBe(2);
  });

  it("makes and changes pages, and prints their HTML with the pinned keys", async () => {
    const text = await fileWith("text.txt", "Line one\r\nLine two\n\n");
    const where = ["--campaign", "dunes", "--page", "dunes-en", "--locale", "en"];
    const made = await run("pages", "create", ...where, "--description-file", text);
    expect(made).toMatchObject({ code: 0, err: "" });
    expect(made.out).toContain("dunes-en  Save all dunes  en, sealed in the browser, takes signatures");
    expect(made.out).toContain("<coterie-action");
    const [snippet] = await ask("pages", "snippet", "--page", "dunes-en");
    expect(made.out).toContain(snippet?.["snippet"]);
    expect(
      await ask("pages", "update", "--page", "dunes-en", "--fields", "postcode", "--origins", "https://dunes.example"),
    ).toMatchObject([{ page: "dunes-en", fields: ["postcode"] }]);
    const { rows } = await sql.query("SELECT description, embed_origins FROM action_pages WHERE name = 'dunes-en'");
    expect(rows).toEqual([{ description: "Line one\nLine two", embed_origins: ["https://dunes.example"] }]);
    expect(await ask("pages", "update", "--page", "dunes-en", "--origins", "")).toMatchObject([
      { fields: ["postcode"] },
    ]);
    expect((await run("pages", "update", "--page", "dunes-en", "--fields", "shoeSize")).code).toBe(6);
    expect((await run("pages", "update", "--page", "dunes-en")).code).toBe(2);
    expect((await ask("pages", "list")).map(({ page }) => page)).toContain("dunes-en");
  });

  it("shows mails, and refuses to turn them on where the gateway sends none", async () => {
    const shown = await run("pages", "mails", "--page", "dunes-en");
    expect(shown.out).toContain("dunes-en: confirm signatures no");
    expect(shown.err).toContain("This gateway sends no mails");
    expect((await run("pages", "mails", "--page", "dunes-en", "--thank-you", "yes")).code).toBe(6);
    const intro = await fileWith("intro.txt", "Thank you for the dunes.\n");
    const words = ["--mail", "thank-you", "--subject", "Thanks", "--intro-file", intro, "--reminders", "2"];
    const changed = await run("pages", "mails", "--page", "dunes-en", ...words, "--json");
    expect(JSON.parse(changed.out)).toMatchObject({
      thankYou: false,
      reminders: 2,
      texts: [{ mail: "thank-you", subject: "Thanks", intro: "Thank you for the dunes." }],
    });
    const kept = await run("pages", "mails", "--page", "dunes-en", "--mail", "thank-you", "--subject", "", "--json");
    expect(JSON.parse(kept.out)).toMatchObject({
      reminders: 2,
      texts: [{ subject: "", intro: "Thank you for the dunes." }],
    });
    expect((await run("pages", "mails", "--page", "dunes-en", "--subject", "Whose?")).code).toBe(2);
    expect(await ask("campaigns", "mails", "--campaign", "dunes")).toMatchObject([{ confirmSupporter: false }]);
  });

  it("changes what the organisation says about itself", async () => {
    expect(await ask("organisation", "settings", "--locale", "fr")).toMatchObject([{ locale: "fr" }]);
    expect(await ask("organisation", "settings")).toMatchObject([{ organisation: "harbour-watch", locale: "fr" }]);
    expect((await run("organisation", "settings", "--locale", "no locale")).code).toBe(6);
  });

  it("makes a token into a private file, and revokes it", async () => {
    const file = join(folder, "carol-token");
    const [made] = await ask("tokens", "make", "--label", "Carol", "--token-file", file);
    expect((await readFile(file, "utf8")).trim()).toMatch(/^ctok1[a-z0-9]+$/);
    expect((await stat(file)).mode & 0o077).toBe(0);
    expect((await run("tokens", "make", "--label", "Dave", "--token-file", file)).code).toBe(8);
    expect((await ask("tokens", "list")).map(({ label }) => label)).toContain("Carol");
    expect((await ask("tokens", "list")).map(({ label }) => label)).not.toContain("Dave");
    const connect = ["organisation", "connect", "--gateway", gateway.address, "--token-file", file];
    const elsewhere = join(folder, "elsewhere");
    expect((await runHere([...connect, "--premises", elsewhere])).code).toBe(0);
    await ask("tokens", "revoke", "--token", String(made?.["id"]));
    expect((await runHere(["audit", "show", "--premises", elsewhere])).code).toBe(6);
    const listed = await run("notices", "list", "--dismiss");
    expect(listed.out).toContain("token-made");
    expect(listed.out).toContain("token-revoked");
    expect(await ask("notices", "list")).toEqual([]);
  });

  it("says that the gateway cannot tell addresses where it sends no mails", async () => {
    const listed = await run("notices", "addresses");
    expect(listed).toMatchObject({ code: 0, out: "" });
    expect(listed.err).toContain("This gateway sends no mails");
    expect((await run("notices", "add", "--email", "staff@harbour.example")).code).toBe(6);
    expect((await run("notices", "remove", "--email", "staff@harbour.example")).code).toBe(2);
  });
});

describe("coterie audit", () => {
  it("shows the organisation's events, with the tokens by their labels", async () => {
    const shown = await run("audit", "show", "--limit", "1000");
    expect(shown.out).toMatch(/campaign-created {2,}ccam1[a-z0-9]+ {2}by first token\n/);
    expect(shown.out).toMatch(/organisation-created {2,}corg1[a-z0-9]+ {2}by operator\n/);
    const events = await ask("audit", "show", "--limit", "2");
    expect(events).toHaveLength(2);
    const [older] = await ask("audit", "show", "--limit", "1", "--before", String(events[0]?.["place"]));
    expect(Number(older?.["place"])).toBeLessThan(Number(events[0]?.["place"]));
  });

  it("verifies, remembers, and finds what the operator changed", async () => {
    const first = await run("audit", "verify");
    expect(first).toMatchObject({ code: 0 });
    expect(first.out).toContain("seen here for the first time");
    await ask("campaigns", "create", "--campaign", "reeds", "--title", "Reeds");
    const second = await run("audit", "verify");
    expect(second.out).toContain("nothing changed since");
    const memory = join(premises, "harbour-watch", "audit-memory");
    expect((await stat(memory)).mode & 0o077).toBe(0);
    const [, head = ""] = /head (\S+)/.exec(second.out) ?? [];
    const other = ["--organisation", "fjord-alliance", "--premises", premises];
    const names = (await runHere(["organisation", "list", "--premises", premises, "--json"])).out;
    const otherName = /"organisation":"((?!harbour-watch)[a-z-]+)"/.exec(names)?.[1] ?? "";
    other[1] = otherName;
    expect((await runHere(["audit", "verify", ...other, "--seen", head])).code).toBe(0);
    expect((await runHere(["audit", "verify", ...other, "--seen", head.slice(2)])).code).toBe(2);

    await superuser("CREATE TABLE cut AS TABLE audit_chain; DELETE FROM audit_chain WHERE seq > 5");
    const cut = await run("audit", "verify");
    expect(cut).toMatchObject({ code: 10, out: "" });
    expect(cut.err).toContain("shorter than what was seen here before");
    expect(JSON.parse((await run("audit", "verify", "--json")).out)).toMatchObject({ error: "cli/audit-log-changed" });
    await superuser("DELETE FROM audit_chain; INSERT INTO audit_chain SELECT * FROM cut");
    expect((await run("audit", "verify")).code).toBe(0);

    await superuser("UPDATE audit_chain SET event_hash = hash WHERE seq = 2");
    expect((await run("audit", "verify")).code).toBe(10);
    await superuser("DELETE FROM audit_chain; INSERT INTO audit_chain SELECT * FROM cut; DROP TABLE cut");
    expect((await run("audit", "verify")).code).toBe(0);

    await writeFile(memory, "damaged");
    expect((await run("audit", "verify")).code).toBe(8);
  });

  it("goes on with another log only when told so, and keeps what it remembered", async () => {
    const memory = join(premises, "harbour-watch", "audit-memory");
    await rm(memory);
    expect((await run("audit", "verify")).code).toBe(0);
    await superuser("UPDATE audit_logs SET log_id = substring(sha256(log_id) FOR 16)");
    expect((await run("audit", "verify")).err).toContain("another one than was seen here before");
    // The links were made for the log before: no check can accept them.
    expect((await run("audit", "verify", "--start-over")).code).toBe(10);
    const kept = /kept in (\S+)\.\n/.exec((await run("audit", "verify", "--start-over")).err)?.[1] ?? "";
    expect((await stat(kept)).size).toBeGreaterThan(0);
  });
});

/** As somebody who holds the database and turns its rules off. */
async function superuser(statements: string): Promise<void> {
  await sql.query(`BEGIN; SET LOCAL session_replication_role = replica; ${statements}; COMMIT`);
}
