/**
 * Mails: actions that await confirmation, what organisations decide about mails, sealed addresses, the outbox, tokens. No
 * column holds an address or a name in clear (docs/protocol/mails.md §3).
 */
import { type Kysely, sql } from "kysely";
import type { Migration } from "kysely/migration";

/** Changes and creates the tables. */
export const mails: Migration = { up };

async function up(db: Kysely<unknown>): Promise<void> {
  await changeActions(db);
  await createSettings(db);
  await createMails(db);
}

async function changeActions(db: Kysely<unknown>): Promise<void> {
  await sql`
    ALTER TABLE actions
      ADD COLUMN state text NOT NULL DEFAULT 'accepted' CHECK (state IN ('pending', 'accepted', 'rejected', 'lapsed')),
      ADD COLUMN confirmed_at_ms bigint,
      ADD COLUMN mail_bounced_at_ms bigint`.execute(db);
  await sql`CREATE INDEX actions_pending ON actions (created_at_ms) WHERE state = 'pending'`.execute(db);
  // A contact without a number is not delivered: its action awaits confirmation.
  await sql`
    ALTER TABLE contacts
      ALTER COLUMN delivery_sequence DROP NOT NULL,
      ADD COLUMN confirmation text NOT NULL DEFAULT 'not-asked'
        CHECK (confirmation IN ('not-asked', 'awaited', 'confirmed', 'declined')),
      ADD COLUMN confirmation_at_ms bigint`.execute(db);
  await sql`
    CREATE TABLE delivery_events (
      organisation_id bytea NOT NULL REFERENCES deliveries (organisation_id),
      delivery_sequence bigint NOT NULL CHECK (delivery_sequence > 0),
      action_id bytea NOT NULL CHECK (octet_length(action_id) = 16),
      kind text NOT NULL CHECK (kind ~ '^[a-z][a-z-]{0,39}$'),
      at_ms bigint NOT NULL,
      PRIMARY KEY (organisation_id, delivery_sequence)
    )`.execute(db);
}

async function createSettings(db: Kysely<unknown>): Promise<void> {
  await sql`
    CREATE TABLE campaign_mails (
      campaign_id bytea PRIMARY KEY REFERENCES campaigns (id),
      confirm_supporter boolean NOT NULL,
      confirm_newsletter boolean NOT NULL
    )`.execute(db);
  await sql`
    CREATE TABLE page_mails (
      page_id bytea PRIMARY KEY REFERENCES action_pages (id),
      confirm_supporter boolean NOT NULL,
      confirm_newsletter boolean NOT NULL,
      thank_you boolean NOT NULL,
      reminders smallint NOT NULL CHECK (reminders BETWEEN 0 AND 3),
      reminder_after_ms bigint NOT NULL CHECK (reminder_after_ms BETWEEN 3600000 AND 345600000)
    )`.execute(db);
  await sql`
    CREATE TABLE page_mail_texts (
      page_id bytea NOT NULL REFERENCES action_pages (id),
      kind text NOT NULL CHECK (kind IN ('confirm-supporter', 'confirm-newsletter', 'thank-you', 'reminder')),
      subject text NOT NULL CHECK (length(subject) <= 200),
      intro text NOT NULL CHECK (length(intro) <= 2000),
      PRIMARY KEY (page_id, kind)
    )`.execute(db);
}

async function createMails(db: Kysely<unknown>): Promise<void> {
  // An address and a first name, sealed to a mail key that is kept outside the database and destroyed.
  await sql`
    CREATE TABLE mail_boxes (
      action_id bytea PRIMARY KEY REFERENCES actions (id) ON DELETE CASCADE,
      key_id bytea NOT NULL CHECK (octet_length(key_id) = 16),
      sender_public_key bytea NOT NULL CHECK (octet_length(sender_public_key) = 32),
      nonce bytea NOT NULL CHECK (octet_length(nonce) = 24),
      payload bytea NOT NULL CHECK (octet_length(payload) = 528),
      stored_at_ms bigint NOT NULL
    )`.execute(db);
  await sql`CREATE INDEX mail_boxes_by_key ON mail_boxes (key_id, stored_at_ms)`.execute(db);
  await sql`CREATE INDEX mail_boxes_by_age ON mail_boxes (stored_at_ms)`.execute(db);
  await sql`
    CREATE TABLE mails (
      id bytea PRIMARY KEY CHECK (octet_length(id) = 16),
      action_id bytea NOT NULL REFERENCES actions (id) ON DELETE CASCADE,
      kind text NOT NULL CHECK (kind IN ('confirm-supporter', 'confirm-newsletter', 'thank-you', 'reminder')),
      organisation_id bytea REFERENCES organisations (id),
      number smallint NOT NULL DEFAULT 0,
      state text NOT NULL CHECK (state IN ('waiting', 'due', 'sent', 'bounced', 'failed', 'cancelled')),
      due_at_ms bigint NOT NULL,
      attempts smallint NOT NULL DEFAULT 0,
      lease_until_ms bigint NOT NULL DEFAULT 0,
      closed_at_ms bigint,
      UNIQUE NULLS NOT DISTINCT (action_id, kind, organisation_id, number),
      CHECK ((kind = 'confirm-newsletter') = (organisation_id IS NOT NULL))
    )`.execute(db);
  await sql`CREATE INDEX mails_due ON mails (due_at_ms) WHERE state = 'due'`.execute(db);
  await sql`
    CREATE TABLE mail_tokens (
      token_hash bytea PRIMARY KEY CHECK (octet_length(token_hash) = 32),
      action_id bytea NOT NULL REFERENCES actions (id) ON DELETE CASCADE,
      purpose text NOT NULL
        CHECK (purpose IN ('confirm-supporter', 'reject-supporter', 'confirm-newsletter', 'decline-newsletter')),
      organisation_id bytea REFERENCES organisations (id),
      expires_at_ms bigint NOT NULL,
      outcome text CHECK (outcome IN ('confirmed', 'rejected')),
      CHECK ((purpose LIKE '%-newsletter') = (organisation_id IS NOT NULL))
    )`.execute(db);
  await sql`CREATE INDEX mail_tokens_by_action ON mail_tokens (action_id)`.execute(db);
  await sql`CREATE INDEX mail_tokens_by_expiry ON mail_tokens (expires_at_ms)`.execute(db);
}
