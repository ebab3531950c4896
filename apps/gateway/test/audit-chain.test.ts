// The chain of the audit log as the database keeps it: appended at commit, in any number of transactions at once, never changed.
import { randomBytes } from "@coterie/primitives";
import { systemRandom } from "@coterie/primitives/node";
import { sql } from "kysely";
import { rm } from "node:fs/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { recordEvent } from "../src/audit/record-event.ts";
import { connectDatabase, type DatabaseConnection } from "../src/db/connection.ts";
import { migrate } from "../src/db/migrations.ts";
import { type PostgresServer, startPostgres } from "../src/db/postgres-server.ts";
import { inTransaction } from "../src/db/transaction.ts";
import { makeDataFolder } from "./support/gateway.ts";

const silent = { log: () => undefined };
const deps = { random: systemRandom };
const event = { actor: { kind: "organisation" }, event: "page-updated", subject: "", atMs: 1 } as const;

let dataFolder: string;
let server: PostgresServer;
let gateways: readonly DatabaseConnection[];

beforeAll(async () => {
  dataFolder = await makeDataFolder();
  server = await startPostgres(silent, { dataFolder });
  gateways = [1, 2].map(() => connectDatabase(silent, server.connection));
  for (const { db } of gateways) await migrate(db);
});

afterAll(async () => {
  for (const { close } of gateways) await close();
  await server.close();
  await rm(dataFolder, { recursive: true, force: true });
});

describe("the chain of the audit log", () => {
  it("has no gap and no fork where two gateways append at once, within transactions of their own", async () => {
    const organisationId = randomBytes(systemRandom, 16);
    const [first, second] = gateways;
    if (first === undefined || second === undefined) throw new Error("no gateways");
    await Promise.all(
      Array.from({ length: 40 }, async (_unused, index) => {
        const input = { ...event, organisationId };
        if (index % 2 === 0) {
          await inTransaction(first, async (client) => await recordEvent(deps, client, input));
        } else {
          await second.db.transaction().execute(async (tx) => await recordEvent(deps, tx, input));
        }
      }),
    );
    const { rows } = await sql<{ seq: number; organisation_seq: number }>`
      SELECT seq, organisation_seq FROM audit_chain ORDER BY seq`.execute(first.db);
    expect(rows).toEqual(rows.map((_row, index) => ({ seq: index + 1, organisation_seq: index + 1 })));
    expect(rows).toHaveLength(40);
  });
});
