/** The statements of a PostgreSQL target. */
import { UsageError } from "../terminal/errors.ts";

/** A table's name that was checked. */
export interface TableName {
  readonly quoted: string;
}

/** "contacts" or "schema.contacts", lower case. Throws UsageError. */
export function parseTableName(text: string): TableName {
  const parts = text.split(".");
  const isName = parts.length <= 2 && parts.every((part) => /^[a-z_][a-z0-9_]{0,62}$/.test(part));
  if (!isName)
    throw new UsageError("--table takes a name of lower-case letters, digits and _: contacts, or crm.contacts");
  return { quoted: parts.map((part) => `"${part}"`).join(".") };
}

/** Makes the table where there is none. */
export function createTableSql({ quoted }: TableName): string {
  return `
    CREATE TABLE IF NOT EXISTS ${quoted} (
      action_id text NOT NULL,
      organisation_id text NOT NULL,
      status text NOT NULL DEFAULT 'active',
      created_at timestamptz,
      campaign text,
      page text,
      locale text,
      action_type text,
      email text,
      first_name text,
      last_name text,
      phone text,
      country text,
      postcode text,
      person jsonb,
      consent_purpose text,
      opt_in text,
      consent jsonb,
      confirmation text,
      confirmed_at timestamptz,
      tracking jsonb,
      custom_fields jsonb,
      duplicate_rank integer,
      last_event text,
      last_event_at timestamptz,
      synced_at timestamptz NOT NULL DEFAULT now(),
      PRIMARY KEY (action_id, organisation_id)
    )`;
}

const columns = [
  ["action_id", "text"],
  ["organisation_id", "text"],
  ["created_at", "timestamptz"],
  ["campaign", "text"],
  ["page", "text"],
  ["locale", "text"],
  ["action_type", "text"],
  ["email", "text"],
  ["first_name", "text"],
  ["last_name", "text"],
  ["phone", "text"],
  ["country", "text"],
  ["postcode", "text"],
  ["person", "jsonb"],
  ["consent_purpose", "text"],
  ["opt_in", "text"],
  ["consent", "jsonb"],
  ["confirmation", "text"],
  ["confirmed_at", "timestamptz"],
  ["tracking", "jsonb"],
  ["custom_fields", "jsonb"],
  ["duplicate_rank", "integer"],
] as const;

const key: ReadonlySet<string> = new Set(["action_id", "organisation_id"]);

/** Adds and replaces contacts of one JSON array. A row that was emptied stays empty; what a later event said stays said. */
export function upsertSql({ quoted }: TableName): string {
  const names = columns.map(([name]) => name).join(", ");
  const types = columns.map(([name, type]) => `${name} ${type}`).join(", ");
  const changes = columns.flatMap(([name]) => (key.has(name) ? [] : [`${name} = excluded.${name}`]));
  return `
    INSERT INTO ${quoted} AS t (${names})
    SELECT DISTINCT ON (action_id, organisation_id) ${names} FROM jsonb_to_recordset($1::jsonb) AS r(${types})
    ON CONFLICT (action_id, organisation_id) DO UPDATE SET ${changes.join(", ")}, synced_at = now()
    WHERE t.status NOT IN ('erased', 'expired')`;
}

/**
 * Applies events in their order: the last answer about the newsletter counts, an erasure for ever. A contact that is not there yet gets a
 * row without anything, so that it cannot come in later. Where a campaign's time is over, whoever said yes to hearing from
 * this organisation stays (docs/protocol/rights.md §6).
 */
export function applyEventsSql({ quoted }: TableName): string {
  const emptied = columns.flatMap(([name]) => (key.has(name) ? [] : [`${name} = NULL`])).join(", ");
  return `
    WITH events AS (
      SELECT * FROM jsonb_to_recordset($1::jsonb) AS e(position integer, action_id text, kind text, at timestamptz)
    ), latest AS (
      SELECT DISTINCT ON (action_id) * FROM events ORDER BY action_id, position DESC
    ), answered AS (
      SELECT DISTINCT ON (action_id) * FROM events WHERE kind IN ('newsletter-confirmed', 'newsletter-declined')
      ORDER BY action_id, position DESC
    ), gone AS (
      SELECT action_id, bool_or(kind = 'erased') AS erased FROM events WHERE kind IN ('erased', 'expired') GROUP BY action_id
    ), superseded AS (
      SELECT DISTINCT action_id FROM events WHERE kind = 'superseded'
    ), noted AS (
      UPDATE ${quoted} t SET last_event = latest.kind, last_event_at = latest.at, synced_at = now(),
        confirmation = CASE WHEN answered.kind IS NULL THEN t.confirmation
          WHEN answered.kind = 'newsletter-confirmed' THEN 'confirmed' ELSE 'declined' END,
        confirmed_at = coalesce(answered.at, t.confirmed_at),
        status = CASE WHEN superseded.action_id IS NULL THEN t.status ELSE 'superseded' END
      FROM latest LEFT JOIN answered USING (action_id) LEFT JOIN superseded USING (action_id)
      WHERE t.action_id = latest.action_id AND t.organisation_id = $2 AND t.status NOT IN ('erased', 'expired')
        AND NOT EXISTS (SELECT FROM gone WHERE gone.action_id = t.action_id AND
          (gone.erased OR t.opt_in IS DISTINCT FROM 'yes' OR coalesce(
            CASE answered.kind WHEN 'newsletter-confirmed' THEN 'confirmed' WHEN 'newsletter-declined' THEN 'declined' END,
            t.confirmation, 'not-asked') IN ('awaited', 'declined')))
    ), emptied AS (
      UPDATE ${quoted} t SET ${emptied}, status = CASE WHEN gone.erased THEN 'erased' ELSE 'expired' END,
        last_event = latest.kind, last_event_at = latest.at, synced_at = now()
      FROM gone JOIN latest USING (action_id) LEFT JOIN answered USING (action_id)
      WHERE t.action_id = gone.action_id AND t.organisation_id = $2
        AND (gone.erased OR t.opt_in IS DISTINCT FROM 'yes' OR coalesce(
          CASE answered.kind WHEN 'newsletter-confirmed' THEN 'confirmed' WHEN 'newsletter-declined' THEN 'declined' END,
          t.confirmation, 'not-asked') IN ('awaited', 'declined'))
    )
    INSERT INTO ${quoted} (action_id, organisation_id, status, last_event, last_event_at)
    SELECT action_id, $2, 'erased', 'erased', now() FROM gone WHERE erased
    ON CONFLICT (action_id, organisation_id) DO NOTHING`;
}
