/** Whose a key is, decided by who opens with it; and contacts found by their key. */
import { type Kysely, sql } from "kysely";
import type { Migration } from "kysely/migration";

/** Lets several organisations name one public key, of which at most one proves it, and indexes contacts by key. */
export const keyLife: Migration = { up };

async function up(db: Kysely<unknown>): Promise<void> {
  // Challenges live for minutes: whoever is in the middle of an activation begins again.
  await sql`DROP TABLE key_challenges`.execute(db);
  // A public key is no secret: naming somebody else's must not keep its owner out.
  await sql`ALTER TABLE public_keys DROP CONSTRAINT public_keys_pkey, DROP CONSTRAINT public_keys_public_key`.execute(
    db,
  );
  await sql`
    CREATE UNIQUE INDEX one_holder_of_a_key ON public_keys (key_id) WHERE activated_at_ms IS NOT NULL`.execute(db);
  await sql`
    CREATE TABLE key_challenges (
      organisation_id bytea NOT NULL,
      key_id bytea NOT NULL,
      challenge_hash bytea NOT NULL CHECK (octet_length(challenge_hash) = 32),
      expires_at_ms bigint NOT NULL,
      PRIMARY KEY (organisation_id, key_id),
      FOREIGN KEY (organisation_id, key_id) REFERENCES public_keys (organisation_id, key_id)
    )`.execute(db);
  await sql`CREATE INDEX contacts_by_key ON contacts (organisation_id, key_id, delivery_sequence)`.execute(db);
}
