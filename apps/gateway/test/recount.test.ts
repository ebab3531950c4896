// Counting again: what was spoilt is corrected, what is counted meanwhile stays counted, and two recounts do not correct twice.
import { sql } from "kysely";
import { rm } from "node:fs/promises";
import { setTimeout as delay } from "node:timers/promises";
import { Registry } from "prom-client";
import { systemRandom } from "@coterie/primitives/node";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startDriftCheck } from "../src/counting/drift-check.ts";
import { recount } from "../src/counting/recount.ts";
import { connectDatabase, type DatabaseConnection } from "../src/db/connection.ts";
import { migrate } from "../src/db/migrations.ts";
import { type PostgresServer, startPostgres } from "../src/db/postgres-server.ts";
import type { LogEvent } from "../src/log/log.ts";
import {
  type CountedCampaign,
  counterOf,
  makeCountedCampaign,
  newId,
  pageCountsOf,
  preparedAction,
  type SigningOptions,
  storeAll,
} from "./support/counting-world.ts";
import { makeDataFolder } from "./support/gateway.ts";

const silent = { log: () => undefined };
let dataFolder: string;
let server: PostgresServer;
let connection: DatabaseConnection;

beforeAll(async () => {
  dataFolder = await makeDataFolder();
  server = await startPostgres(silent, { dataFolder });
  connection = connectDatabase(silent, server.connection);
  await migrate(connection.db);
});

afterAll(async () => {
  await connection.close();
  await server.close();
  await rm(dataFolder, { recursive: true, force: true });
});

const signing = (
  campaign: CountedCampaign,
  rest: Partial<SigningOptions> = {},
): Parameters<typeof storeAll>[1][number] =>
  preparedAction(campaign, {
    pageId: campaign.pageIds[0] ?? newId(),
    person: undefined,
    atMs: 1_900_000_000_000,
    ...rest,
  });

async function campaignWith(persons: readonly number[]): Promise<CountedCampaign> {
  const campaign = await makeCountedCampaign(connection);
  await storeAll(
    connection,
    persons.map((person) => signing(campaign, { person })),
  );
  return campaign;
}

const spoil = async (campaign: CountedCampaign, actions: number): Promise<unknown> =>
  await connection.db
    .updateTable("campaign_counters")
    .set({ actions })
    .where("campaign_id", "=", campaign.id)
    .execute();

const recounted = async (campaign: CountedCampaign) => await recount(connection, { campaignId: campaign.id });

describe("a recount", () => {
  it("finds nothing to correct where nothing was spoilt", async () => {
    const campaign = await campaignWith([1, 2, 2, 3]);
    expect(await recounted(campaign)).toEqual({ counters: [], pageDays: 0 });
    expect(await counterOf(connection, campaign)).toBe(3);
  });

  it.each([0, 1, 4, 1000])("makes a counter of %i the number of persons again", async (wrong) => {
    const campaign = await campaignWith([1, 2, 2, 3, 4, 4, 4, 5]);
    await spoil(campaign, wrong);
    expect(await recounted(campaign)).toEqual({
      counters: [{ campaignId: Buffer.from(campaign.id), before: wrong, after: 5 }],
      pageDays: 0,
    });
    expect(await counterOf(connection, campaign)).toBe(5);
  });

  it("corrects numbers by page and day: too large, too small, missing, and of days that never were", async () => {
    const campaign = await campaignWith([1, 1, 2]);
    const [first, second] = campaign.pageIds;
    await storeAll(connection, [signing(campaign, { pageId: second ?? newId(), atMs: 1_900_100_000_000 })]);
    const right = await pageCountsOf(connection, { campaign, dimension: "day" });
    await sql`UPDATE page_counts SET counted = 70, duplicates = 0 WHERE page_id = ${first} AND dimension = 'day'`.execute(
      connection.db,
    );
    await sql`DELETE FROM page_counts WHERE page_id = ${second} AND dimension = 'day'`.execute(connection.db);
    await sql`INSERT INTO page_counts VALUES (${first}, 'day', '1999-12-31', 3, 1)`.execute(connection.db);
    expect(await recounted(campaign)).toEqual({ counters: [], pageDays: 3 });
    expect(await pageCountsOf(connection, { campaign, dimension: "day" })).toEqual(right);
    expect(await recounted(campaign)).toEqual({ counters: [], pageDays: 0 });
  });

  it("leaves other campaigns alone, unless it counts all", async () => {
    const [campaign, other] = [await campaignWith([1]), await campaignWith([1, 2])];
    await spoil(campaign, 9);
    await spoil(other, 9);
    await recounted(campaign);
    expect([await counterOf(connection, campaign), await counterOf(connection, other)]).toEqual([1, 9]);
    expect((await recount(connection, {}))?.counters).toHaveLength(1);
    expect(await counterOf(connection, other)).toBe(2);
  });

  it("under load loses and doubles nothing, however many run at once", async () => {
    const campaign = await campaignWith([0]);
    await spoil(campaign, 500);
    let stored = 1;
    const state = { isLoading: true };
    const load = async (): Promise<void> => {
      for (let batch = 0; batch < 40; batch++) {
        const persons = Array.from({ length: 8 }, () => stored++);
        await storeAll(
          connection,
          persons.map((person) => signing(campaign, { person })),
        );
      }
      state.isLoading = false;
    };
    const outcomes: unknown[] = [];
    const counting = async (): Promise<void> => {
      while (state.isLoading) {
        outcomes.push(await recounted(campaign));
        await delay(1);
      }
    };
    await Promise.all([load(), counting(), counting(), counting()]);
    // The last one, in case all others came before the load's first.
    await recounted(campaign);
    expect(await counterOf(connection, campaign)).toBe(stored);
    expect(outcomes.length).toBeGreaterThan(2);
    expect(await recounted(campaign)).toEqual({ counters: [], pageDays: 0 });
  });

  it("does not begin while another is under way", async () => {
    const campaign = await campaignWith([1]);
    const client = await connection.pool.connect();
    await client.query("BEGIN; SELECT pg_advisory_xact_lock(1668248690, 2)");
    expect(await recounted(campaign)).toBeUndefined();
    await client.query("ROLLBACK");
    client.release();
    expect(await recounted(campaign)).toBeDefined();
  });
});

describe("the check in the background", () => {
  it("corrects, says so in the log and in the figures, and is silent where all is right", async () => {
    const campaign = await campaignWith([1, 2]);
    const events: LogEvent[] = [];
    const registry = new Registry();
    const deps = { ...connection, log: (event: LogEvent) => void events.push(event), random: systemRandom };
    const check = startDriftCheck(deps, { registry });
    await check.runNow();
    expect(events).toEqual([]);
    await spoil(campaign, 7);
    await check.runNow();
    await check.stop();
    expect(events).toEqual([{ event: "counters-corrected", counters: 1, pageDays: 0 }]);
    expect(await registry.metrics()).toContain("coterie_counters_corrected_total 1");
    expect(await counterOf(connection, campaign)).toBe(2);
  });
});

describe("numbers", () => {
  it("never become negative, whatever is spoilt", async () => {
    const campaign = await campaignWith([1]);
    await expect(spoil(campaign, -1)).rejects.toThrow("campaign_counters_actions_check");
  });

  it("by source and area are counted apart up to a limit, and together beyond it", async () => {
    const campaign = await makeCountedCampaign(connection);
    const [page] = campaign.pageIds;
    const number = (index: number): string => String(index).padStart(3, "0");
    for (const [dimension, stem] of [
      ["source", "source "],
      ["area", "PL "],
    ]) {
      await sql`
        INSERT INTO page_counts SELECT ${page}, ${dimension}, ${stem} || to_char(n, 'FM000'), 1, 0 FROM generate_series(0, 497) n`.execute(
        connection.db,
      );
    }
    for (const index of [498, 499, 500, 501]) {
      await storeAll(connection, [
        signing(campaign, { source: `source ${number(index)}`, area: `PL ${number(index)}` }),
      ]);
    }
    await storeAll(connection, [
      signing(campaign, { source: "s".repeat(64) }),
      signing(campaign, { source: "é".repeat(65) }),
    ]);
    await storeAll(connection, [signing(campaign, { source: "source 000" }), signing(campaign)]);
    const bySource = await pageCountsOf(connection, { campaign, dimension: "source" });
    expect(Object.keys(bySource)).toHaveLength(502);
    // Two beyond the limit, one of 64 characters that is new, one that is too long.
    expect(bySource["0 *"]).toEqual([4, 0]);
    expect(bySource["0 source 000"]).toEqual([2, 0]);
    expect(bySource["0 source 499"]).toEqual([1, 0]);
    expect(bySource["0 "]).toEqual([1, 0]);
    const byArea = await pageCountsOf(connection, { campaign, dimension: "area" });
    expect(byArea["0 *"]).toEqual([2, 0]);
    expect(byArea["0 "]).toEqual([4, 0]);
  });
});
