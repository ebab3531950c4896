/**
 * Delivery: an organisation pulls its contacts by cursor and acknowledges what it has stored. At least once; the action id and the
 * organisation id name a contact. Nothing is deleted by acknowledging.
 */
import type { Bytes } from "@coterie/bytes";
import { protocolLimits } from "@coterie/protocol";
import { sql } from "kysely";
import type { DeliveryEventTable } from "../db/mail-schema.ts";
import type { ContactTable } from "../db/schema.ts";
import type { GatewayDeps } from "../deps.ts";
import { RefusedError } from "../errors.ts";

/** A contact with what stands around it in clear. */
export interface DeliveredContact extends ContactTable {
  readonly delivery_sequence: number;
  readonly confirmed_at_ms: number | null;
  readonly duplicate_rank: number;
  readonly public: Bytes;
  readonly campaign_id: Bytes;
  readonly page_id: Bytes;
  readonly sealing: "gateway" | "browser";
  readonly created_at_ms: number;
  readonly custom_fields: Readonly<Record<string, string>>;
  readonly tracking: Readonly<Record<string, string>>;
  readonly campaign_name: string;
  readonly form_schema: string;
  readonly page_name: string;
  readonly page_locale: string;
  readonly action_type: string;
}

/** One pull. */
export interface Delivery {
  readonly contacts: readonly DeliveredContact[];
  /** What happened to contacts, numbered among them. */
  readonly events: readonly DeliveryEventTable[];
  readonly nextCursor: string;
  readonly more: boolean;
}

const defaultPullContacts = 500;

/** Contacts after the cursor, or after what was acknowledged last. Throws RefusedError "invalid" on a malformed cursor or limit. */
export async function pullContacts(
  { db }: Pick<GatewayDeps, "db">,
  {
    organisationId,
    cursor,
    limit,
  }: { readonly organisationId: Bytes; readonly cursor: string; readonly limit: number },
): Promise<Delivery> {
  if (limit < 0 || limit > protocolLimits.pullContacts) throw new RefusedError("invalid");
  const size = limit === 0 ? defaultPullContacts : limit;
  const numbers = await readNumbers({ db }, organisationId);
  const after = cursor === "" ? numbers.acknowledged : parseCursor(cursor);
  // What is numbered up to here is visible, so that the two statements of reading cannot miss each other's rows.
  return await readDelivery({ db }, { organisationId, after, upTo: numbers.last, size });
}

/** A part of an organisation's stream. */
export interface DeliveryRange {
  readonly organisationId: Bytes;
  /** Numbers greater than this … */
  readonly after: number;
  /** … up to this one, which is visible. */
  readonly upTo: number;
  /** At most so many contacts, and so many events. */
  readonly size: number;
}

/** What is in a part of an organisation's stream now. What was erased is not there any more. */
export async function readDelivery(
  { db }: Pick<GatewayDeps, "db">,
  { organisationId, after, upTo, size }: DeliveryRange,
): Promise<Delivery> {
  const { rows } = await sql<DeliveredContact>`
    SELECT c.*, k.public, a.campaign_id, a.page_id, a.sealing, a.created_at_ms, a.confirmed_at_ms, a.duplicate_rank, a.custom_fields, a.tracking,
      m.name AS campaign_name, m.form_schema, p.name AS page_name, p.locale AS page_locale, p.action_type
    FROM contacts c
    JOIN public_keys k ON k.key_id = c.key_id AND k.organisation_id = c.organisation_id
    JOIN actions a ON a.id = c.action_id
    JOIN campaigns m ON m.id = a.campaign_id
    JOIN action_pages p ON p.id = a.page_id
    WHERE c.organisation_id = ${organisationId} AND c.delivery_sequence > ${after} AND c.delivery_sequence <= ${upTo}
    ORDER BY c.delivery_sequence
    LIMIT ${size + 1}`.execute(db);
  const events = await db
    .selectFrom("delivery_events")
    .selectAll()
    .where("organisation_id", "=", organisationId)
    .where("delivery_sequence", ">", after)
    .where("delivery_sequence", "<=", upTo)
    .orderBy("delivery_sequence")
    .limit(size + 1)
    .execute();
  return takeInOrder({ contacts: rows, events, after, size });
}

interface Waiting {
  readonly contacts: readonly DeliveredContact[];
  readonly events: readonly DeliveryEventTable[];
  readonly after: number;
  readonly size: number;
}

/** At most `size` contacts and `size` events, all up to one cursor. */
function takeInOrder({ contacts, events, after, size }: Waiting): Delivery {
  const cut = [contacts, events].flatMap((rows) =>
    rows.length > size ? [rows[size - 1]?.delivery_sequence ?? after] : [],
  );
  const seen = Math.max(after, ...[...contacts, ...events].map((row) => row.delivery_sequence));
  const cursor = cut.length === 0 ? seen : Math.min(...cut);
  const upToCursor = (row: { readonly delivery_sequence: number }): boolean => row.delivery_sequence <= cursor;
  return {
    contacts: contacts.filter(upToCursor),
    events: events.filter(upToCursor),
    nextCursor: String(cursor),
    more: cut.length > 0,
  };
}

/** Remembers the cursor; an older one changes nothing. Throws RefusedError "invalid" where it is malformed or ahead of everything. */
export async function acknowledgeContacts(
  { db }: Pick<GatewayDeps, "db">,
  { organisationId, cursor }: { readonly organisationId: Bytes; readonly cursor: string },
): Promise<void> {
  const sequence = parseCursor(cursor);
  const row = await db
    .updateTable("deliveries")
    .set({ acknowledged_sequence: sql<number>`greatest(acknowledged_sequence, ${sequence})` })
    .where("organisation_id", "=", organisationId)
    // Acknowledging what does not exist yet would skip it when it comes.
    .where("last_sequence", ">=", sequence)
    .returning("acknowledged_sequence")
    .executeTakeFirst();
  if (row === undefined) throw new RefusedError("invalid");
}

async function readNumbers(
  { db }: Pick<GatewayDeps, "db">,
  organisationId: Bytes,
): Promise<{ readonly acknowledged: number; readonly last: number }> {
  const row = await db
    .selectFrom("deliveries")
    .select(["acknowledged_sequence", "last_sequence"])
    .where("organisation_id", "=", organisationId)
    .executeTakeFirst();
  return { acknowledged: row?.acknowledged_sequence ?? 0, last: row?.last_sequence ?? 0 };
}

function parseCursor(text: string): number {
  if (!/^(0|[1-9][0-9]{0,14})$/.test(text)) throw new RefusedError("invalid");
  return Number(text);
}
