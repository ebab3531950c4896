/**
 * Actions that await confirmation become accepted, rejected or lapsed here and nowhere else. Until then their contacts have no
 * delivery number, so no organisation sees them, and no counter holds them (docs/protocol/mails.md §4).
 */
import { encodeHex } from "@coterie/bytes";
import type { ClientBase } from "pg";
import { addToPageCounts } from "../counting/page-counts.ts";
import { rankConfirmedActions } from "../counting/ranks.ts";
import { batchSql } from "./batch-sql.ts";
import { drawDeliveryNumbers } from "./delivery-numbers.ts";

/** Which actions, and when. */
export interface AcceptInput {
  readonly actionIds: readonly Uint8Array[];
  readonly atMs: number;
}

/**
 * Accepts those that are pending: their contacts are delivered from now on, and the first of each person counts. Call it in a
 * transaction that holds the delivery lock. The ids of those that were accepted.
 */
export async function acceptActions(
  client: ClientBase,
  { actionIds, atMs }: AcceptInput,
): Promise<readonly Uint8Array[]> {
  const { rows } = await client.query<AcceptedRow>(
    `UPDATE actions SET state = 'accepted', confirmed_at_ms = $2
     WHERE id = ANY($1::bytea[]) AND state = 'pending'
     RETURNING id, campaign_id, page_id, created_at_ms, coalesce(tracking ->> 'source', '') AS source`,
    [actionIds, atMs],
  );
  const accepted = rows.map(({ id }) => id);
  await deliverContacts(client, accepted);
  await countAccepted(client, rows);
  return accepted;
}

interface AcceptedRow {
  readonly id: Uint8Array;
  readonly campaign_id: Uint8Array;
  readonly page_id: Uint8Array;
  readonly source: string;
  readonly created_at_ms: number;
}

/** Where the person lives is not known any more: the area is the unknown one. */
async function countAccepted(client: ClientBase, rows: readonly AcceptedRow[]): Promise<void> {
  const duplicates = await rankConfirmedActions(
    client,
    rows.map(({ id }) => id),
  );
  const isDuplicate = ({ id }: AcceptedRow): boolean => duplicates.has(encodeHex(id));
  await countCampaigns(
    client,
    rows.filter((row) => !isDuplicate(row)).map(({ campaign_id }) => campaign_id),
  );
  await addToPageCounts(
    client,
    rows.map((row) => ({
      pageId: row.page_id,
      createdAtMs: row.created_at_ms,
      source: row.source,
      area: "",
      isDuplicate: isDuplicate(row),
    })),
  );
}

/** How an action that is not accepted ends: the person said no or cannot be reached, or nobody answered in time. */
export interface RefuseInput {
  readonly actionIds: readonly Uint8Array[];
  readonly state: "rejected" | "lapsed";
}

/** Ends those that are pending, and deletes their contacts, which nobody has seen, and their fingerprints. The ids of those that ended. */
export async function refuseActions(
  client: ClientBase,
  { actionIds, state }: RefuseInput,
): Promise<readonly Uint8Array[]> {
  const { rows } = await client.query<{ id: Uint8Array }>(
    "UPDATE actions SET state = $2 WHERE id = ANY($1::bytea[]) AND state = 'pending' RETURNING id",
    [actionIds, state],
  );
  const refused = rows.map(({ id }) => id);
  if (refused.length === 0) return refused;
  await client.query("DELETE FROM contacts WHERE action_id = ANY($1::bytea[])", [refused]);
  await client.query("DELETE FROM fingerprints WHERE action_id = ANY($1::bytea[])", [refused]);
  return refused;
}

async function deliverContacts(client: ClientBase, actionIds: readonly Uint8Array[]): Promise<void> {
  if (actionIds.length === 0) return;
  const { rows } = await client.query<{ action_id: Uint8Array; organisation_id: Uint8Array }>(
    `SELECT action_id, organisation_id FROM contacts
     WHERE action_id = ANY($1::bytea[]) AND delivery_sequence IS NULL ORDER BY action_id, organisation_id`,
    [actionIds],
  );
  const numbers = await drawDeliveryNumbers(
    client,
    rows.map(({ organisation_id }) => organisation_id),
  );
  await client.query(
    `UPDATE contacts c SET delivery_sequence = n.number
     FROM unnest($1::bytea[], $2::bytea[], $3::bigint[]) AS n (action_id, organisation_id, number)
     WHERE c.action_id = n.action_id AND c.organisation_id = n.organisation_id`,
    [rows.map(({ action_id }) => action_id), rows.map(({ organisation_id }) => organisation_id), numbers],
  );
}

async function countCampaigns(client: ClientBase, campaignIds: readonly Uint8Array[]): Promise<void> {
  const sizeById = new Map<string, { readonly id: Uint8Array; size: number }>();
  for (const id of campaignIds) {
    const entry = sizeById.get(encodeHex(id)) ?? { id, size: 0 };
    entry.size++;
    sizeById.set(encodeHex(id), entry);
  }
  const entries = [...sizeById.values()];
  if (entries.length === 0) return;
  await client.query(batchSql.count([entries.map(({ id }) => id), entries.map(({ size }) => size)]));
}
