/** An organisation's stored contacts by the key they are sealed to. */
import type { Bytes } from "@coterie/bytes";
import { protocolLimits } from "@coterie/protocol";
import { sql } from "kysely";
import type { DeliveredContact } from "../contacts/contacts.ts";
import type { GatewayDeps } from "../deps.ts";
import { RefusedError } from "../errors.ts";

/** How many contacts a key holds. */
export interface KeyCoverageRow {
  readonly key_id: Bytes;
  readonly contacts: number;
  readonly pending: number;
}

/** The coverage of every key that holds a contact. */
export async function countContactsByKey(
  { db }: Pick<GatewayDeps, "db">,
  organisationId: Bytes,
): Promise<readonly KeyCoverageRow[]> {
  const { rows } = await sql<KeyCoverageRow>`
    SELECT key_id, count(*) FILTER (WHERE delivery_sequence IS NOT NULL) AS contacts,
      count(*) FILTER (WHERE delivery_sequence IS NULL) AS pending
    FROM contacts WHERE organisation_id = ${organisationId} GROUP BY key_id ORDER BY key_id`.execute(db);
  return rows;
}

/** Which contacts are wanted. */
export interface UnderKeyInput {
  readonly organisationId: Bytes;
  readonly keyId: Bytes;
  readonly cursor: string;
  readonly limit: number;
}

/** One part of the list. */
export interface ContactsUnderKey {
  readonly contacts: readonly DeliveredContact[];
  readonly nextCursor: string;
  readonly more: boolean;
}

/** Delivered contacts under a key, in the order of delivery. Throws RefusedError "invalid" on a malformed cursor or limit. */
export async function listContactsUnderKey(
  { db }: Pick<GatewayDeps, "db">,
  { organisationId, keyId, cursor, limit }: UnderKeyInput,
): Promise<ContactsUnderKey> {
  if (limit < 0 || limit > protocolLimits.pullContacts) throw new RefusedError("invalid");
  if (!/^(|0|[1-9][0-9]{0,14})$/.test(cursor)) throw new RefusedError("invalid");
  const size = limit === 0 ? 500 : limit;
  const { rows } = await sql<DeliveredContact>`
    SELECT c.*, k.public, a.campaign_id, a.page_id, a.sealing, a.created_at_ms, a.confirmed_at_ms, a.duplicate_rank, a.custom_fields,
      a.tracking, m.name AS campaign_name, m.form_schema, p.name AS page_name, p.locale AS page_locale, p.action_type
    FROM contacts c
    JOIN public_keys k ON k.key_id = c.key_id AND k.organisation_id = c.organisation_id
    JOIN actions a ON a.id = c.action_id
    JOIN campaigns m ON m.id = a.campaign_id
    JOIN action_pages p ON p.id = a.page_id
    WHERE c.organisation_id = ${organisationId} AND c.key_id = ${keyId} AND c.delivery_sequence > ${Number(cursor)}
    ORDER BY c.delivery_sequence
    LIMIT ${size + 1}`.execute(db);
  const contacts = rows.slice(0, size);
  const last = contacts.at(-1)?.delivery_sequence ?? Number(cursor);
  return { contacts, nextCursor: String(last), more: rows.length > size };
}
