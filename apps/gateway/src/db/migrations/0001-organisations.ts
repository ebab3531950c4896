/** Organisations, their tokens, and who may receive. */
import { type Kysely, sql } from "kysely";
import type { Migration } from "kysely/migration";

/** Creates the tables. */
export const organisations: Migration = { up };

async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    CREATE TABLE organisations (
      id bytea PRIMARY KEY CHECK (octet_length(id) = 16),
      name text NOT NULL UNIQUE CHECK (name ~ '^[a-z0-9][a-z0-9-]{0,63}$'),
      title text NOT NULL CHECK (length(title) BETWEEN 1 AND 200),
      is_home boolean NOT NULL DEFAULT false,
      created_at_ms bigint NOT NULL CHECK (created_at_ms > 0),
      UNIQUE (id, is_home)
    )`.execute(db);
  await sql`CREATE UNIQUE INDEX one_home_organisation ON organisations (is_home) WHERE is_home`.execute(db);
  await sql`
    CREATE TABLE organisation_tokens (
      token_hash bytea PRIMARY KEY CHECK (octet_length(token_hash) = 32),
      organisation_id bytea NOT NULL REFERENCES organisations (id),
      created_at_ms bigint NOT NULL
    )`.execute(db);
  // The constant column is_home in this and other tables makes the foreign key point at organisations that are not the
  // gateway's own: it can lead nothing, run nothing and receive nothing, whatever the code above does.
  await sql`
    CREATE TABLE deliveries (
      organisation_id bytea PRIMARY KEY,
      is_home boolean NOT NULL DEFAULT false CHECK (NOT is_home),
      last_sequence bigint NOT NULL DEFAULT 0 CHECK (last_sequence >= 0),
      acknowledged_sequence bigint NOT NULL DEFAULT 0,
      CHECK (acknowledged_sequence BETWEEN 0 AND last_sequence),
      FOREIGN KEY (organisation_id, is_home) REFERENCES organisations (id, is_home)
    )`.execute(db);
}
