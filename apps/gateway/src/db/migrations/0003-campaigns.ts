/** Campaigns, partners, counters and action pages. */
import { type Kysely, sql } from "kysely";
import type { Migration } from "kysely/migration";

/** Creates the tables. */
export const campaigns: Migration = { up };

async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    CREATE TABLE campaigns (
      id bytea PRIMARY KEY CHECK (octet_length(id) = 16),
      name text NOT NULL UNIQUE CHECK (name ~ '^[a-z0-9][a-z0-9-]{0,63}$'),
      title text NOT NULL CHECK (length(title) BETWEEN 1 AND 200),
      lead_organisation_id bytea NOT NULL,
      lead_is_home boolean NOT NULL DEFAULT false CHECK (NOT lead_is_home),
      forces_delivery boolean NOT NULL,
      open boolean NOT NULL DEFAULT true,
      form_schema text NOT NULL CHECK (length(form_schema) BETWEEN 1 AND 40),
      created_at_ms bigint NOT NULL,
      FOREIGN KEY (lead_organisation_id, lead_is_home) REFERENCES organisations (id, is_home)
    )`.execute(db);
  await sql`CREATE INDEX campaigns_by_lead ON campaigns (lead_organisation_id, name)`.execute(db);
  await sql`
    CREATE TABLE campaign_partners (
      campaign_id bytea NOT NULL REFERENCES campaigns (id),
      organisation_id bytea NOT NULL,
      is_home boolean NOT NULL DEFAULT false CHECK (NOT is_home),
      PRIMARY KEY (campaign_id, organisation_id),
      FOREIGN KEY (organisation_id, is_home) REFERENCES organisations (id, is_home)
    )`.execute(db);
  await sql`CREATE INDEX campaign_partners_by_organisation ON campaign_partners (organisation_id)`.execute(db);
  await sql`
    CREATE TABLE campaign_counters (
      campaign_id bytea PRIMARY KEY REFERENCES campaigns (id),
      actions bigint NOT NULL DEFAULT 0 CHECK (actions >= 0)
    ) WITH (fillfactor = 50)`.execute(db);
  await sql`
    CREATE TABLE action_pages (
      id bytea PRIMARY KEY CHECK (octet_length(id) = 16),
      name text NOT NULL UNIQUE CHECK (name ~ '^[a-z0-9][a-z0-9-]{0,63}$'),
      campaign_id bytea NOT NULL REFERENCES campaigns (id),
      organisation_id bytea NOT NULL,
      organisation_is_home boolean NOT NULL DEFAULT false CHECK (NOT organisation_is_home),
      locale text NOT NULL CHECK (length(locale) BETWEEN 2 AND 35),
      sealing text NOT NULL CHECK (sealing IN ('gateway', 'browser')),
      delivers boolean NOT NULL,
      action_type text NOT NULL CHECK (action_type ~ '^[a-z0-9][a-z0-9-]{0,63}$'),
      required_fields text[] NOT NULL,
      description text NOT NULL CHECK (length(description) <= 10000),
      embed_origins text[] NOT NULL,
      created_at_ms bigint NOT NULL,
      UNIQUE (id, campaign_id),
      FOREIGN KEY (organisation_id, organisation_is_home) REFERENCES organisations (id, is_home)
    )`.execute(db);
  await sql`CREATE INDEX action_pages_by_organisation ON action_pages (organisation_id, name)`.execute(db);
}
