/** Webhooks: where organisations have their deliveries posted to, and the deliveries that are under way or set aside. */
import { type Kysely, sql } from "kysely";
import type { Migration } from "kysely/migration";

/** Creates the tables. */
export const webhooks: Migration = { up };

async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    CREATE TABLE webhooks (
      id bytea PRIMARY KEY CHECK (octet_length(id) = 16),
      organisation_id bytea NOT NULL REFERENCES deliveries (organisation_id),
      url text NOT NULL CHECK (length(url) BETWEEN 1 AND 2048),
      shape text NOT NULL CHECK (shape IN ('coterie', 'proca')),
      state text NOT NULL CHECK (state IN ('active', 'paused', 'suspended')),
      batch_size smallint NOT NULL CHECK (batch_size BETWEEN 1 AND 250),
      -- Everything up to here was delivered or set aside.
      position bigint NOT NULL CHECK (position >= 0),
      created_at_ms bigint NOT NULL,
      failing_since_ms bigint,
      last_delivered_at_ms bigint,
      last_outcome text CHECK (length(last_outcome) <= 40),
      last_status smallint,
      last_attempt_at_ms bigint,
      last_duration_ms integer,
      -- Deliveries set aside without one that arrived in between.
      set_aside_in_a_row smallint NOT NULL DEFAULT 0
    )`.execute(db);
  await sql`CREATE INDEX webhooks_by_organisation ON webhooks (organisation_id)`.execute(db);
  // A delivery is the numbers from first to last of an organisation's stream. What stands in them is read at each attempt, so that
  // nothing is posted that was erased meanwhile. A delivery that arrived is deleted.
  await sql`
    CREATE TABLE webhook_deliveries (
      id bytea PRIMARY KEY CHECK (octet_length(id) = 16),
      webhook_id bytea NOT NULL REFERENCES webhooks (id) ON DELETE CASCADE,
      first_sequence bigint NOT NULL CHECK (first_sequence > 0),
      last_sequence bigint NOT NULL CHECK (last_sequence >= first_sequence),
      state text NOT NULL CHECK (state IN ('next', 'dead', 'redriven')),
      attempts integer NOT NULL DEFAULT 0,
      due_at_ms bigint NOT NULL,
      lease_until_ms bigint NOT NULL DEFAULT 0,
      -- Who holds the lease: an attempt whose lease ran out has nothing to say any more.
      lease bytea,
      created_at_ms bigint NOT NULL,
      last_outcome text CHECK (length(last_outcome) <= 40),
      last_status smallint,
      last_attempt_at_ms bigint,
      last_duration_ms integer
    )`.execute(db);
  // In order: the next one is made when the one before arrived or was set aside.
  await sql`
    CREATE UNIQUE INDEX webhook_deliveries_next ON webhook_deliveries (webhook_id) WHERE state = 'next'`.execute(db);
  await sql`CREATE INDEX webhook_deliveries_of_webhook ON webhook_deliveries (webhook_id, created_at_ms, id)`.execute(
    db,
  );
  await sql`CREATE INDEX webhook_deliveries_due ON webhook_deliveries (due_at_ms) WHERE state <> 'dead'`.execute(db);
}
