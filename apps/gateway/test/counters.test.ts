// Counters between commits and reads that overtake each other.
import { afterAll, beforeAll, expect, it } from "vitest";
import { createCounters } from "../src/actions/counters.ts";
import { connectDatabase } from "../src/db/connection.ts";
import { type PostgresServer, startPostgres } from "../src/db/postgres-server.ts";
import { migrate } from "../src/db/migrations.ts";
import { makeCountedCampaign } from "./support/counting-world.ts";
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

it("a number that another gateway changed is known a second later, also where it became smaller", async () => {
  const { db, close } = connectDatabase(silent, server.connection);
  await migrate(db);
  const campaign = await makeCountedCampaign({ db });
  const clock = { nowMs: 1_900_000_000_000 };
  const [here, there] = [
    createCounters({ db, now: () => clock.nowMs }),
    createCounters({ db, now: () => clock.nowMs }),
  ];
  const set = async (actions: number): Promise<unknown> =>
    await db.updateTable("campaign_counters").set({ actions }).where("campaign_id", "=", campaign.id).execute();
  await set(9);
  expect([await here.get(campaign.id), await there.get(campaign.id)]).toEqual([9, 9]);
  await set(12);
  here.remember(campaign.id, 12);
  clock.nowMs += 999;
  expect([await here.get(campaign.id), await there.get(campaign.id)]).toEqual([12, 9]);
  clock.nowMs += 1;
  expect(await there.get(campaign.id)).toBe(12);
  // A recount: what was known is not the larger truth.
  await set(7);
  clock.nowMs += 1000;
  expect([await here.get(campaign.id), await there.get(campaign.id)]).toEqual([7, 7]);
  await close();
});
