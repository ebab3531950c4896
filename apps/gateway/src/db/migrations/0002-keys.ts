/** Public keys and the challenges that prove them. */
import { type Kysely, sql } from "kysely";
import type { Migration } from "kysely/migration";

/** Creates the tables. */
export const keys: Migration = { up };

async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    CREATE TABLE public_keys (
      key_id bytea PRIMARY KEY CHECK (octet_length(key_id) = 20),
      organisation_id bytea NOT NULL REFERENCES organisations (id),
      public bytea NOT NULL UNIQUE CHECK (octet_length(public) = 32),
      label text NOT NULL CHECK (length(label) <= 200),
      state text NOT NULL CHECK (state IN ('imported', 'active', 'retired')),
      imported_at_ms bigint NOT NULL,
      activated_at_ms bigint,
      UNIQUE (organisation_id, key_id),
      CHECK (state = 'imported' OR activated_at_ms IS NOT NULL)
    )`.execute(db);
  await sql`
    CREATE UNIQUE INDEX one_active_key ON public_keys (organisation_id) WHERE state = 'active'`.execute(db);
  await sql`
    CREATE TABLE key_challenges (
      key_id bytea PRIMARY KEY REFERENCES public_keys (key_id),
      challenge_hash bytea NOT NULL CHECK (octet_length(challenge_hash) = 32),
      expires_at_ms bigint NOT NULL
    )`.execute(db);
}
