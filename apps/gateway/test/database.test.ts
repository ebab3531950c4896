// The database under everything: made once, brought up to date, refused where it would lose data, and recovered after a crash.
import { sql } from "kysely";
import { spawnSync } from "node:child_process";
import { existsSync, globSync } from "node:fs";
import { readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { connectDatabase, type DatabaseAddress, type DatabaseConnection } from "../src/db/connection.ts";
import { checkDurability } from "../src/db/durability.ts";
import { migrate } from "../src/db/migrations.ts";
import { type PostgresServer, startPostgres } from "../src/db/postgres-server.ts";
import { findInstalledPostgres, startExternalPostgres } from "./support/external-postgres.ts";
import { makeDataFolder } from "./support/gateway.ts";
import { servicesAreRequired } from "../../../tools/src/repository.ts";

const silent = { log: () => undefined };
const installed = findInstalledPostgres();

let dataFolder: string;
let server: PostgresServer;

beforeAll(async () => {
  dataFolder = await makeDataFolder();
  server = await startPostgres(silent, { dataFolder });
});

afterAll(async () => {
  await server.close();
  await rm(dataFolder, { recursive: true, force: true });
});

async function withConnection<Value>(
  address: DatabaseAddress,
  use: (connection: DatabaseConnection) => Promise<Value>,
): Promise<Value> {
  const connection = connectDatabase(silent, address);
  try {
    return await use(connection);
  } finally {
    await connection.close();
  }
}

const tables = [
  "action_pages",
  "actions",
  "audit_chain",
  "audit_counts",
  "audit_events",
  "audit_logs",
  "campaign_counters",
  "campaign_mails",
  "campaign_partners",
  "campaign_retentions",
  "campaigns",
  "comment_decisions",
  "contacts",
  "deliveries",
  "delivery_events",
  "fingerprints",
  "key_challenges",
  "key_log_entries",
  "key_logs",
  "key_uses",
  "key_windows",
  "linked_actions",
  "mail_boxes",
  "mail_tokens",
  "mails",
  "notice_addresses",
  "notice_dismissals",
  "organisation_tokens",
  "organisations",
  "page_counts",
  "page_mail_texts",
  "page_mails",
  "page_protections",
  "public_keys",
  "rights_requests",
  "rights_tokens",
  "watched_keys",
  "webhook_deliveries",
  "webhooks",
];

// Every file there is one: none is forgotten in the list.
const migrationCount = globSync(join(import.meta.dirname, "..", "src", "db", "migrations", "*.ts")).length;

/** Migrates three times at once and once more; the tables and how many migrations were applied. */
async function migrateOften(address: DatabaseAddress): Promise<{ readonly names: string[]; readonly applied: number }> {
  await Promise.all(
    Array.from({ length: 3 }, async () => await withConnection(address, async ({ db }) => await migrate(db))),
  );
  return await withConnection(address, async ({ db }) => {
    await migrate(db);
    await checkDurability(db);
    const { rows } = await sql<{ name: string }>`
      SELECT table_name AS name FROM information_schema.tables
      WHERE table_schema = 'public' AND table_name NOT LIKE 'kysely%' ORDER BY 1`.execute(db);
    const applied = await sql<{ name: string }>`SELECT name FROM kysely_migration ORDER BY 1`.execute(db);
    return { names: rows.map(({ name }) => name), applied: applied.rows.length };
  });
}

describe("the private PostgreSQL", () => {
  it("applies every migration once, also when three gateways start at the same time", async () => {
    expect(await migrateOften(server.connection)).toEqual({ names: tables, applied: migrationCount });
  });

  it("is durable, checksummed, and listens on nothing but a socket that only its user reaches", async () => {
    await withConnection(server.connection, async ({ db }) => {
      const { rows } = await sql<{ name: string; setting: string }>`
        SELECT name, setting FROM pg_settings WHERE name IN ('fsync', 'full_page_writes', 'synchronous_commit',
          'data_checksums', 'listen_addresses', 'log_parameter_max_length_on_error', 'log_min_error_statement',
          'log_error_verbosity', 'log_statement', 'server_encoding') ORDER BY name`.execute(db);
      expect(Object.fromEntries(rows.map(({ name, setting }) => [name, setting]))).toEqual({
        data_checksums: "on",
        fsync: "on",
        full_page_writes: "on",
        listen_addresses: "",
        log_error_verbosity: "terse",
        log_min_error_statement: "panic",
        log_parameter_max_length_on_error: "0",
        log_statement: "none",
        server_encoding: "UTF8",
        synchronous_commit: "on",
      });
    });
    const socket = await stat(server.connection.host);
    expect(socket.mode & 0o777).toBe(0o700);
    expect((await stat(join(dataFolder, "postgres"))).mode & 0o077).toBe(0);
  });

  it("writes no value of a failed statement into its log", async () => {
    const planted = "planted-0123456789";
    await withConnection(server.connection, async ({ db }) => {
      await expect(sql`SELECT ${planted}::int`.execute(db)).rejects.toThrow();
      await expect(sql`SELECT ${planted} FROM nowhere`.execute(db)).rejects.toThrow();
      const insert = sql`INSERT INTO organisations VALUES (${Buffer.alloc(16, 7)}, ${planted}, 'x', false, 1)`;
      await insert.execute(db);
      await expect(insert.execute(db)).rejects.toThrow();
      await sql`DELETE FROM organisations WHERE name = ${planted}`.execute(db);
    });
    const log = await readFile(join(dataFolder, "postgres.log"), "utf8");
    expect(log).toContain("ready to accept connections");
    expect(log).not.toContain("ERROR");
    expect(log).not.toContain(planted);
    expect(log).not.toContain(Buffer.from(planted).toString("hex"));
  });

  it("refuses a second gateway on the same folder, clearly", async () => {
    await expect(startPostgres(silent, { dataFolder })).rejects.toMatchObject({ code: "gateway/folder-in-use" });
  });

  it("comes back by itself when its processes are killed, with everything that was committed", async () => {
    const folder = await makeDataFolder();
    const own = await startPostgres(silent, { dataFolder: folder });
    await withConnection(own.connection, async ({ db }) => await migrate(db));
    const before = own.processId();
    spawnSync("kill", ["-9", String(before)]);
    for (let waited = 0; own.processId() === before && waited < 60_000; waited += 50) await delay(50);
    expect(own.processId()).not.toBe(before);
    await withConnection(own.connection, async ({ db }) => {
      expect((await sql`SELECT name FROM kysely_migration`.execute(db)).rows).toHaveLength(migrationCount);
    });
    await own.close();
    expect(existsSync(own.connection.host)).toBe(false);
    await rm(folder, { recursive: true, force: true });
  });

  it("is tried again as long as it takes, also after the usual attempts have failed", async () => {
    const folder = await makeDataFolder();
    const events: string[] = [];
    const own = await startPostgres({ log: ({ event }) => events.push(event) }, { dataFolder: folder });
    await rename(join(folder, "postgres"), join(folder, "away"));
    spawnSync("kill", ["-9", String(own.processId())]);
    for (let waited = 0; !events.includes("database-lost") && waited < 50_000; waited += 50) await delay(50);
    await rename(join(folder, "away"), join(folder, "postgres"));
    for (let waited = 0; !events.includes("database-restarted") && waited < 50_000; waited += 50) await delay(50);
    expect(events).toEqual(expect.arrayContaining(["database-stopped", "database-lost", "database-restarted"]));
    await withConnection(own.connection, async ({ db }) => await checkDurability(db));
    await own.close();
    await rm(folder, { recursive: true, force: true });
  });

  it("loses a transaction and nothing else when the connection breaks in the middle of it", async () => {
    await withConnection(server.connection, async ({ pool }) => {
      const client = await pool.connect();
      const { rows } = await client.query<{ pid: number }>("SELECT pg_backend_pid() AS pid");
      await client.query("BEGIN");
      const thrown: unknown[] = [];
      const catchIt = (error: unknown): number => thrown.push(error);
      process.on("uncaughtException", catchIt);
      await pool.query("SELECT pg_terminate_backend($1)", [rows[0]?.pid]);
      await expect(client.query("SELECT pg_sleep(5)")).rejects.toThrow();
      await delay(50);
      process.off("uncaughtException", catchIt);
      client.release(true);
      expect(thrown).toEqual([]);
      expect((await pool.query("SELECT 1 AS one")).rows).toEqual([{ one: 1 }]);
    });
  });

  it("starts over a lock file of a killed server whose process number belongs to another program now", async () => {
    const folder = await makeDataFolder();
    await (await startPostgres(silent, { dataFolder: folder })).close();
    const place = join(folder, "postgres", "postmaster.pid");
    await writeFile(place, `${process.pid}\n${join(folder, "postgres")}\n1\n5432\n/tmp\n\n0 0\nready\n`);
    const again = await startPostgres(silent, { dataFolder: folder });
    expect(again.processId()).not.toBe(process.pid);
    await again.close();
    await rm(folder, { recursive: true, force: true });
  });

  it("makes its folder anew where the first attempt was interrupted", async () => {
    const folder = await makeDataFolder();
    await (await startPostgres(silent, { dataFolder: folder })).close();
    // As a kill during initdb leaves it: the unfinished folder exists, the finished one does not.
    const unfinished = join(folder, "postgres.unfinished-99999999");
    await rename(join(folder, "postgres"), unfinished);
    const again = await startPostgres(silent, { dataFolder: folder });
    await again.close();
    expect(existsSync(unfinished)).toBe(false);
    await rm(folder, { recursive: true, force: true });
  });
});

describe("the schema", () => {
  const home = Buffer.alloc(16, 1);
  const other = Buffer.alloc(16, 2);

  beforeAll(async () => {
    await withConnection(server.connection, async ({ db }) => {
      await migrate(db);
      await sql`INSERT INTO organisations VALUES (${home}, 'home', 'Home', true, 1), (${other}, 'other', 'Other', false, 1)`.execute(
        db,
      );
      await sql`INSERT INTO deliveries (organisation_id) VALUES (${other})`.execute(db);
    });
  });

  async function refuses(statement: ReturnType<typeof sql>): Promise<string> {
    return await withConnection(server.connection, async ({ db }) => {
      const failure: unknown = await statement.execute(db).then(
        () => undefined,
        (error: unknown) => error,
      );
      return failure instanceof Error && "code" in failure ? String(failure.code) : "accepted";
    });
  }

  const check = "23514";
  const foreignKey = "23503";
  const unique = "23505";

  it("has exactly one home organisation", async () => {
    expect(await refuses(sql`INSERT INTO organisations VALUES (${Buffer.alloc(16, 3)}, 'home2', 'H', true, 1)`)).toBe(
      unique,
    );
  });

  it("lets the home organisation lead, run and receive nothing, whatever the code does", async () => {
    const campaign = Buffer.alloc(16, 4);
    const insertCampaign = (lead: Buffer, flag: boolean): ReturnType<typeof sql> =>
      sql`INSERT INTO campaigns (id, name, title, lead_organisation_id, lead_is_home, forces_delivery, form_schema, created_at_ms)
        VALUES (${campaign}, 'c', 'C', ${lead}, ${flag}, false, 'basic/1', 1)`;
    expect(await refuses(insertCampaign(home, false))).toBe(foreignKey);
    expect(await refuses(insertCampaign(home, true))).toBe(check);
    expect(await refuses(insertCampaign(other, false))).toBe("accepted");
    const insertPage = (runner: Buffer, flag: boolean): ReturnType<typeof sql> =>
      sql`INSERT INTO action_pages (id, name, campaign_id, organisation_id, organisation_is_home, locale, sealing, delivers,
          action_type, required_fields, description, embed_origins, created_at_ms)
        VALUES (${Buffer.alloc(16, 5)}, 'p', ${campaign}, ${runner}, ${flag}, 'en', 'gateway', true, 'petition', '{}', '', '{}', 1)`;
    expect(await refuses(insertPage(home, false))).toBe(foreignKey);
    expect(await refuses(insertPage(home, true))).toBe(check);
    expect(await refuses(insertPage(other, false))).toBe("accepted");
    expect(await refuses(sql`INSERT INTO deliveries (organisation_id) VALUES (${home})`)).toBe(foreignKey);
    expect(await refuses(sql`INSERT INTO deliveries (organisation_id, is_home) VALUES (${home}, true)`)).toBe(check);
    expect(
      await refuses(sql`INSERT INTO campaign_partners (campaign_id, organisation_id) VALUES (${campaign}, ${home})`),
    ).toBe(foreignKey);
  });

  it("knows each public key once and one active key for each organisation", async () => {
    const insertKey = (n: number, owner: Buffer, state: string): ReturnType<typeof sql> =>
      sql`INSERT INTO public_keys VALUES (${Buffer.alloc(20, n)}, ${owner}, ${Buffer.alloc(32, n)}, '', ${state}, 1, 1)`;
    expect(await refuses(insertKey(1, other, "active"))).toBe("accepted");
    expect(await refuses(insertKey(1, home, "imported"))).toBe(unique);
    expect(await refuses(insertKey(2, other, "active"))).toBe(unique);
    expect(await refuses(insertKey(2, other, "retired"))).toBe("accepted");
    expect(await refuses(insertKey(3, other, "expired"))).toBe(check);
    const wrongLength = sql`INSERT INTO public_keys VALUES (${Buffer.alloc(20, 4)}, ${other}, ${Buffer.alloc(31)}, '', 'imported', 1, 1)`;
    expect(await refuses(wrongLength)).toBe(check);
  });

  it("stores contacts only in the sizes of the format, under a key of their own organisation, once", async () => {
    const action = Buffer.alloc(16, 6);
    await refuses(
      sql`INSERT INTO actions VALUES (${action}, ${Buffer.alloc(16, 4)}, ${Buffer.alloc(16, 5)}, '{}', '{}', 'gateway', 1, ${Buffer.alloc(32)})`,
    );
    const insertContact = (change: {
      payload?: number;
      key?: number;
      receiver?: Buffer;
      sequence?: number;
    }): ReturnType<typeof sql> =>
      sql`INSERT INTO contacts VALUES (${action}, ${change.receiver ?? other}, ${Buffer.alloc(change.payload ?? 528)}, ${Buffer.alloc(24)},
        ${Buffer.alloc(20, change.key ?? 1)}, ${Buffer.alloc(32)}, ${Buffer.alloc(32)}, 'delivery', 2, 'delivery/1', ${Buffer.alloc(32)},
        'en', 1, ${Buffer.alloc(64)}, ${change.sequence ?? 1})`;
    for (const payload of [0, 527, 529, 4113]) expect(await refuses(insertContact({ payload }))).toBe(check);
    expect(await refuses(insertContact({ key: 9 }))).toBe(foreignKey);
    expect(await refuses(insertContact({ receiver: home }))).toBe(foreignKey);
    expect(await refuses(insertContact({}))).toBe("accepted");
    expect(await refuses(insertContact({ sequence: 2 }))).toBe(unique);
  });

  it("has no column beyond those that are documented", async () => {
    const { rows } = await withConnection(
      server.connection,
      async ({ db }) =>
        await sql<{ name: string }>`SELECT column_name AS name FROM information_schema.columns
          WHERE table_schema = 'public' AND table_name IN ('actions', 'contacts') ORDER BY table_name, ordinal_position`.execute(
          db,
        ),
    );
    const columns = rows.map(({ name }) => name).join(" ");
    expect(columns).toBe(
      "id campaign_id page_id custom_fields tracking sealing created_at_ms request_mac state confirmed_at_ms " +
        "mail_bounced_at_ms duplicate_rank erased_at_ms erasure action_id organisation_id payload nonce key_id sign_key commitment consent_purpose consent_opt_in " +
        "consent_wording_id consent_wording_hash consent_locale consent_given_at_ms header_signature delivery_sequence " +
        "confirmation confirmation_at_ms",
    );
  });
});

describe("an installed PostgreSQL", () => {
  // skip: elsewhere its absence is a visible skip of the tests below
  it.runIf(servicesAreRequired())("is there where services are required", () => {
    expect(installed).toBeDefined();
  });
});

// skip: needs a PostgreSQL that the machine has installed
describe.skipIf(installed === undefined)("an operator's own PostgreSQL", () => {
  it("takes the same migrations", async () => {
    const external = await startExternalPostgres(installed ?? "");
    expect(await migrateOften({ connectionString: external.url })).toEqual({ names: tables, applied: migrationCount });
    await external.close();
  });

  it("is refused where it would lose what it acknowledged", async () => {
    for (const setting of ["fsync=off", "full_page_writes=off", "synchronous_commit=off", "synchronous_commit=local"]) {
      const external = await startExternalPostgres(installed ?? "", [setting]);
      const checked = withConnection({ connectionString: external.url }, async ({ db }) => await checkDurability(db));
      await expect(checked).rejects.toMatchObject({ code: "gateway/unsafe-database" });
      await external.close();
    }
  });
});
