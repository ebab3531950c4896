/**
 * Writing a batch of actions in one transaction (docs/adr/0002-one-delivery-order.md): the delivery lock, then a last look at keys
 * and campaigns, then actions, delivery numbers, contacts and counters, then the commit. Statements take whole columns as arrays, so that
 * their number does not depend on the size of the batch.
 */
import { CoterieError, encodeHex, equalBytes } from "@coterie/bytes";
import type { Pool, PoolClient } from "pg";
import { deliveryLockSql } from "../db/delivery-lock.ts";
import { batchSql } from "./batch-sql.ts";
import type { PreparedAction, PreparedContact, StoreOutcome } from "./prepared-action.ts";

/** The transaction failed. `commitSent` tells whether it may have been stored all the same. */
export class BatchFailure extends CoterieError {
  readonly code = "gateway/batch-failed";
  readonly commitSent: boolean;
  constructor(commitSent: boolean, cause: unknown) {
    super("a batch was not stored", { cause });
    this.commitSent = commitSent;
  }
}

/** Stores the actions, in order; one outcome for each. Throws BatchFailure. */
export async function storeBatch(pool: Pool, actions: readonly PreparedAction[]): Promise<readonly StoreOutcome[]> {
  const state = { commitSent: false };
  let client: PoolClient | undefined;
  try {
    client = await pool.connect();
    await client.query(`BEGIN; ${deliveryLockSql}`);
    const outcomes = await writeRows(client, actions);
    state.commitSent = true;
    await client.query("COMMIT");
    client.release();
    return outcomes;
  } catch (error) {
    await giveBack(client);
    throw new BatchFailure(state.commitSent, error);
  }
}

async function giveBack(client: PoolClient | undefined): Promise<void> {
  const rolledBack = await client?.query("ROLLBACK").then(
    () => true,
    () => false,
  );
  client?.release(rolledBack !== true);
}

async function writeRows(client: PoolClient, actions: readonly PreparedAction[]): Promise<readonly StoreOutcome[]> {
  const present = await readPresent(client, actions);
  const allowed = actions.filter((action) => refusalOf(action, present) === undefined);
  const inserted = await insertActions(client, allowed);
  // The first of several with one id is the one that was inserted.
  const stored = new Set<PreparedAction>();
  for (const action of allowed) if (inserted.delete(encodeHex(action.id))) stored.add(action);
  await insertContacts(client, [...stored]);
  const counterByCampaign = await count(client, { actions, stored });
  const known = await readKnown(client, actions.filter((action) => !stored.has(action)));
  return actions.map((action) => {
    const counter = counterByCampaign.get(encodeHex(action.campaignId)) ?? 0;
    if (stored.has(action)) return { kind: "stored", counter };
    const mac = known.get(encodeHex(action.id));
    if (mac !== undefined) return equalBytes(mac, action.requestMac) ? { kind: "repeated", counter } : { kind: "conflict" };
    return { kind: refusalOf(action, present) ?? "conflict" };
  });
}

/** Active keys and open campaigns among those that a batch needs. */
interface Present {
  readonly keys: ReadonlySet<string>;
  readonly campaigns: ReadonlySet<string>;
}

async function readPresent(client: PoolClient, actions: readonly PreparedAction[]): Promise<Present> {
  const keyIds = distinct(actions.flatMap(({ contacts }) => contacts.map(({ keyId }) => keyId)));
  const campaignIds = distinct(actions.map(({ campaignId }) => campaignId));
  const { rows } = await client.query<{ id: Uint8Array; is_key: boolean }>(batchSql.present([keyIds, campaignIds]));
  return {
    keys: new Set(rows.filter((row) => row.is_key).map(({ id }) => encodeHex(id))),
    campaigns: new Set(rows.filter((row) => !row.is_key).map(({ id }) => encodeHex(id))),
  };
}

function refusalOf(action: PreparedAction, present: Present): "campaign-closed" | "key-replaced" | undefined {
  if (!present.campaigns.has(encodeHex(action.campaignId))) return "campaign-closed";
  const sealedToActive = action.contacts.every(({ keyId }) => present.keys.has(encodeHex(keyId)));
  return sealedToActive ? undefined : "key-replaced";
}

async function insertActions(client: PoolClient, actions: readonly PreparedAction[]): Promise<Set<string>> {
  if (actions.length === 0) return new Set();
  const { rows } = await client.query<{ id: Uint8Array }>(
    batchSql.insertActions([
      actions.map(({ id }) => id),
      actions.map(({ campaignId }) => campaignId),
      actions.map(({ pageId }) => pageId),
      actions.map(({ customFields }) => JSON.stringify(customFields)),
      actions.map(({ tracking }) => JSON.stringify(tracking)),
      actions.map(({ sealing }) => sealing),
      actions.map(({ createdAtMs }) => createdAtMs),
      actions.map(({ requestMac }) => requestMac),
    ]),
  );
  return new Set(rows.map(({ id }) => encodeHex(id)));
}

/** A contact with the action it belongs to. */
interface ContactRow {
  readonly actionId: Uint8Array;
  readonly contact: PreparedContact;
}

async function insertContacts(client: PoolClient, actions: readonly PreparedAction[]): Promise<void> {
  const rows = actions.flatMap(({ id, contacts }) => contacts.map((contact): ContactRow => ({ actionId: id, contact })));
  if (rows.length === 0) return;
  const sequences = await drawSequences(client, rows);
  await client.query(
    batchSql.insertContacts([
      rows.map(({ actionId }) => actionId),
      rows.map(({ contact }) => contact.organisationId),
      rows.map(({ contact }) => contact.payload),
      rows.map(({ contact }) => contact.nonce),
      rows.map(({ contact }) => contact.keyId),
      rows.map(({ contact }) => contact.signKey),
      rows.map(({ contact }) => contact.commitment),
      rows.map(({ contact }) => contact.consent.purpose),
      rows.map(({ contact }) => ({ no: 0, yes: 1, "not-asked": 2 })[contact.consent.optIn]),
      rows.map(({ contact }) => contact.consent.wordingId),
      rows.map(({ contact }) => contact.consent.wordingHash),
      rows.map(({ contact }) => contact.consent.locale),
      rows.map(({ contact }) => contact.consent.givenAtMs),
      rows.map(({ contact }) => contact.headerSignature),
      sequences,
    ]),
  );
}

/** The next delivery numbers of each row's organisation. */
async function drawSequences(client: PoolClient, rows: readonly ContactRow[]): Promise<readonly number[]> {
  const byOrganisation = new Map<string, { readonly id: Uint8Array; size: number }>();
  for (const { contact } of rows) {
    const key = encodeHex(contact.organisationId);
    const group = byOrganisation.get(key) ?? { id: contact.organisationId, size: 0 };
    group.size++;
    byOrganisation.set(key, group);
  }
  const groups = [...byOrganisation.values()];
  const drawn = await client.query<{ organisation_id: Uint8Array; last_sequence: number }>(
    batchSql.drawSequences([groups.map(({ id }) => id), groups.map(({ size }) => size)]),
  );
  const next = new Map<string, number>();
  for (const { organisation_id, last_sequence } of drawn.rows) {
    const key = encodeHex(organisation_id);
    next.set(key, last_sequence - (byOrganisation.get(key)?.size ?? 0));
  }
  return rows.map(({ contact }) => {
    const key = encodeHex(contact.organisationId);
    const sequence = (next.get(key) ?? 0) + 1;
    next.set(key, sequence);
    return sequence;
  });
}

/** Adds what was stored to the counters, and reads the counters of all campaigns of the batch. */
async function count(
  client: PoolClient,
  { actions, stored }: { readonly actions: readonly PreparedAction[]; readonly stored: ReadonlySet<PreparedAction> },
): Promise<ReadonlyMap<string, number>> {
  const campaigns = distinct(actions.map(({ campaignId }) => campaignId));
  const grown = campaigns.map((id) => [...stored].filter(({ campaignId }) => equalBytes(campaignId, id)).length);
  const { rows } = await client.query<{ campaign_id: Uint8Array; actions: number }>(batchSql.count([campaigns, grown]));
  return new Map(rows.map((row) => [encodeHex(row.campaign_id), row.actions]));
}

/** The request MACs of actions that exist already. */
async function readKnown(client: PoolClient, actions: readonly PreparedAction[]): Promise<ReadonlyMap<string, Uint8Array>> {
  if (actions.length === 0) return new Map();
  const { rows } = await client.query<{ id: Uint8Array; request_mac: Uint8Array }>(
    batchSql.known([actions.map(({ id }) => id)]),
  );
  return new Map(rows.map(({ id, request_mac }) => [encodeHex(id), request_mac]));
}

function distinct(ids: readonly Uint8Array[]): readonly Uint8Array[] {
  return [...new Map(ids.map((id) => [encodeHex(id), id])).values()];
}
