/** Counting every person once (docs/protocol/counting.md): fingerprints, ranks, and numbers by page, day, area and source. */
import { type Kysely, sql } from "kysely";
import type { Migration } from "kysely/migration";

/** Changes and creates the tables, and counts what is there by day and source. */
export const counting: Migration = { up };

async function up(db: Kysely<unknown>): Promise<void> {
  await createFingerprints(db);
  await createPageCounts(db);
  await countExisting(db);
}

async function createFingerprints(db: Kysely<unknown>): Promise<void> {
  await sql`
    ALTER TABLE actions
      ADD COLUMN duplicate_rank integer NOT NULL DEFAULT 0 CHECK (duplicate_rank >= 0)`.execute(db);
  // Without a foreign key, which would double the cost of a row: rows are stored with their action, and actions are never deleted.
  await sql`
    CREATE TABLE fingerprints (
      action_id bytea NOT NULL CHECK (octet_length(action_id) = 16),
      scope_kind text NOT NULL CHECK (scope_kind IN ('campaign', 'organisation')),
      scope_id bytea NOT NULL CHECK (octet_length(scope_id) = 16),
      kind text NOT NULL CHECK (kind IN ('email', 'identity')),
      fingerprint bytea NOT NULL CHECK (octet_length(fingerprint) = 32),
      rank integer CHECK (rank >= 0),
      PRIMARY KEY (action_id, scope_id, kind),
      CHECK (rank IS NULL OR scope_kind = 'campaign')
    )`.execute(db);
  // A fingerprint names its scope and kind already. Of each, one row at most has rank 0: the one that counts.
  await sql`CREATE UNIQUE INDEX fingerprints_ranked ON fingerprints (fingerprint, rank)`.execute(db);
}

async function createPageCounts(db: Kysely<unknown>): Promise<void> {
  await sql`
    CREATE TABLE page_counts (
      page_id bytea NOT NULL REFERENCES action_pages (id),
      dimension text NOT NULL CHECK (dimension IN ('day', 'area', 'source')),
      value text NOT NULL CHECK (length(value) <= 64),
      counted bigint NOT NULL DEFAULT 0 CHECK (counted >= 0),
      duplicates bigint NOT NULL DEFAULT 0 CHECK (duplicates >= 0),
      PRIMARY KEY (page_id, dimension, value)
    ) WITH (fillfactor = 50)`.execute(db);
}

/** Actions from before this version have no fingerprint: all that were accepted count. Where their persons live is sealed. */
async function countExisting(db: Kysely<unknown>): Promise<void> {
  await sql`
    INSERT INTO page_counts (page_id, dimension, value, counted)
    SELECT page_id, 'day', to_char(to_timestamp(created_at_ms / 1000) AT TIME ZONE 'UTC', 'YYYY-MM-DD'), count(*)
    FROM actions WHERE state = 'accepted' GROUP BY 1, 3`.execute(db);
  await sql`
    INSERT INTO page_counts (page_id, dimension, value, counted)
    SELECT page_id, 'area', '', count(*) FROM actions WHERE state = 'accepted' GROUP BY 1`.execute(db);
  await sql`
    WITH sources AS (
      SELECT page_id, CASE WHEN length(tracking ->> 'source') > 64 THEN '*' ELSE coalesce(tracking ->> 'source', '') END AS value,
        count(*) AS counted
      FROM actions WHERE state = 'accepted' GROUP BY 1, 2),
    ranked AS (SELECT *, row_number() OVER (PARTITION BY page_id ORDER BY counted DESC, value) AS place FROM sources)
    INSERT INTO page_counts (page_id, dimension, value, counted)
    SELECT page_id, 'source', CASE WHEN place <= 200 THEN value ELSE '*' END, sum(counted)
    FROM ranked GROUP BY 1, 3`.execute(db);
}
