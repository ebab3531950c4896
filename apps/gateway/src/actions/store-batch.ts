/**
 * Writing a batch of actions in one transaction (docs/adr/0002-one-delivery-order.md): the delivery lock, then a last look at keys
 * and campaigns, then actions, delivery numbers, contacts, mails, ranks and counters, then the commit. Statements take whole columns as arrays, so that
 * their number does not depend on the size of the batch.
 */
import { CoterieError, decodeHex, encodeHex, equalBytes } from "@coterie/bytes";
import type { Pool, PoolClient } from "pg";
import { addToPageCounts } from "../counting/page-counts.ts";
import { type Duplicates, rankNewActions } from "../counting/ranks.ts";
import { deliveryLockSql } from "../db/delivery-lock.ts";
import { batchSql } from "./batch-sql.ts";
import { drawDeliveryNumbers } from "./delivery-numbers.ts";
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

/** Where actions are stored, and by which clock keys are judged. */
export interface StoreBatchDeps {
  readonly pool: Pool;
  readonly now: () => number;
}

/** Stores the actions, in order; one outcome for each. Throws BatchFailure. */
export async function storeBatch(
  { pool, now }: StoreBatchDeps,
  actions: readonly PreparedAction[],
): Promise<readonly StoreOutcome[]> {
  const state = { commitSent: false };
  let client: PoolClient | undefined;
  try {
    client = await pool.connect();
    await client.query(`BEGIN; ${deliveryLockSql}`);
    const outcomes = await writeRows(client, { actions, nowMs: now() });
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

interface Batch {
  readonly actions: readonly PreparedAction[];
  /** After the lock was taken. */
  readonly nowMs: number;
}

async function writeRows(client: PoolClient, { actions, nowMs }: Batch): Promise<readonly StoreOutcome[]> {
  const present = await readPresent(client, { actions, nowMs });
  const allowed = actions.filter((action) => refusalOf(action, present) === undefined);
  const inserted = await insertActions(client, allowed);
  // The first of several with one id is the one that was inserted.
  const stored = new Set<PreparedAction>();
  for (const action of allowed) if (inserted.delete(encodeHex(action.id))) stored.add(action);
  await insertContacts(client, [...stored]);
  await insertMails(client, [...stored]);
  const duplicates = await rankNewActions(client, [...stored]);
  const counterByCampaign = await count(client, { actions, stored, duplicates });
  const known = await readKnown(
    client,
    actions.filter((action) => !stored.has(action)),
  );
  return actions.map((action) => {
    const counter = counterByCampaign.get(encodeHex(action.campaignId)) ?? 0;
    if (stored.has(action)) return { kind: "stored", counter };
    const mac = known.get(encodeHex(action.id));
    if (mac !== undefined)
      return equalBytes(mac, action.requestMac) ? { kind: "repeated", counter } : { kind: "conflict" };
    return { kind: refusalOf(action, present) ?? "conflict" };
  });
}

/** Keys that take contacts and open campaigns among those that a batch needs. */
interface Present {
  readonly keys: ReadonlySet<string>;
  readonly campaigns: ReadonlySet<string>;
}

async function readPresent(client: PoolClient, { actions, nowMs }: Batch): Promise<Present> {
  const keyIds = distinct(actions.flatMap(({ contacts }) => contacts.map(({ keyId }) => keyId)));
  const campaignIds = distinct(actions.map(({ campaignId }) => campaignId));
  const { rows } = await client.query<{ id: Uint8Array; is_key: boolean }>(
    batchSql.present([keyIds, campaignIds, nowMs]),
  );
  return {
    keys: new Set(rows.filter((row) => row.is_key).map(({ id }) => encodeHex(id))),
    campaigns: new Set(rows.filter((row) => !row.is_key).map(({ id }) => encodeHex(id))),
  };
}

function refusalOf(action: PreparedAction, present: Present): "campaign-closed" | "key-replaced" | undefined {
  if (!present.campaigns.has(encodeHex(action.campaignId))) return "campaign-closed";
  const keysTaken = action.contacts.every(({ keyId }) => present.keys.has(encodeHex(keyId)));
  return keysTaken ? undefined : "key-replaced";
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
      actions.map(({ awaitsConfirmation }) => (awaitsConfirmation ? "pending" : "accepted")),
    ]),
  );
  return new Set(rows.map(({ id }) => encodeHex(id)));
}

/** A contact with the action it belongs to. */
interface ContactRow {
  readonly actionId: Uint8Array;
  readonly isPending: boolean;
  readonly contact: PreparedContact;
}

async function insertContacts(client: PoolClient, actions: readonly PreparedAction[]): Promise<void> {
  const rows = actions.flatMap(({ id, contacts, awaitsConfirmation }) =>
    contacts.map((contact): ContactRow => ({ actionId: id, isPending: awaitsConfirmation, contact })),
  );
  if (rows.length === 0) return;
  const sequences = await numberRows(client, rows);
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
      rows.map(({ contact }) => contact.confirmation),
    ]),
  );
}

/** Only what counts is delivered; the rest gets its number when it is accepted (acceptance.ts). */
async function numberRows(client: PoolClient, rows: readonly ContactRow[]): Promise<readonly (number | null)[]> {
  const delivered = rows.filter(({ isPending }) => !isPending);
  const numbers = await drawDeliveryNumbers(
    client,
    delivered.map(({ contact }) => contact.organisationId),
  );
  const byRow = new Map(delivered.map((row, index) => [row, numbers[index]]));
  return rows.map((row) => byRow.get(row) ?? null);
}

async function insertMails(client: PoolClient, actions: readonly PreparedAction[]): Promise<void> {
  const boxes = actions.flatMap(({ id, createdAtMs, mails }) =>
    mails === undefined ? [] : [{ id, createdAtMs, ...mails }],
  );
  if (boxes.length === 0) return;
  await client.query(
    batchSql.insertMailBoxes([
      boxes.map(({ id }) => id),
      boxes.map(({ box }) => decodeHex(box.keyId)),
      boxes.map(({ box }) => box.senderPublicKey),
      boxes.map(({ box }) => box.nonce),
      boxes.map(({ box }) => box.payload),
      boxes.map(({ createdAtMs }) => createdAtMs),
    ]),
  );
  const mails = boxes.flatMap((box) => box.mails.map((mail) => ({ ...mail, actionId: box.id })));
  await client.query(
    batchSql.insertMails([
      mails.map(({ id }) => id),
      mails.map(({ actionId }) => actionId),
      mails.map(({ kind }) => kind),
      mails.map(({ organisationId }) => organisationId),
      mails.map(({ number }) => number),
      mails.map(({ state }) => state),
      mails.map(({ dueAtMs }) => dueAtMs),
    ]),
  );
}

interface Counting {
  readonly actions: readonly PreparedAction[];
  readonly stored: ReadonlySet<PreparedAction>;
  readonly duplicates: Duplicates;
}

/** Adds what was stored and counts to the counters, and reads the counters of all campaigns of the batch. */
async function count(
  client: PoolClient,
  { actions, stored, duplicates }: Counting,
): Promise<ReadonlyMap<string, number>> {
  const campaigns = distinct(actions.map(({ campaignId }) => campaignId));
  const accepted = [...stored].filter(({ awaitsConfirmation }) => !awaitsConfirmation);
  const isDuplicate = ({ id }: PreparedAction): boolean => duplicates.has(encodeHex(id));
  const counted = accepted.filter((action) => !isDuplicate(action));
  const grown = campaigns.map((id) => counted.filter(({ campaignId }) => equalBytes(campaignId, id)).length);
  const { rows } = await client.query<{ campaign_id: Uint8Array; actions: number }>(batchSql.count([campaigns, grown]));
  await addToPageCounts(
    client,
    accepted.map((action) => ({
      pageId: action.pageId,
      createdAtMs: action.createdAtMs,
      source: action.tracking["source"] ?? "",
      area: action.area,
      isDuplicate: isDuplicate(action),
    })),
  );
  return new Map(rows.map((row) => [encodeHex(row.campaign_id), row.actions]));
}

/** The request MACs of actions that exist already. */
async function readKnown(
  client: PoolClient,
  actions: readonly PreparedAction[],
): Promise<ReadonlyMap<string, Uint8Array>> {
  if (actions.length === 0) return new Map();
  const { rows } = await client.query<{ id: Uint8Array; request_mac: Uint8Array }>(
    batchSql.known([actions.map(({ id }) => id)]),
  );
  return new Map(rows.map(({ id, request_mac }) => [encodeHex(id), request_mac]));
}

function distinct(ids: readonly Uint8Array[]): readonly Uint8Array[] {
  return [...new Map(ids.map((id) => [encodeHex(id), id])).values()];
}
