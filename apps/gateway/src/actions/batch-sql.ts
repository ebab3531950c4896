/** The statements of a batch. Named, so that each connection plans them once. */
import type { QueryConfig } from "pg";

type Statement = (values: readonly unknown[]) => QueryConfig;

/** Parameters are columns as arrays, in the order of the `unnest`. */
export const batchSql: { readonly [Name in StatementName]: Statement } = {
  present: statement(
    "present",
    `SELECT key_id AS id, true AS is_key FROM key_uses
     WHERE key_id = ANY($1::bytea[]) AND from_ms <= $3::bigint AND $3::bigint < until_ms
     UNION ALL SELECT id, false FROM campaigns WHERE open AND id = ANY($2::bytea[])`,
  ),
  insertActions: statement(
    "insert-actions",
    `INSERT INTO actions (id, campaign_id, page_id, custom_fields, tracking, sealing, created_at_ms, request_mac, state)
     SELECT * FROM unnest($1::bytea[], $2::bytea[], $3::bytea[], $4::jsonb[], $5::jsonb[], $6::text[], $7::bigint[],
       $8::bytea[], $9::text[])
     ON CONFLICT (id) DO NOTHING RETURNING id`,
  ),
  drawSequences: statement(
    "draw-sequences",
    `UPDATE deliveries SET last_sequence = last_sequence + drawn.size
     FROM unnest($1::bytea[], $2::bigint[]) AS drawn (id, size)
     WHERE organisation_id = drawn.id RETURNING organisation_id, last_sequence`,
  ),
  insertContacts: statement(
    "insert-contacts",
    `INSERT INTO contacts (action_id, organisation_id, payload, nonce, key_id, sign_key, commitment, consent_purpose,
       consent_opt_in, consent_wording_id, consent_wording_hash, consent_locale, consent_given_at_ms, header_signature,
       delivery_sequence, confirmation)
     SELECT * FROM unnest($1::bytea[], $2::bytea[], $3::bytea[], $4::bytea[], $5::bytea[], $6::bytea[], $7::bytea[],
       $8::text[], $9::smallint[], $10::text[], $11::bytea[], $12::text[], $13::bigint[], $14::bytea[], $15::bigint[],
       $16::text[])`,
  ),
  insertMailBoxes: statement(
    "insert-mail-boxes",
    `INSERT INTO mail_boxes (action_id, key_id, sender_public_key, nonce, payload, stored_at_ms)
     SELECT * FROM unnest($1::bytea[], $2::bytea[], $3::bytea[], $4::bytea[], $5::bytea[], $6::bigint[])`,
  ),
  insertMails: statement(
    "insert-mails",
    `INSERT INTO mails (id, action_id, kind, organisation_id, number, state, due_at_ms)
     SELECT * FROM unnest($1::bytea[], $2::bytea[], $3::text[], $4::bytea[], $5::smallint[], $6::text[], $7::bigint[])`,
  ),
  // Rows are changed only where something was stored: repetitions write nothing.
  count: statement(
    "count",
    `WITH grown AS (SELECT * FROM unnest($1::bytea[], $2::bigint[]) AS grown (id, size)),
     changed AS (
       UPDATE campaign_counters SET actions = actions + grown.size FROM grown
       WHERE campaign_id = grown.id AND grown.size > 0 RETURNING campaign_id, actions)
     SELECT campaign_id, actions FROM changed
     UNION ALL SELECT campaign_id, actions FROM campaign_counters JOIN grown ON campaign_id = grown.id WHERE grown.size = 0`,
  ),
  known: statement("known", "SELECT id, request_mac FROM actions WHERE id = ANY($1::bytea[])"),
};

type StatementName =
  | "present"
  | "insertActions"
  | "drawSequences"
  | "insertContacts"
  | "insertMailBoxes"
  | "insertMails"
  | "count"
  | "known";

function statement(name: string, text: string): Statement {
  return (values) => ({ name: `coterie-${name}`, text, values: [...values] });
}
