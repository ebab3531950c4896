/** Erasure, retention, and what persons ask for themselves (docs/protocol/rights.md). */
import { type Kysely, sql } from "kysely";
import type { Migration } from "kysely/migration";

/** Changes and creates the tables. */
export const rights: Migration = { up };

async function up(db: Kysely<unknown>): Promise<void> {
  // An erased action is a tombstone: its row counts, and holds nothing of anybody.
  await sql`
    ALTER TABLE actions
      ADD COLUMN erased_at_ms bigint,
      ADD COLUMN erasure text CHECK (erasure IN ('erased', 'expired')),
      ADD CHECK ((erased_at_ms IS NULL) = (erasure IS NULL))`.execute(db);
  await sql`CREATE INDEX actions_kept ON actions (campaign_id) WHERE erased_at_ms IS NULL`.execute(db);
  await sql`CREATE INDEX actions_erased ON actions (erased_at_ms) WHERE erased_at_ms IS NOT NULL`.execute(db);
  await createRetention(db);
  await createRequests(db);
}

async function createRetention(db: Kysely<unknown>): Promise<void> {
  await sql`ALTER TABLE campaigns ADD COLUMN closed_at_ms bigint`.execute(db);
  // When they were closed is not known: from now on, so that nothing is deleted early.
  await sql`
    UPDATE campaigns SET closed_at_ms = (extract(epoch FROM clock_timestamp()) * 1000)::bigint WHERE NOT open`.execute(
    db,
  );
  await sql`
    CREATE TABLE campaign_retentions (
      campaign_id bytea PRIMARY KEY REFERENCES campaigns (id),
      days integer NOT NULL CHECK (days BETWEEN 1 AND 3650),
      set_at_ms bigint NOT NULL
    )`.execute(db);
}

async function createRequests(db: Kysely<unknown>): Promise<void> {
  // An address that asked, sealed to a mail key, whether or not anything is held under it.
  await sql`
    CREATE TABLE rights_requests (
      id bytea PRIMARY KEY CHECK (octet_length(id) = 16),
      key_id bytea NOT NULL CHECK (octet_length(key_id) = 16),
      sender_public_key bytea NOT NULL CHECK (octet_length(sender_public_key) = 32),
      nonce bytea NOT NULL CHECK (octet_length(nonce) = 24),
      payload bytea NOT NULL CHECK (octet_length(payload) = 528),
      locale text NOT NULL CHECK (length(locale) BETWEEN 2 AND 35),
      created_at_ms bigint NOT NULL,
      due_at_ms bigint NOT NULL
    )`.execute(db);
  await sql`CREATE INDEX rights_requests_due ON rights_requests (due_at_ms)`.execute(db);
  await sql`
    CREATE TABLE rights_tokens (
      token_hash bytea PRIMARY KEY CHECK (octet_length(token_hash) = 32),
      action_ids bytea[] NOT NULL,
      locale text NOT NULL CHECK (length(locale) BETWEEN 2 AND 35),
      expires_at_ms bigint NOT NULL,
      used_at_ms bigint
    )`.execute(db);
  await sql`CREATE INDEX rights_tokens_by_expiry ON rights_tokens (expires_at_ms)`.execute(db);
}
