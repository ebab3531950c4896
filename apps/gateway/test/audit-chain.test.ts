// The chain of the audit log as the database keeps it: appended at commit, in any number of transactions at once, never changed.
import { hashAuditEvent, linkAuditHash } from "@coterie/audit-log";
import { type Bytes, encodeHex } from "@coterie/bytes";
import { randomBytes } from "@coterie/primitives";
import { nodePrimitives, systemRandom } from "@coterie/primitives/node";
import { sql } from "kysely";
import { spawnSync } from "node:child_process";
import { rm } from "node:fs/promises";
import { setTimeout as delay } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { recordEvent } from "../src/audit/record-event.ts";
import type { StoredAuditEvent } from "../src/audit/stored-log.ts";
import { connectDatabase, type DatabaseConnection } from "../src/db/connection.ts";
import { migrate } from "../src/db/migrations.ts";
import { type PostgresServer, startPostgres } from "../src/db/postgres-server.ts";
import { inTransaction } from "../src/db/transaction.ts";
import { makeDataFolder } from "./support/gateway.ts";

const silent = { log: () => undefined };
const deps = { random: systemRandom };
const event = {
  organisationId: randomBytes(systemRandom, 16),
  actor: { kind: "organisation", tokenId: randomBytes(systemRandom, 16) },
  event: "page-updated",
  subject: "cpag1qqqq",
  amount: 3,
  atMs: 1_800_000_000_000,
} as const;

let dataFolder: string;
let server: PostgresServer;
let first: DatabaseConnection;
let second: DatabaseConnection;

beforeAll(async () => {
  dataFolder = await makeDataFolder();
  server = await startPostgres(silent, { dataFolder });
  first = connectDatabase(silent, server.connection);
  second = connectDatabase(silent, server.connection);
  await migrate(first.db);
});

afterAll(async () => {
  await first.close();
  await second.close();
  await server.close();
  await rm(dataFolder, { recursive: true, force: true });
});

type ChainRow = StoredAuditEvent & { readonly event_hash: Bytes; readonly hash: Bytes; readonly log_id: Bytes };

async function readChain({ db }: DatabaseConnection): Promise<readonly ChainRow[]> {
  const { rows } = await sql<ChainRow>`
    SELECT c.*, e.actor, e.token_id, e.event, e.subject, e.amount, e.at_ms, e.salt, l.log_id
    FROM audit_chain c JOIN audit_events e ON e.id = c.event_id CROSS JOIN audit_logs l ORDER BY c.seq`.execute(db);
  return rows;
}

/** The chain calculated anew by the other implementation, from what the events say. */
function calculate(rows: readonly ChainRow[]): readonly string[] {
  const none = new Uint8Array(0);
  let before: Uint8Array = none;
  const counts = new Map<string, number>();
  return rows.map((row, index) => {
    const owner = row.organisation_id === null ? "" : encodeHex(row.organisation_id);
    counts.set(owner, (counts.get(owner) ?? 0) + 1);
    const eventHash = hashAuditEvent(nodePrimitives, {
      salt: row.salt,
      organisationId: row.organisation_id ?? none,
      organisationSeq: owner === "" ? 0 : (counts.get(owner) ?? 0),
      actor: row.actor,
      tokenId: row.token_id ?? none,
      event: row.event,
      subject: row.subject,
      amount: row.amount,
      atMs: row.at_ms,
    });
    before = linkAuditHash(nodePrimitives, { logId: row.log_id, seq: index + 1, before, eventHash });
    return encodeHex(before);
  });
}

function expectWhole(rows: readonly ChainRow[]): void {
  expect(rows.map(({ seq }) => seq)).toEqual(rows.map((_row, index) => index + 1));
  expect(rows.map(({ hash }) => encodeHex(hash))).toEqual(calculate(rows));
}

/** Records in a transaction of the one kind or the other. */
async function append(connection: DatabaseConnection, input: Parameters<typeof recordEvent>[2]): Promise<void> {
  if (connection === first) await inTransaction(first, async (client) => await recordEvent(deps, client, input));
  else await connection.db.transaction().execute(async (tx) => await recordEvent(deps, tx, input));
}

describe("the chain of the audit log", () => {
  it("has no gap and no fork where two gateways append at once and some of them give up", async () => {
    const results = await Promise.allSettled(
      Array.from({ length: 60 }, async (_unused, index) => {
        const whose = index % 7 === 0 ? undefined : index % 3 === 0 ? new Uint8Array(16).fill(index) : undefined;
        const input = { ...event, organisationId: index % 7 === 0 ? undefined : (whose ?? event.organisationId) };
        if (index % 10 !== 9) return await append(index % 2 === 0 ? first : second, input);
        await inTransaction(first, async (client) => {
          await recordEvent(deps, client, input);
          throw new Error("given up");
        });
      }),
    );
    expect(results.filter(({ status }) => status === "rejected")).toHaveLength(6);
    const rows = await readChain(first);
    expect(rows).toHaveLength(54);
    expectWhole(rows);
  });

  it("takes its lock only while a transaction commits", async () => {
    const before = (await readChain(first)).length;
    await inTransaction(first, async (client) => {
      await recordEvent(deps, client, event);
      // Would wait for ever, if the transaction around it held the lock.
      await append(second, event);
    });
    const rows = await readChain(first);
    expect(rows).toHaveLength(before + 2);
    expectWhole(rows);
  });

  it("fails rather than forks where a transaction sees an old state of the log", async () => {
    const before = (await readChain(first)).length;
    const stale = inTransaction(first, async (client) => {
      await client.query("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ");
      await client.query("SELECT 1 FROM audit_chain LIMIT 1");
      await recordEvent(deps, client, event);
      await append(second, event);
    });
    await expect(stale).rejects.toMatchObject({ code: "23505" });
    const rows = await readChain(first);
    expect(rows).toHaveLength(before + 1);
    expectWhole(rows);
  });

  it.each([
    "UPDATE audit_events SET amount = 0",
    "DELETE FROM audit_events",
    "TRUNCATE audit_events CASCADE",
    "UPDATE audit_chain SET hash = event_hash",
    "DELETE FROM audit_chain",
    "TRUNCATE audit_chain CASCADE",
    "UPDATE audit_logs SET log_id = log_id",
    "DELETE FROM audit_logs",
    "TRUNCATE audit_logs",
    "INSERT INTO audit_logs (is_only, log_id) VALUES (true, uuid_send(gen_random_uuid()))",
    "INSERT INTO audit_chain SELECT seq + 1000, event_id, organisation_id, organisation_seq, event_hash, hash FROM audit_chain",
  ])("refuses: %s", async (statement) => {
    const before = await readChain(first);
    await expect(first.pool.query(statement)).rejects.toMatchObject({ code: "42501" });
    expect(await readChain(first)).toEqual(before);
  });

  it.each([
    ["a name of another form", { event: "Page Updated" }],
    ["an email address as subject", { subject: "alice@example.org" }],
    ["a negative amount", { amount: -1 }],
    ["an id of another length", { organisationId: new Uint8Array(15) }],
  ])("refuses %s", async (_what, change) => {
    // cast: what the type would refuse
    const input = { ...event, ...change } as unknown as typeof event;
    await expect(append(first, input)).rejects.toMatchObject({ code: "23514" });
  });
});

async function answers({ pool }: DatabaseConnection): Promise<boolean> {
  return await pool.query("SELECT 1").then(
    () => true,
    () => false,
  );
}

describe("a database that is killed while events are appended", () => {
  it("keeps what was acknowledged, and nothing in between", async () => {
    const before = (await readChain(second)).length;
    const killed = server.processId();
    const done = { acknowledged: 0 };
    const appending = Array.from({ length: 4 }, async () => {
      for (;;) {
        try {
          await append(second, event);
          done.acknowledged++;
        } catch {
          return;
        }
      }
    });
    while (done.acknowledged < 20) await delay(1);
    spawnSync("kill", ["-9", String(killed)]);
    await Promise.all(appending);
    while (server.processId() === killed || !(await answers(second))) await delay(50);
    const rows = await readChain(second);
    expect(rows.length).toBeGreaterThanOrEqual(before + done.acknowledged);
    // Each of the four may have been cut off between its commit and the answer.
    expect(rows.length).toBeLessThanOrEqual(before + done.acknowledged + 4);
    expectWhole(rows);
    await append(second, event);
    expectWhole(await readChain(second));
  });
});
