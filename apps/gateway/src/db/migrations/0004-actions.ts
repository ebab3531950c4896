/** Actions and their sealed contacts. */
import { type Kysely, sql } from "kysely";
import type { Migration } from "kysely/migration";

/** Creates the tables. */
export const actions: Migration = { up };

async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    CREATE TABLE actions (
      id bytea PRIMARY KEY CHECK (octet_length(id) = 16),
      campaign_id bytea NOT NULL,
      page_id bytea NOT NULL,
      custom_fields jsonb NOT NULL CHECK (octet_length(custom_fields::text) <= 16384),
      tracking jsonb NOT NULL CHECK (octet_length(tracking::text) <= 16384),
      sealing text NOT NULL CHECK (sealing IN ('gateway', 'browser')),
      created_at_ms bigint NOT NULL,
      request_mac bytea NOT NULL CHECK (octet_length(request_mac) = 32),
      FOREIGN KEY (page_id, campaign_id) REFERENCES action_pages (id, campaign_id)
    )`.execute(db);
  await sql`
    CREATE TABLE contacts (
      action_id bytea NOT NULL REFERENCES actions (id),
      organisation_id bytea NOT NULL REFERENCES deliveries (organisation_id),
      payload bytea NOT NULL CHECK (octet_length(payload) IN (528, 1040, 2064, 4112)),
      nonce bytea NOT NULL CHECK (octet_length(nonce) = 24),
      key_id bytea NOT NULL,
      sign_key bytea NOT NULL CHECK (octet_length(sign_key) = 32),
      commitment bytea NOT NULL CHECK (octet_length(commitment) = 32),
      consent_purpose text NOT NULL CHECK (consent_purpose IN ('delivery', 'newsletter')),
      consent_opt_in smallint NOT NULL CHECK (consent_opt_in IN (0, 1, 2)),
      consent_wording_id text NOT NULL CHECK (length(consent_wording_id) BETWEEN 1 AND 100),
      consent_wording_hash bytea NOT NULL CHECK (octet_length(consent_wording_hash) = 32),
      consent_locale text NOT NULL CHECK (length(consent_locale) BETWEEN 2 AND 35),
      consent_given_at_ms bigint NOT NULL,
      header_signature bytea NOT NULL CHECK (octet_length(header_signature) = 64),
      delivery_sequence bigint NOT NULL CHECK (delivery_sequence > 0),
      PRIMARY KEY (action_id, organisation_id),
      FOREIGN KEY (organisation_id, key_id) REFERENCES public_keys (organisation_id, key_id)
    )`.execute(db);
  await sql`
    CREATE UNIQUE INDEX contacts_in_delivery_order ON contacts (organisation_id, delivery_sequence)`.execute(db);
}
