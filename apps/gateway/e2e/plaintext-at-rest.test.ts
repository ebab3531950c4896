// H6: a thousand canaries through every way in which a person's fields reach the gateway, also those that end in a refusal or a failed
// statement, on a database that logs every statement with its values. Then everything at rest is searched: every row of every table,
// heap files, write-ahead log, the log of queries, the gateway's own files.
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { ErasureReach, Sealing } from "@coterie/protocol";
import { Client } from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { servicesAreRequired } from "../../../tools/src/repository.ts";
import { newActionId, type TestOrganisation } from "../test/support/coalition.ts";
import {
  type ExternalPostgres,
  findInstalledPostgres,
  startExternalPostgres,
} from "../test/support/external-postgres.ts";
import { codeOf, makeDataFolder, startTestGateway, type TestGateway } from "../test/support/gateway.ts";
import { type MailServer, returnMail, startMailServer } from "../test/support/mail-server.ts";
import { dayMs, follow, hourMs, type MailPage, makeMailPage, sign } from "../test/support/mail-world.ts";
import { CanarySearch, type Hit } from "./canary/canary-search.ts";
import { needlesOf } from "./canary/needles.ts";
import { plantPerson, type PlantedPerson, word } from "./canary/persons.ts";
import { searchFolder } from "./canary/places.ts";

const installed = findInstalledPostgres();
const perPath = 8;
const loggingEverything = [
  "logging_collector=on",
  "log_statement=all",
  "log_min_duration_statement=0",
  "log_min_error_statement=debug5",
  "log_min_messages=debug1",
  "log_parameter_max_length=-1",
  "log_parameter_max_length_on_error=-1",
  "log_error_verbosity=verbose",
];

interface World {
  readonly postgres: ExternalPostgres;
  readonly dataFolder: string;
  readonly server: MailServer;
  readonly gateway: TestGateway;
  readonly clock: { nowMs: number };
  readonly sql: Client;
  readonly owner: TestOrganisation;
  readonly clear: MailPage;
  readonly sealed: MailPage;
}

/** One way in: gets a person, and leads it through the gateway. */
type Path = (world: World, planted: PlantedPerson) => Promise<unknown>;

/** Clear by design, so that the search is not blind. */
const controlText = word(24);

async function post(world: World, path: string, fields: Record<string, string>): Promise<Response> {
  return await fetch(`${world.gateway.address}${path}`, { method: "POST", body: new URLSearchParams(fields) });
}

async function askProca(world: World, query: string, variables: object): Promise<string> {
  const headers = { "content-type": "application/json" };
  const body = JSON.stringify({ query, variables });
  return await (await fetch(`${world.gateway.address}/api`, { method: "POST", headers, body })).text();
}

async function procaNumber(world: World): Promise<number> {
  const { name } = world.clear.page;
  const reply = await askProca(world, "query ($name: String) { actionPage(name: $name) { id } }", { name });
  return Number(JSON.parse(reply).data.actionPage.id);
}

const paths: Readonly<Record<string, Path>> = {
  "signing where the gateway seals": async (world, { person }) =>
    await sign(world, world.clear, { person, customFields: { note: controlText } }),
  "signing where the browser seals": async (world, { person, email, firstName }) =>
    await sign(world, world.sealed, { person, email, firstName }),
  "a form without script": async (world, { email, firstName, person }) => {
    const html = await (await fetch(`${world.gateway.address}/p/${world.clear.page.name}`)).text();
    const hidden = [...html.matchAll(/type="hidden" name="([^"]+)" value="([^"]*)"/g)].map(
      ([, name = "", value = ""]) => [name, value],
    );
    const { lastName } = person;
    const fields = { email, firstName, ...(typeof lastName === "string" ? { lastName } : {}) };
    // As long as a person takes to fill it in.
    world.clock.nowMs += 5000;
    const answer = await post(world, `/p/${world.clear.page.name}`, { ...Object.fromEntries(hidden), ...fields });
    expect(answer.status).toBe(200);
  },
  "Proca's interface": async (world, { person }) => {
    const query = `mutation ($page: Int!, $contact: ContactInput!) { addActionContact(actionPageId: $page,
      action: { actionType: "petition" }, contact: $contact, privacy: { optIn: true }) { contactRef } }`;
    const { firstName, lastName, email, phone } = person;
    const contact = { firstName, lastName, email, phone };
    expect(await askProca(world, query, { page: await procaNumber(world), contact })).not.toContain("errors");
  },
  "a further action under a reference that is an address": async (world, { email }) => {
    const query = `mutation ($page: Int!, $ref: ID!) { addAction(actionPageId: $page, contactRef: $ref,
      action: { actionType: "share" }) { contactRef } }`;
    expect(await askProca(world, query, { page: await procaNumber(world), ref: email })).not.toContain("errors");
  },
  "fields that are refused": async (world, { person, email }) =>
    await refusal(sign(world, world.clear, { person: { ...person, email: `${email} spoilt` } })),
  "fields that no form has": async (world, { person, email }) =>
    await refusal(sign(world, world.clear, { person: { ...person, [`x${word(8)}`]: email } })),
  "a page that seals elsewhere": async (world, { person }) => {
    const page = { ...world.sealed.page, sealing: Sealing.GATEWAY };
    return await refusal(sign(world, { page }, { person }));
  },
  "somebody else under the same id": async (world, { person }) => {
    const actionId = newActionId();
    await sign(world, world.clear, { actionId, person: { firstName: "First", email: "first@example.org" } });
    return await refusal(sign(world, world.clear, { actionId, person }));
  },
  "rows that the database refuses": async (world, { person, email, firstName }) => {
    await world.sql.query("ALTER TABLE contacts ADD CONSTRAINT refuses_all CHECK (payload = '') NOT VALID");
    await refusal(sign(world, world.clear, { person }));
    await refusal(sign(world, world.sealed, { person, email, firstName }));
    await world.sql.query("ALTER TABLE contacts DROP CONSTRAINT refuses_all");
  },
  "confirming, with the address in a forged answer": async (world, planted) => {
    const { email } = planted;
    await follow(world, encodeURIComponent(email), "POST");
    const token = await signAndConfirm(world, planted);
    expect((await post(world, `/c/${token}`, { email })).status).toBe(200);
  },
  "a mail that comes back with all it held": async (world, { person, email }) => {
    await sign(world, world.clear, { person });
    await world.gateway.mails.workNow();
    const [mail] = world.server.to(email);
    const body = `Subject: Undelivered to ${email}\r\n\r\n${JSON.stringify(person)}\r\n${mail?.raw ?? ""}`;
    const port = world.gateway.mails.bouncePort ?? 0;
    expect((await returnMail(port, { to: mail?.envelopeFrom ?? "", body })).at(-2)).toBe("250");
  },
  "staff who search for a person, and erase them": async (world, planted) => {
    const { email } = planted;
    await signAndConfirm(world, planted);
    const { rights } = world.owner.clients;
    expect((await rights.findPerson({ email })).contacts).toHaveLength(1);
    await rights.erasePerson({ email, reach: ErasureReach.OWN });
    expect((await rights.findPerson({ email })).contacts).toEqual([]);
  },
  "a person who asks what is held": async (world, planted) => {
    const { email } = planted;
    await signAndConfirm(world, planted);
    expect((await post(world, "/rights", { email })).status).toBe(200);
    await world.gateway.mails.workNow();
    expect(world.server.to(email).some(({ text }) => text?.includes("/rights/"))).toBe(true);
  },
};

/** The token that confirmed. */
async function signAndConfirm(world: World, { person, email }: PlantedPerson): Promise<string> {
  await sign(world, world.clear, { person });
  await world.gateway.mails.workNow();
  const [token = ""] = world.server.to(email)[0]?.tokens ?? [];
  expect((await follow(world, token, "POST")).text).toContain("Your signature counts.");
  return token;
}

async function refusal(call: Promise<unknown>): Promise<void> {
  expect(await codeOf(call)).not.toBe("accepted");
}

async function startWorld(): Promise<World> {
  const postgres = await startExternalPostgres(installed ?? "", loggingEverything);
  const dataFolder = await makeDataFolder();
  const server = await startMailServer();
  const clock = { nowMs: Date.now() };
  const bounces = { domain: "bounces.gateway.example", host: "127.0.0.1", port: 0 };
  const mails = { smtpUrl: server.url, from: "actions@gateway.example", bounces };
  const gateway = await startTestGateway({ dataFolder, databaseUrl: postgres.url, now: () => clock.nowMs, mails });
  const sql = new Client({ connectionString: postgres.url });
  await sql.connect();
  const clear = await makeMailPage({ gateway }, { confirmSupporter: true, thankYou: true });
  const sealed = await makeMailPage({ gateway }, { confirmSupporter: true }, { sealing: Sealing.BROWSER });
  return { postgres, dataFolder, server, gateway, clock, sql, owner: clear.owner, clear, sealed };
}

/** Every row of every table and view, as text: what whoever may read the database sees. */
async function allRows({ sql }: World): Promise<{ readonly text: string; readonly tables: number }> {
  const { rows: tables } = await sql.query<{ name: string }>(
    `SELECT format('%I.%I', table_schema, table_name) AS name FROM information_schema.tables
     WHERE table_schema NOT IN ('pg_catalog', 'information_schema')`,
  );
  const texts: string[] = [];
  for (const { name } of tables) {
    const { rows } = await sql.query<{ text: string }>(`SELECT t::text AS text FROM ${name} t`);
    texts.push(...rows.map(({ text }) => text));
  }
  return { text: texts.join("\n"), tables: tables.length };
}

describe("an installed PostgreSQL", () => {
  // skip: elsewhere its absence is a visible skip of the tests below
  it.runIf(servicesAreRequired())("is there where services are required", () => {
    expect(installed).toBeDefined();
  });
});

// skip: needs a PostgreSQL whose settings can be chosen, which comes with one that the machine has installed
describe.skipIf(installed === undefined)("at rest", () => {
  let world: World;
  beforeAll(async () => {
    world = await startWorld();
  });
  afterAll(async () => {
    await world.sql.end();
    await world.gateway.close();
    await world.server.close();
    await world.postgres.close();
    await rm(world.dataFolder, { recursive: true, force: true });
  });

  it("there is nobody in clear, by whatever way a thousand canaries came in", async () => {
    const planted = Object.entries(paths).map(([name, path]) => ({
      name,
      path,
      people: Array.from({ length: perPath }, plantPerson),
    }));
    for (const { path, people } of planted) for (const person of people) await path(world, person);
    const canaries = planted.flatMap(({ people }) => people.flatMap((one) => one.canaries));
    expect(canaries.length).toBeGreaterThan(1000);
    // Days pass: mails go out, keys change, what was not confirmed lapses; and another gateway migrates what it finds.
    for (let hours = 0; hours < 15 * 24; hours += 12) {
      world.clock.nowMs += 12 * hourMs;
      await world.gateway.mails.workNow();
    }
    world.clock.nowMs += dayMs;
    await world.gateway.notices.keepUpNow();
    const second = await startTestGateway({ dataFolder: world.dataFolder, databaseUrl: world.postgres.url });
    await second.close();
    await world.sql.query("CHECKPOINT");

    const search = new CanarySearch([...canaries, controlText].flatMap(needlesOf));
    const isControl = ({ canary }: Hit): boolean => canary === controlText;
    const { text, tables } = await allRows(world);
    expect(tables).toBeGreaterThan(15);
    const rows = search.search("rows", Buffer.from(text));
    const database = await searchFolder(search, world.postgres.folder);
    const own = await searchFolder(search, world.dataFolder);
    const found = [...rows, ...database.hits, ...own.hits];
    expect(found.filter((hit) => !isControl(hit)).slice(0, 5)).toEqual([]);
    // Not blind: what is clear by design is in rows, in the log of queries with its values, and in the write-ahead log; not in our files.
    expect(rows.filter(isControl).length).toBeGreaterThanOrEqual(perPath);
    for (const place of [join("data", "log"), join("data", "pg_wal"), join("data", "base")])
      expect(database.hits.some((hit) => isControl(hit) && hit.place.includes(place))).toBe(true);
    expect(own.hits).toEqual([]);
  }, 300_000);
});
