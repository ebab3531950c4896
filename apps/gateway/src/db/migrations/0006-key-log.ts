/** Key logs (docs/protocol/key-log.md): their entries, and what follows from them for sealing and for taking in. */
import { type Kysely, sql } from "kysely";
import type { Migration } from "kysely/migration";

/** Creates the tables and the view that decides which keys are used. */
export const keyLog: Migration = { up };

async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    CREATE TABLE key_logs (
      organisation_id bytea PRIMARY KEY,
      is_home boolean NOT NULL DEFAULT false CHECK (NOT is_home),
      log_id bytea NOT NULL UNIQUE CHECK (octet_length(log_id) = 20),
      size integer NOT NULL CHECK (size BETWEEN 1 AND 1000),
      FOREIGN KEY (organisation_id, is_home) REFERENCES organisations (id, is_home)
    )`.execute(db);
  await sql`
    CREATE TABLE key_log_entries (
      organisation_id bytea NOT NULL REFERENCES key_logs (organisation_id),
      seq integer NOT NULL CHECK (seq BETWEEN 0 AND 999),
      entry bytea NOT NULL CHECK (octet_length(entry) BETWEEN 1 AND 512),
      published_at_ms bigint NOT NULL,
      PRIMARY KEY (organisation_id, seq)
    )`.execute(db);
  // Calculated from the log whenever it grows: the log is the truth, these rows are what statements can ask quickly.
  await sql`
    CREATE TABLE key_windows (
      organisation_id bytea NOT NULL REFERENCES key_logs (organisation_id),
      key_id bytea NOT NULL,
      from_ms bigint NOT NULL,
      until_ms bigint NOT NULL CHECK (until_ms > from_ms),
      is_active boolean NOT NULL,
      PRIMARY KEY (organisation_id, key_id, from_ms),
      FOREIGN KEY (organisation_id, key_id) REFERENCES public_keys (organisation_id, key_id)
    )`.execute(db);
  await sql`CREATE INDEX key_windows_by_key ON key_windows (key_id)`.execute(db);
  // Every key that takes contacts, and when: by the log where there is one, else the one that was activated without.
  await sql`
    CREATE VIEW key_uses AS
      SELECT k.organisation_id, k.key_id, 0::bigint AS from_ms, 9007199254740991::bigint AS until_ms, true AS is_active
      FROM public_keys k
      WHERE k.state = 'active' AND NOT EXISTS (SELECT FROM key_logs l WHERE l.organisation_id = k.organisation_id)
      UNION ALL
      SELECT organisation_id, key_id, from_ms, until_ms, is_active FROM key_windows`.execute(db);
}
