/** Synchronising into a real PostgreSQL: rows, events, kills. */
import { randomInt } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Client } from "pg";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type PostgresServer, startPostgres } from "../../gateway/src/db/postgres-server.ts";
import { applyEventsSql, parseTableName, upsertSql } from "../src/sync/postgres-statements.ts";
import { alice } from "../test/contact-fixtures.ts";
import {
  arrive,
  freshPremises,
  happen,
  startSyncWorld,
  type SyncPremises,
  type SyncWorld,
} from "../test/sync-fixtures.ts";

let world: SyncWorld;
let premises: SyncPremises;
let folder: string;
let server: PostgresServer;
let sql: Client;
let env: Record<string, string>;
let table: string;
let serial = 0;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "coterie-target-"));
  server = await startPostgres({ log: () => undefined }, { dataFolder: folder });
  world = await startSyncWorld();
  const { host, user, database } = server.connection;
  env = { CRM: `postgresql://${user}@/${database}?host=${encodeURIComponent(host)}` };
  sql = new Client(server.connection);
  await sql.connect();
});
afterAll(async () => {
  await sql.end();
  await world.close();
  await server.close();
  await rm(folder, { recursive: true, force: true });
});
beforeEach(async () => {
  premises = await freshPremises(world);
  table = `crm_${++serial}`;
});

const words = (): string[] => ["--to", "postgres=env:CRM", "--table", table];
const run = async (...more: string[]): ReturnType<SyncPremises["sync"]> =>
  await premises.sync([...words(), ...more], { env });

async function rows<Row extends object>(columns: string): Promise<Row[]> {
  return (await sql.query<Row>(`SELECT ${columns} FROM ${table} ORDER BY created_at, action_id`)).rows;
}

describe("synchronising into PostgreSQL", () => {
  it("has a row for each contact, changes it by what happens, and empties it when its person is erased", async () => {
    const [first, second, third] = [0, 1, 2].map((day) =>
      arrive(world, {
        createdAtMs: Date.UTC(2030, 0, 2 + day),
        person: { ...alice, firstName: `O'Neil${String(day)}` },
        customFields: { note: "null \u0000 and \ud800 half" },
      }),
    );
    expect(await run()).toMatchObject({ code: 0 });
    expect(await rows("action_id, status, first_name, email, opt_in, custom_fields")).toMatchObject([
      { action_id: first, status: "active", first_name: "O'Neil0", email: "alice@example.org", opt_in: "yes" },
      { action_id: second, custom_fields: { note: expect.stringContaining("null \ufffd and") } },
      { action_id: third },
    ]);
    happen(world, first ?? "", "erased");
    happen(world, second ?? "", "newsletter-declined", 7);
    happen(world, third ?? "", "expired");
    happen(world, "cact1unknown", "erased");
    expect(await run()).toMatchObject({ code: 0 });
    const after = await rows<{ action_id: string; status: string }>(
      "action_id, status, first_name, email, person, consent, confirmation, last_event",
    );
    const byId = new Map(after.map((row) => [row.action_id, row]));
    expect(byId.get(first ?? "")).toMatchObject({
      status: "erased",
      first_name: null,
      email: null,
      person: null,
      consent: null,
    });
    expect(byId.get(second ?? "")).toMatchObject({ status: "active", confirmation: "declined", first_name: "O'Neil1" });
    // Said yes: stays when the campaign's time is over.
    expect(byId.get(third ?? "")).toMatchObject({ status: "active", first_name: "O'Neil2", last_event: "expired" });
    expect(byId.get("cact1unknown")).toMatchObject({ status: "erased", person: null });
    expect(await run()).toMatchObject({ code: 0 });
  });

  it("never lets a person in again who was erased, whatever comes later or again", async () => {
    const name = parseTableName(table);
    const id = arrive(world);
    expect(await run()).toMatchObject({ code: 0 });
    const organisation = world.gateway.organisation;
    const event = JSON.stringify([{ position: 0, action_id: id, kind: "erased", at: "2030-01-01T00:00:00Z" }]);
    await sql.query(applyEventsSql(name), [event, organisation]);
    await sql.query(applyEventsSql(name), [event, organisation]);
    const row = JSON.stringify([{ action_id: id, organisation_id: organisation, email: "alice@example.org" }]);
    await sql.query(upsertSql(name), [row]);
    expect(await rows("status, email")).toEqual([{ status: "erased", email: null }]);
    // Another organisation's events change nothing here.
    await sql.query(applyEventsSql(name), [event.replace(id, "cact1other"), "corg1other"]);
    expect(await rows("status, organisation_id")).toHaveLength(2);
  });

  it("refuses names that are no table's, and tells a database that refuses from one that is away", async () => {
    arrive(world);
    for (const bad of ["a;b", 'a"b', "A", "a.b.c", "1a", ""]) {
      expect(await premises.sync(["--to", "postgres=env:CRM", "--table", bad], { env })).toMatchObject({ code: 2 });
    }
    await sql.query(`CREATE TABLE ${table} (other integer)`);
    const refused = await run();
    expect(refused).toMatchObject({ code: 9 });
    expect(refused.err).toContain("SQLSTATE 42");
    const away = { CRM: "postgresql://127.0.0.1:1/x" };
    const absent = await premises.sync(words(), { env: away });
    expect(absent).toMatchObject({ code: 9 });
    expect(absent.err).toContain("does not answer");
  });

  it("loses nothing and doubles nothing, killed at random points", async () => {
    const people = 300;
    const ids = Array.from({ length: people }, () => arrive(world));
    world.gateway.batch = 40;
    for (let kill = 0; kill < 4; kill++) {
      await premises.spawn(words(), {
        env,
        onStart: (child) => {
          const timer = setTimeout(() => child.kill("SIGKILL"), randomInt(300, 2500));
          child.on("exit", () => clearTimeout(timer));
        },
      });
    }
    world.gateway.batch = 1000;
    expect(await run()).toMatchObject({ code: 0 });
    const found = await rows<{ action_id: string }>("action_id");
    expect(found.map(({ action_id }) => action_id).toSorted()).toEqual(ids.toSorted());
  });
});
