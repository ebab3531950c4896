/**
 * Erasing persons, here and nowhere else (docs/protocol/rights.md §2): what the gateway holds of them goes, the action stays as a
 * tombstone that counts, and each organisation that had the contact is told in its stream. One transaction: whatever is killed when, all
 * of it happened or nothing.
 */
import { type Bytes, encodeHex } from "@coterie/bytes";
import type { ClientBase, Pool, PoolClient } from "pg";
import { refuseActions } from "../actions/acceptance.ts";
import { drawDeliveryNumbers } from "../actions/delivery-numbers.ts";
import type { ErasureKind } from "../db/rights-schema.ts";
import { inDeliveryTransaction } from "../db/transaction.ts";
import { errorCode } from "../log/log.ts";
import { dropUnneededBoxes } from "../mails/clear-data.ts";

/** Whose contacts are erased. */
export type ErasureScope =
  | { readonly kind: "everybody" }
  /** This organisation's alone. */
  | { readonly kind: "organisation"; readonly organisationId: Uint8Array }
  /**
   * Everybody's, asked for by this organisation, which leads the campaign. Who said yes to hearing from another organisation has a
   * relation to that one that is not the lead's to end: that organisation is told instead.
   */
  | { readonly kind: "lead"; readonly organisationId: Uint8Array };

/** Whose contacts of which actions. */
export interface EraseInput {
  /** At most {@link erasedAtOnce}. */
  readonly actionIds: readonly Uint8Array[];
  readonly whose: ErasureScope;
  readonly kind: ErasureKind;
  readonly atMs: number;
}

/** A contact that is gone. */
export interface ErasedContact {
  readonly action_id: Bytes;
  readonly campaign_id: Bytes;
  readonly organisation_id: Bytes;
  /** Null where it was never delivered: its organisation did not know of it. */
  readonly delivery_sequence: number | null;
}

/** Actions in one transaction: it holds the lock that submissions wait for. */
export const erasedAtOnce = 200;

/**
 * Erases; what is erased already is left alone. Call it in a transaction that holds the delivery lock
 * ({@link inErasingTransaction}). The contacts that are gone now.
 */
export async function eraseActions(client: ClientBase, input: EraseInput): Promise<readonly ErasedContact[]> {
  const { whose } = input;
  // The rows are locked first, in one order: mails that come back end actions without the delivery lock.
  const { rows: locked } = await client.query<{ id: Bytes }>(
    `SELECT id FROM actions WHERE id = ANY($1::bytea[]) AND erased_at_ms IS NULL ORDER BY id FOR UPDATE`,
    [input.actionIds],
  );
  const actionIds = locked.map(({ id }) => id);
  if (actionIds.length === 0) return [];
  const organisationId = whose.kind === "everybody" ? null : whose.organisationId;
  if (whose.kind === "lead") await tellSpared(client, { ...input, actionIds, organisationId });
  const { rows: contacts } = await client.query<ErasedContact>(
    `DELETE FROM contacts c USING actions a WHERE c.action_id = ANY($1::bytea[]) AND a.id = c.action_id
       AND CASE $3 WHEN 'everybody' THEN true WHEN 'organisation' THEN c.organisation_id = $2 ELSE NOT ${isSpared} END
     RETURNING c.action_id, a.campaign_id, c.organisation_id, c.delivery_sequence`,
    [actionIds, organisationId, whose.kind],
  );
  await tellOrganisations(client, { ...input, contacts });
  // Who has no part in an action cannot empty it.
  const touched = whose.kind === "organisation" ? contacts.map(({ action_id }) => action_id) : actionIds;
  const emptied = await findEmptied(client, touched);
  await emptyActions(client, { ...input, actionIds: emptied });
  await forgetContacts(client, contacts);
  return contacts;
}

const isSpared =
  "(c.organisation_id <> $2 AND c.consent_opt_in = 1 AND c.confirmation IN ('not-asked', 'confirmed') AND c.delivery_sequence IS NOT NULL)";

/** Tells, once, whom a lead's erasure spared that it was asked for. */
async function tellSpared(
  client: ClientBase,
  { actionIds, organisationId, atMs }: Pick<EraseInput, "actionIds" | "atMs"> & { readonly organisationId: unknown },
): Promise<void> {
  const { rows } = await client.query<{ organisation_id: Bytes; action_id: Bytes }>(
    `SELECT c.organisation_id, c.action_id FROM contacts c WHERE c.action_id = ANY($1::bytea[]) AND ${isSpared}
       AND NOT EXISTS (SELECT FROM delivery_events e WHERE e.organisation_id = c.organisation_id
         AND e.action_id = c.action_id AND e.kind = 'erasure-asked')
     ORDER BY c.delivery_sequence`,
    [actionIds, organisationId],
  );
  await insertEvents(client, { rows, kind: "erasure-asked", atMs });
}

/**
 * A tombstone for each contact that its organisation may have. What was said about it before has no more use, except where a campaign's
 * time is over: then whether the person confirmed decides what the organisation may keep, and it may not have heard of that yet.
 */
async function tellOrganisations(
  client: ClientBase,
  { contacts, kind, atMs }: Pick<EraseInput, "kind" | "atMs"> & { readonly contacts: readonly ErasedContact[] },
): Promise<void> {
  const rows = contacts
    .filter(({ delivery_sequence }) => delivery_sequence !== null)
    // In the order in which they came.
    .sort((left, right) => (left.delivery_sequence ?? 0) - (right.delivery_sequence ?? 0));
  if (rows.length === 0) return;
  await client.query(
    `DELETE FROM delivery_events e USING unnest($1::bytea[], $2::bytea[]) AS t (organisation_id, action_id), deliveries d
     WHERE e.organisation_id = t.organisation_id AND e.action_id = t.action_id AND d.organisation_id = t.organisation_id
       AND ($3 = 'erased' OR e.delivery_sequence <= d.acknowledged_sequence)`,
    [rows.map(({ organisation_id }) => organisation_id), rows.map(({ action_id }) => action_id), kind],
  );
  await insertEvents(client, { rows, kind, atMs });
}

interface EventsInput {
  readonly rows: readonly Pick<ErasedContact, "organisation_id" | "action_id">[];
  readonly kind: ErasureKind | "erasure-asked";
  readonly atMs: number;
}

async function insertEvents(client: ClientBase, { rows, kind, atMs }: EventsInput): Promise<void> {
  const organisationIds = rows.map(({ organisation_id }) => organisation_id);
  const numbers = await drawDeliveryNumbers(client, organisationIds);
  await client.query(
    `INSERT INTO delivery_events (organisation_id, delivery_sequence, action_id, kind, at_ms)
     SELECT t.*, $4::text, $5::bigint FROM unnest($1::bytea[], $2::bigint[], $3::bytea[]) AS t`,
    [organisationIds, numbers, rows.map(({ action_id }) => action_id), kind, atMs],
  );
}

async function findEmptied(client: ClientBase, actionIds: readonly Uint8Array[]): Promise<readonly Bytes[]> {
  const { rows } = await client.query<{ id: Bytes }>(
    `SELECT id FROM actions a WHERE id = ANY($1::bytea[])
       AND NOT EXISTS (SELECT FROM contacts c WHERE c.action_id = a.id) ORDER BY id`,
    [actionIds],
  );
  return rows.map(({ id }) => id);
}

/**
 * What is left of an action: that it was, when, on which page, and whether it counts. The digest of its request is no digest of anything
 * any more, so that no guess can be tested against it; a repetition of the request is refused, since the id is taken.
 */
async function emptyActions(
  client: ClientBase,
  { actionIds, kind, atMs }: Pick<EraseInput, "actionIds" | "kind" | "atMs">,
): Promise<void> {
  if (actionIds.length === 0) return;
  const ids = [actionIds];
  await refuseActions(client, { actionIds, state: "rejected" });
  await client.query("DELETE FROM mails WHERE action_id = ANY($1::bytea[])", ids);
  await client.query("DELETE FROM mail_boxes WHERE action_id = ANY($1::bytea[])", ids);
  await client.query("DELETE FROM mail_tokens WHERE action_id = ANY($1::bytea[])", ids);
  await client.query("DELETE FROM comment_decisions WHERE action_id = ANY($1::bytea[])", ids);
  await client.query(
    `UPDATE actions SET custom_fields = '{}', tracking = '{}', request_mac = decode(repeat('00', 32), 'hex'),
       confirmed_at_ms = NULL, mail_bounced_at_ms = NULL, erased_at_ms = $2, erasure = $3
     WHERE id = ANY($1::bytea[])`,
    [actionIds, atMs, kind],
  );
  await client.query(
    `UPDATE linked_actions SET custom_fields = '{}', tracking = '{}', request_mac = decode(repeat('00', 32), 'hex')
     WHERE action_id = ANY($1::bytea[])`,
    ids,
  );
  // What keeps the same person from counting twice goes later (docs/protocol/rights.md §3), everything else now.
  await client.query(
    "DELETE FROM fingerprints WHERE action_id = ANY($1::bytea[]) AND ($2 = 'expired' OR scope_kind = 'organisation')",
    [actionIds, kind],
  );
}

/** What the gateway keeps for organisations whose contact is gone, of actions that others still have. */
async function forgetContacts(client: ClientBase, contacts: readonly ErasedContact[]): Promise<void> {
  if (contacts.length === 0) return;
  const actionIds = contacts.map(({ action_id }) => action_id);
  const pairs = [actionIds, contacts.map(({ organisation_id }) => organisation_id)];
  const matches =
    "USING unnest($1::bytea[], $2::bytea[]) AS g (action_id, organisation_id) WHERE t.action_id = g.action_id";
  await client.query(`DELETE FROM mails t ${matches} AND t.organisation_id = g.organisation_id`, pairs);
  await client.query(`DELETE FROM mail_tokens t ${matches} AND t.organisation_id = g.organisation_id`, pairs);
  await client.query(`DELETE FROM fingerprints t ${matches} AND t.scope_id = g.organisation_id`, pairs);
  await dropUnneededBoxes(client, actionIds);
}

const deadlock = "40P01";
const attempts = 5;

/** A transaction under the delivery lock, tried again where the database broke a deadlock with mails that ended meanwhile. */
export async function inErasingTransaction<Result>(
  deps: { readonly pool: Pool },
  use: (client: PoolClient) => Promise<Result>,
): Promise<Result> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await inDeliveryTransaction(deps, use);
    } catch (error) {
      if (errorCode(error) !== deadlock || attempt === attempts) throw error;
    }
  }
}

/** How many contacts of each organisation and campaign are gone: for the audit log. */
export function countErased(contacts: readonly ErasedContact[]): readonly {
  readonly organisationId: Bytes;
  readonly campaignId: Bytes;
  readonly amount: number;
}[] {
  const byPair = new Map<string, { organisationId: Bytes; campaignId: Bytes; amount: number }>();
  for (const { organisation_id, campaign_id } of contacts) {
    const key = `${encodeHex(organisation_id)} ${encodeHex(campaign_id)}`;
    const entry = byPair.get(key) ?? { organisationId: organisation_id, campaignId: campaign_id, amount: 0 };
    entry.amount++;
    byPair.set(key, entry);
  }
  return [...byPair.values()];
}
