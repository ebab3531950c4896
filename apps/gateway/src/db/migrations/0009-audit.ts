/**
 * The audit log and notices to staff (docs/protocol/audit.md). Events are inserted anywhere in a transaction; the database chains
 * them when it commits, so that the log's lock is the last one taken and is held for that moment only.
 */
import { type Kysely, sql } from "kysely";
import type { Migration } from "kysely/migration";

/** Creates the tables, the chaining, and the refusal of every change. */
export const audit: Migration = { up };

async function up(db: Kysely<unknown>): Promise<void> {
  await createLog(db);
  await createChaining(db);
  await refuseChanges(db);
  await changeTokens(db);
  await createNotices(db);
}

async function createLog(db: Kysely<unknown>): Promise<void> {
  await sql`
    CREATE TABLE audit_logs (
      is_only boolean PRIMARY KEY DEFAULT true CHECK (is_only),
      log_id bytea NOT NULL CHECK (octet_length(log_id) = 16)
    )`.execute(db);
  await sql`INSERT INTO audit_logs (log_id) VALUES (uuid_send(gen_random_uuid()))`.execute(db);
  await sql`
    CREATE TABLE audit_events (
      id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
      organisation_id bytea CHECK (octet_length(organisation_id) = 16),
      actor text NOT NULL CHECK (actor IN ('organisation', 'operator', 'gateway', 'public')),
      token_id bytea CHECK (octet_length(token_id) = 16),
      event text NOT NULL CHECK (event ~ '^[a-z][a-z-]{0,39}$'),
      subject text NOT NULL CHECK (subject ~ '^[a-z0-9-]{0,128}$'),
      amount bigint NOT NULL CHECK (amount >= 0),
      at_ms bigint NOT NULL CHECK (at_ms > 0),
      salt bytea NOT NULL CHECK (octet_length(salt) = 32)
    )`.execute(db);
  await sql`
    CREATE TABLE audit_chain (
      seq bigint PRIMARY KEY CHECK (seq > 0),
      event_id bigint NOT NULL UNIQUE REFERENCES audit_events (id),
      organisation_id bytea,
      organisation_seq bigint NOT NULL,
      event_hash bytea NOT NULL,
      hash bytea NOT NULL,
      CHECK ((organisation_seq = 0) = (organisation_id IS NULL))
    )`.execute(db);
  await sql`
    CREATE UNIQUE INDEX audit_chain_by_organisation ON audit_chain (organisation_id, organisation_seq)
    WHERE organisation_id IS NOT NULL`.execute(db);
  await sql`CREATE INDEX audit_chain_by_place ON audit_chain (organisation_id, seq)`.execute(db);
  await sql`
    CREATE TABLE audit_counts (
      organisation_id bytea NOT NULL REFERENCES organisations (id),
      event text NOT NULL,
      token_id bytea,
      recorded_at_ms bigint NOT NULL,
      amount bigint NOT NULL,
      PRIMARY KEY (organisation_id, event)
    )`.execute(db);
}

async function createChaining(db: Kysely<unknown>): Promise<void> {
  // The encoding of packages/bytes/src/fields.ts: each field is its length, then its bytes.
  await sql`
    CREATE FUNCTION audit_field(field bytea) RETURNS bytea LANGUAGE sql IMMUTABLE
    RETURN int4send(octet_length(field)) || field`.execute(db);
  await sql`
    CREATE FUNCTION audit_text(field text) RETURNS bytea LANGUAGE sql IMMUTABLE
    RETURN audit_field(convert_to(field, 'UTF8'))`.execute(db);
  // The last link is found by its index: a plan made while the log was short must not read all of it later.
  await sql`
    CREATE FUNCTION audit_append() RETURNS trigger LANGUAGE plpgsql SET enable_seqscan = off AS $append$
    DECLARE
      log bytea;
      last_seq bigint;
      last_hash bytea;
      own_seq bigint := 0;
      fresh_hash bytea;
    BEGIN
      PERFORM pg_advisory_xact_lock(1668248690, 9);
      -- Each statement below sees what whoever held the lock before has committed.
      SELECT log_id INTO STRICT log FROM audit_logs;
      SELECT seq, hash INTO last_seq, last_hash FROM audit_chain ORDER BY seq DESC LIMIT 1;
      IF NEW.organisation_id IS NOT NULL THEN
        SELECT coalesce(max(organisation_seq), 0) + 1 INTO own_seq
        FROM audit_chain WHERE organisation_id = NEW.organisation_id;
      END IF;
      last_seq := coalesce(last_seq, 0) + 1;
      fresh_hash := sha256(audit_text('coterie/audit-event/1') || audit_field(NEW.salt)
        || audit_field(coalesce(NEW.organisation_id, '')) || audit_field(int8send(own_seq)) || audit_text(NEW.actor)
        || audit_field(coalesce(NEW.token_id, '')) || audit_text(NEW.event) || audit_text(NEW.subject)
        || audit_field(int8send(NEW.amount)) || audit_field(int8send(NEW.at_ms)));
      INSERT INTO audit_chain (seq, event_id, organisation_id, organisation_seq, event_hash, hash)
      VALUES (last_seq, NEW.id, NEW.organisation_id, own_seq, fresh_hash,
        sha256(audit_text('coterie/audit-chain/1') || audit_field(log) || audit_field(int8send(last_seq))
          || audit_field(coalesce(last_hash, '')) || audit_field(fresh_hash)));
      RETURN NULL;
    END $append$`.execute(db);
  await sql`
    CREATE CONSTRAINT TRIGGER audit_events_are_chained AFTER INSERT ON audit_events
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION audit_append()`.execute(db);
}

async function refuseChanges(db: Kysely<unknown>): Promise<void> {
  await sql`
    CREATE FUNCTION audit_refuse() RETURNS trigger LANGUAGE plpgsql AS $refuse$
    BEGIN
      RAISE EXCEPTION 'the audit log only grows' USING ERRCODE = 'insufficient_privilege';
    END $refuse$`.execute(db);
  for (const table of ["audit_logs", "audit_events", "audit_chain"]) {
    await sql`
      CREATE TRIGGER ${sql.ref(`${table}_only_grows`)} BEFORE UPDATE OR DELETE OR TRUNCATE ON ${sql.table(table)}
      FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse()`.execute(db);
  }
  // A second log would be one to switch to; a link that no event made would be a forged one.
  await sql`
    CREATE TRIGGER audit_logs_is_one BEFORE INSERT ON audit_logs
    FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse()`.execute(db);
  await sql`
    CREATE TRIGGER audit_chain_by_events_only BEFORE INSERT ON audit_chain
    FOR EACH STATEMENT WHEN (pg_trigger_depth() = 0) EXECUTE FUNCTION audit_refuse()`.execute(db);
}

async function changeTokens(db: Kysely<unknown>): Promise<void> {
  // Several tokens of one organisation, each with a name and a public id by which it is revoked.
  await sql`
    ALTER TABLE organisation_tokens
      ADD COLUMN token_id bytea NOT NULL DEFAULT uuid_send(gen_random_uuid()) CHECK (octet_length(token_id) = 16),
      ADD COLUMN label text NOT NULL DEFAULT 'first token' CHECK (length(label) BETWEEN 1 AND 100),
      ADD UNIQUE (token_id)`.execute(db);
  await sql`CREATE INDEX organisation_tokens_by_organisation ON organisation_tokens (organisation_id)`.execute(db);
  await sql`
    ALTER TABLE organisations
      ADD COLUMN locale text NOT NULL DEFAULT 'en' CHECK (locale ~ '^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*$')`.execute(db);
}

async function createNotices(db: Kysely<unknown>): Promise<void> {
  await sql`
    CREATE TABLE notice_addresses (
      id bytea PRIMARY KEY CHECK (octet_length(id) = 16),
      organisation_id bytea NOT NULL REFERENCES organisations (id),
      address bytea NOT NULL CHECK (octet_length(address) <= 1024),
      locale text NOT NULL,
      state text NOT NULL CHECK (state IN ('unconfirmed', 'confirmed', 'removed')),
      replaces_id bytea,
      created_at_ms bigint NOT NULL,
      token_hash bytea UNIQUE CHECK (octet_length(token_hash) = 32),
      expires_at_ms bigint,
      told_seq bigint NOT NULL,
      due_at_ms bigint NOT NULL,
      attempts smallint NOT NULL DEFAULT 0,
      lease_until_ms bigint NOT NULL DEFAULT 0,
      CHECK ((state = 'confirmed') = (expires_at_ms IS NULL))
    )`.execute(db);
  await sql`CREATE INDEX notice_addresses_by_organisation ON notice_addresses (organisation_id)`.execute(db);
  await sql`
    CREATE TABLE notice_dismissals (
      token_id bytea NOT NULL REFERENCES organisation_tokens (token_id) ON DELETE CASCADE,
      seq bigint NOT NULL REFERENCES audit_chain (seq),
      PRIMARY KEY (token_id, seq)
    )`.execute(db);
  await sql`
    CREATE TABLE watched_keys (
      organisation_id bytea PRIMARY KEY REFERENCES organisations (id),
      key_id bytea
    )`.execute(db);
}
