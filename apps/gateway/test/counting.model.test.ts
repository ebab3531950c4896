// Counting against an obvious twin: actions are stored, confirmed and refused in any order; then every number is counted by hand.
import { encodeHex } from "@coterie/bytes";
import fc from "fast-check";
import { rm } from "node:fs/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { acceptActions, refuseActions } from "../src/actions/acceptance.ts";
import { connectDatabase, type DatabaseConnection } from "../src/db/connection.ts";
import { migrate } from "../src/db/migrations.ts";
import { type PostgresServer, startPostgres } from "../src/db/postgres-server.ts";
import { inDeliveryTransaction } from "../src/db/transaction.ts";
import {
  type CountedCampaign,
  counterOf,
  makeCountedCampaign,
  newId,
  pageCountsOf,
  preparedAction,
  storeAll,
} from "./support/counting-world.ts";
import { makeDataFolder } from "./support/gateway.ts";

const silent = { log: () => undefined };
const dayMs = 24 * 60 * 60 * 1000;
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

const bulk = async (use: (client: Parameters<typeof acceptActions>[0]) => Promise<unknown>): Promise<unknown> =>
  await inDeliveryTransaction(connection, use);

interface Signing {
  readonly id: Uint8Array<ArrayBuffer>;
  readonly person: number | undefined;
  readonly page: number;
  state: "pending" | "accepted" | "refused";
  readonly day: number;
  /** Of the accepted ones with a fingerprint: in which order. */
  rank: number | undefined;
}

/** The twin: a list of signings, and rules said in words. */
class Twin {
  readonly signings: Signing[] = [];

  accept(signing: Signing): void {
    signing.state = "accepted";
    const ranks = this.sameAs(signing).map(({ rank }) => rank ?? -1);
    signing.rank = signing.person === undefined ? 0 : Math.max(-1, ...ranks) + 1;
  }

  sameAs(signing: Signing): readonly Signing[] {
    return this.signings.filter(
      (other) => other !== signing && other.person === signing.person && other.state === "accepted",
    );
  }

  get counted(): readonly Signing[] {
    return this.signings.filter(({ state, rank }) => state === "accepted" && rank === 0);
  }

  get byDay(): Readonly<Record<string, readonly [number, number]>> {
    const cells: Record<string, [number, number]> = {};
    for (const { state, rank, page, day } of this.signings) {
      if (state !== "accepted") continue;
      const cell = (cells[`${page} ${new Date(day * dayMs).toISOString().slice(0, 10)}`] ??= [0, 0]);
      cell[rank === 0 ? 0 : 1]++;
    }
    return cells;
  }
}

const step = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constant("store" as const),
      signings: fc.array(
        fc.record({ person: fc.option(fc.nat(3), { nil: undefined }), page: fc.nat(1), waits: fc.boolean() }),
        { minLength: 1, maxLength: 5 },
      ),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({ kind: fc.constant("accept" as const), which: fc.array(fc.nat(30), { maxLength: 4 }) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant("refuse" as const), which: fc.array(fc.nat(30), { maxLength: 2 }) }),
  },
);

type Step = typeof step extends fc.Arbitrary<infer Value> ? Value : never;

async function take(
  one: Step,
  { campaign, twin, day }: { campaign: CountedCampaign; twin: Twin; day: number },
): Promise<void> {
  const atMs = day * dayMs + 5;
  if (one.kind === "store") {
    const made = one.signings.map(({ person, page, waits }) => ({ id: newId(), person, page, waits }));
    await storeAll(
      connection,
      made.map(({ id, person, page, waits }) =>
        preparedAction(campaign, {
          id,
          person,
          pageId: campaign.pageIds[page] ?? newId(),
          awaitsConfirmation: waits,
          atMs,
        }),
      ),
    );
    for (const { waits, ...rest } of made) {
      const signing: Signing = { ...rest, state: "pending", day, rank: undefined };
      twin.signings.push(signing);
      if (!waits) twin.accept(signing);
    }
    return;
  }
  const chosen = [...new Set(one.which)].flatMap((index) => twin.signings[index] ?? []);
  const ids = chosen.map(({ id }) => id);
  const pending = chosen.filter(({ state }) => state === "pending");
  if (one.kind === "accept") {
    // One at a time: which of two in one call is first is the database's choice.
    for (const signing of pending) {
      await bulk(async (client) => await acceptActions(client, { actionIds: [signing.id], atMs }));
      twin.accept(signing);
    }
  } else {
    await bulk(async (client) => await refuseActions(client, { actionIds: ids, state: "rejected" }));
    for (const signing of pending) signing.state = "refused";
  }
}

describe("every number", () => {
  it("is what counting by hand gives, whatever happened in whichever order", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 3, maxLength: 14 }), async (steps) => {
        const campaign = await makeCountedCampaign(connection);
        const twin = new Twin();
        for (const [index, one] of steps.entries()) await take(one, { campaign, twin, day: 20_000 + index });
        expect(await counterOf(connection, campaign)).toBe(twin.counted.length);
        expect(await pageCountsOf(connection, { campaign, dimension: "day" })).toEqual(twin.byDay);
        const stored = await connection.db
          .selectFrom("actions")
          .select(["id", "duplicate_rank"])
          .where("campaign_id", "=", campaign.id)
          .where("state", "=", "accepted")
          .execute();
        const ranks = new Map(stored.map((row) => [encodeHex(row.id), row.duplicate_rank]));
        for (const { id, state, rank } of twin.signings) {
          expect(ranks.get(encodeHex(id))).toBe(state === "accepted" ? rank : undefined);
        }
      }),
      { numRuns: 60, endOnFailure: true },
    );
  });
});
