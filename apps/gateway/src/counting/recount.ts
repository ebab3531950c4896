/**
 * Counting again (docs/protocol/counting.md §3): one statement compares the numbers with the actions they count, as both are at one moment;
 * the differences are added afterwards, so that what was counted meanwhile stays counted. Submissions go on while actions are counted.
 */
import type { Bytes } from "@coterie/bytes";
import type { PoolClient } from "pg";
import { deliveryLockSql } from "../db/delivery-lock.ts";
import { inTransaction } from "../db/transaction.ts";
import type { GatewayDeps } from "../deps.ts";
import { gatewayLimits } from "../limits.ts";

/** What recounting found, and corrected. */
export interface Recounted {
  /** Counters of campaigns that were wrong, each with what it became. */
  readonly counters: readonly { readonly campaignId: Bytes; readonly before: number; readonly after: number }[];
  /** How many numbers by page and day were wrong. */
  readonly pageDays: number;
}

/**
 * Counts one campaign, or all. Undefined where a recount is under way already, here or at another gateway: two at once would correct the
 * same difference twice.
 */
export async function recount(
  { pool }: Pick<GatewayDeps, "pool">,
  { campaignId }: { readonly campaignId?: Bytes },
): Promise<Recounted | undefined> {
  return await inTransaction({ pool }, async (client) => {
    const { rows } = await client.query<{ locked: boolean }>(recountLockSql);
    if (rows[0]?.locked !== true) return undefined;
    await client.query(`SET LOCAL statement_timeout = ${gatewayLimits.recountTimeoutMs}`);
    const drifts = (await client.query<Drift>(driftSql, [campaignId ?? null])).rows;
    if (drifts.length === 0) return { counters: [], pageDays: 0 };
    await client.query(deliveryLockSql);
    const counters = await correctCounters(
      client,
      drifts.filter(({ page_id }) => page_id === null),
    );
    const cells = drifts.filter(({ page_id }) => page_id !== null);
    await correctPageDays(client, cells);
    return { counters, pageDays: cells.length };
  });
}

/** One recount at a time on a database. */
const recountLockSql = "SELECT pg_try_advisory_xact_lock(1668248690, 2) AS locked";

/** One number that is wrong: a campaign's counter, or with a page that page's number of a day. */
interface Drift {
  readonly campaign_id: Bytes;
  readonly page_id: Bytes | null;
  readonly day: string | null;
  /** How much is missing; negative where it is too much. */
  readonly counted: number;
  readonly duplicates: number;
}

const driftSql = `
  WITH truth AS MATERIALIZED (
    SELECT campaign_id, page_id, created_at_ms / 86400000 AS day,
      count(*) FILTER (WHERE duplicate_rank = 0) AS counted, count(*) FILTER (WHERE duplicate_rank > 0) AS duplicates
    FROM actions WHERE state = 'accepted' AND ($1::bytea IS NULL OR campaign_id = $1)
    GROUP BY 1, 2, 3),
  named AS (
    SELECT campaign_id, page_id, to_char(timestamp 'epoch' + day * interval '1 day', 'YYYY-MM-DD') AS day, counted, duplicates
    FROM truth),
  kept AS (
    SELECT p.campaign_id, c.page_id, c.value AS day, c.counted, c.duplicates
    FROM page_counts c JOIN action_pages p ON p.id = c.page_id
    WHERE c.dimension = 'day' AND ($1::bytea IS NULL OR p.campaign_id = $1)),
  totals AS (SELECT campaign_id, sum(counted) AS counted FROM truth GROUP BY 1)
  SELECT c.campaign_id, NULL AS page_id, NULL AS day, (coalesce(t.counted, 0) - c.actions)::bigint AS counted, 0::bigint AS duplicates
  FROM campaign_counters c LEFT JOIN totals t USING (campaign_id)
  WHERE ($1::bytea IS NULL OR campaign_id = $1) AND c.actions <> coalesce(t.counted, 0)
  UNION ALL
  SELECT campaign_id, page_id, day, coalesce(n.counted, 0) - coalesce(k.counted, 0),
    coalesce(n.duplicates, 0) - coalesce(k.duplicates, 0)
  FROM named n FULL JOIN kept k USING (campaign_id, page_id, day)
  WHERE (coalesce(n.counted, 0), coalesce(n.duplicates, 0)) <> (coalesce(k.counted, 0), coalesce(k.duplicates, 0))`;

async function correctCounters(client: PoolClient, drifts: readonly Drift[]): Promise<Recounted["counters"]> {
  if (drifts.length === 0) return [];
  const { rows } = await client.query<{ campaign_id: Bytes; actions: number; added: number }>(
    `UPDATE campaign_counters c SET actions = c.actions + d.counted
     FROM unnest($1::bytea[], $2::bigint[]) AS d (campaign_id, counted)
     WHERE c.campaign_id = d.campaign_id RETURNING c.campaign_id, c.actions, d.counted AS added`,
    [drifts.map(({ campaign_id }) => campaign_id), drifts.map(({ counted }) => counted)],
  );
  return rows.map(({ campaign_id, actions, added }) => ({
    campaignId: campaign_id,
    before: actions - added,
    after: actions,
  }));
}

async function correctPageDays(client: PoolClient, drifts: readonly Drift[]): Promise<void> {
  if (drifts.length === 0) return;
  const columns = [
    drifts.map(({ page_id }) => page_id),
    drifts.map(({ day }) => day),
    drifts.map(({ counted }) => counted),
    drifts.map(({ duplicates }) => duplicates),
  ];
  // Rows that are not there yet begin at 0: what would be inserted may not be negative, even where a row is there already.
  await client.query(
    `INSERT INTO page_counts (page_id, dimension, value)
     SELECT page_id, 'day', day FROM unnest($1::bytea[], $2::text[]) AS d (page_id, day) ON CONFLICT DO NOTHING`,
    columns.slice(0, 2),
  );
  await client.query(
    `UPDATE page_counts c SET counted = c.counted + d.counted, duplicates = c.duplicates + d.duplicates
     FROM unnest($1::bytea[], $2::text[], $3::bigint[], $4::bigint[]) AS d (page_id, day, counted, duplicates)
     WHERE c.page_id = d.page_id AND c.dimension = 'day' AND c.value = d.day`,
    columns,
  );
}
