// Counters between commits and reads that overtake each other.
import { afterAll, beforeAll, expect, it } from "vitest";
import { createCounters } from "../src/actions/counters.ts";
import { connectDatabase } from "../src/db/connection.ts";
import { type PostgresServer, startPostgres } from "../src/db/postgres-server.ts";
import { migrate } from "../src/db/migrations.ts";
import { makeDataFolder } from "./support/gateway.ts";
import { rm } from "node:fs/promises";

const silent = { log: () => undefined };
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

it("a counter that was read before a commit does not replace what the commit told", async () => {
  const { db, close } = connectDatabase(silent, server.connection);
  await migrate(db);
  const clock = { nowMs: 1_900_000_000_000 };
  const counters = createCounters({ db, now: () => clock.nowMs });
  const campaignId = new Uint8Array(16).fill(7);
  // The campaign has no row: what is read is 0, and older than what the commit tells meanwhile.
  const reading = counters.get(campaignId);
  counters.remember(campaignId, 5);
  expect(await reading).toBe(5);
  expect(await counters.get(campaignId)).toBe(5);
  await close();
});
