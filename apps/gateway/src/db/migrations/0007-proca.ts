/**
 * What Proca's clients need: whole numbers for pages, campaigns and organisations, and actions that follow a signature
 * without a person of their own (docs/protocol/proca.md).
 */
import { type Kysely, sql } from "kysely";
import type { Migration } from "kysely/migration";

/** Changes and creates the tables. */
export const proca: Migration = { up };

async function up(db: Kysely<unknown>): Promise<void> {
  for (const table of ["organisations", "campaigns", "action_pages"]) {
    await sql`
      ALTER TABLE ${sql.table(table)} ADD COLUMN number integer GENERATED ALWAYS AS IDENTITY UNIQUE`.execute(db);
  }
  // A reference that a client made up before anybody signed is kept as a MAC only, until it is linked.
  await sql`
    CREATE TABLE linked_actions (
      id bytea PRIMARY KEY CHECK (octet_length(id) = 16),
      page_id bytea NOT NULL,
      campaign_id bytea NOT NULL,
      action_id bytea REFERENCES actions (id) ON DELETE CASCADE,
      reference_mac bytea CHECK (octet_length(reference_mac) = 32),
      action_type text NOT NULL CHECK (action_type ~ '^[A-Za-z0-9_-]{1,64}$'),
      custom_fields jsonb NOT NULL CHECK (octet_length(custom_fields::text) <= 16384),
      tracking jsonb NOT NULL CHECK (octet_length(tracking::text) <= 16384),
      request_mac bytea NOT NULL CHECK (octet_length(request_mac) = 32),
      created_at_ms bigint NOT NULL,
      FOREIGN KEY (page_id, campaign_id) REFERENCES action_pages (id, campaign_id),
      CHECK ((action_id IS NULL) <> (reference_mac IS NULL))
    )`.execute(db);
  await sql`CREATE INDEX linked_actions_by_action ON linked_actions (action_id)`.execute(db);
  await sql`CREATE INDEX linked_actions_by_campaign ON linked_actions (campaign_id, action_type)`.execute(db);
  await sql`
    CREATE INDEX linked_actions_by_reference ON linked_actions (reference_mac) WHERE action_id IS NULL`.execute(db);
}
