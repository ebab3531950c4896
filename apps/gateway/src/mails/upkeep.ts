/**
 * What is done about mail keys and clear data again and again (docs/protocol/mails.md §3): new keys, old boxes sealed again, addresses
 * past their end deleted, keys destroyed once nothing is sealed to them, actions that nobody confirmed ended.
 */
import { CoterieError, decodeHex, encodeHex } from "@coterie/bytes";
import { type MailKeyId, parseMailKeyId, planMailKeys, type StoredMailBox } from "@coterie/vault";
import { refuseActions } from "../actions/acceptance.ts";
import { inTransaction } from "../db/transaction.ts";
import type { GatewayDeps } from "../deps.ts";
import { encodeId } from "../ids.ts";
import { answerTokens, cancelMails } from "./clear-data.ts";
import type { MailKeys } from "./mail-keys.ts";

/** What upkeep needs. */
export interface UpkeepDeps extends Pick<GatewayDeps, "pool" | "now"> {
  readonly mailKeys: MailKeys;
}

/** Rows in one step. */
const stepRows = 500;

/** Does everything that is due now. Gateways that do it at once do not disturb each other. */
export async function keepUpMails(deps: UpkeepDeps): Promise<void> {
  await endUnconfirmed(deps);
  while (await keepUpKeys(deps));
  await deps.pool.query("DELETE FROM mail_tokens WHERE expires_at_ms <= $1", [deps.now()]);
}

/** Ends actions whose confirmation did not come in time. */
async function endUnconfirmed({ pool, now, mailKeys }: UpkeepDeps): Promise<void> {
  for (;;) {
    const atMs = now();
    const ended = await inTransaction({ pool }, async (client) => {
      const { rows } = await client.query<{ id: Uint8Array }>(
        `SELECT id FROM actions WHERE state = 'pending' AND created_at_ms <= $1
         ORDER BY id LIMIT ${stepRows} FOR UPDATE SKIP LOCKED`,
        [atMs - mailKeys.policy.unconfirmedMs],
      );
      const actionIds = await refuseActions(client, { actionIds: rows.map(({ id }) => id), state: "lapsed" });
      await answerTokens(client, { actionIds, outcome: "rejected" });
      await cancelMails(client, { actionIds, atMs });
      return rows.length;
    });
    if (ended < stepRows) return;
  }
}

interface BoxRow {
  readonly action_id: Uint8Array;
  readonly key_id: Uint8Array;
  readonly stored_at_ms: number;
  readonly confirmed: boolean;
}

/** One step of the plan; true where there may be more to do. */
async function keepUpKeys({ pool, now, mailKeys }: UpkeepDeps): Promise<boolean> {
  const { keyring, policy } = mailKeys;
  const keys = await keyring.list();
  const boxes = await readBoxes(
    { pool },
    keys.map(({ keyId }) => keyId),
  );
  const plan = planMailKeys({ policy, nowMs: now(), keys, boxes });
  if (plan.rotate) {
    await keyring.rotate();
    mailKeys.forget();
  }
  if (plan.expire.length > 0) {
    await inTransaction({ pool }, async (client) => {
      await cancelMails(client, { actionIds: plan.expire, atMs: now() });
    });
  }
  for (const actionId of plan.rewrap) await rewrap({ pool, now, mailKeys }, actionId);
  let destroyed = 0;
  for (const keyId of plan.destroy) {
    // The plan knows some boxes of each key: only the table knows that there are none.
    if (await isSealedTo({ pool }, keyId)) continue;
    await keyring.destroy(keyId);
    destroyed++;
  }
  return plan.rotate || plan.expire.length > 0 || plan.rewrap.length > 0 || destroyed > 0;
}

/**
 * Up to some hundred boxes of every key, the oldest first. Boxes of keys that are not in this gateway's folder are left alone until
 * their end: they may be another gateway's.
 */
async function readBoxes(
  { pool }: Pick<UpkeepDeps, "pool">,
  keyIds: readonly MailKeyId[],
): Promise<readonly StoredMailBox<Uint8Array>[]> {
  const { rows } = await pool.query<BoxRow>(
    `SELECT b.action_id, b.key_id, b.stored_at_ms, a.state <> 'pending' AS confirmed
     FROM unnest($1::bytea[]) AS k (key_id)
     CROSS JOIN LATERAL (
       SELECT * FROM mail_boxes m WHERE m.key_id = k.key_id ORDER BY m.stored_at_ms LIMIT ${stepRows}) b
     JOIN actions a ON a.id = b.action_id`,
    [keyIds.map((keyId) => decodeHex(keyId))],
  );
  return rows.map(({ action_id, key_id, stored_at_ms, confirmed }) => ({
    row: action_id,
    keyId: parseMailKeyId(encodeHex(key_id)),
    storedAtMs: stored_at_ms,
    confirmed,
  }));
}

async function isSealedTo({ pool }: Pick<UpkeepDeps, "pool">, keyId: MailKeyId): Promise<boolean> {
  const { rowCount } = await pool.query("SELECT 1 FROM mail_boxes WHERE key_id = $1 LIMIT 1", [decodeHex(keyId)]);
  return rowCount !== 0;
}

/** Seals one box to the current key, where it is still there and still the same. What does not open is deleted: nobody can read it. */
async function rewrap({ pool, now, mailKeys }: UpkeepDeps, actionId: Uint8Array): Promise<void> {
  await inTransaction({ pool }, async (client) => {
    const { rows } = await client.query<
      BoxRow & { sender_public_key: Uint8Array; nonce: Uint8Array; payload: Uint8Array }
    >("SELECT * FROM mail_boxes WHERE action_id = $1 FOR UPDATE SKIP LOCKED", [actionId]);
    const [row] = rows;
    if (row === undefined) return;
    const { nonce, payload } = row;
    const box = {
      keyId: parseMailKeyId(encodeHex(row.key_id)),
      senderPublicKey: row.sender_public_key,
      nonce,
      payload,
    };
    const moved = await mailKeys.keyring
      .rewrap({ box, actionId: encodeId("cact", actionId) })
      .catch((error: unknown) => {
        if (error instanceof CoterieError && error.code !== "vault/mail-key-file") return undefined;
        throw error;
      });
    if (moved === undefined) return await cancelMails(client, { actionIds: [actionId], atMs: now() });
    await client.query(
      "UPDATE mail_boxes SET key_id = $2, sender_public_key = $3, nonce = $4, payload = $5 WHERE action_id = $1",
      [actionId, decodeHex(moved.keyId), moved.senderPublicKey, moved.nonce, moved.payload],
    );
  });
}

/** How many addresses are still there although nothing is due to them, or past their hard end: always 0 while upkeep runs. */
export async function countOverdue({ pool, now, mailKeys }: UpkeepDeps): Promise<number> {
  const { unconfirmedMs, undeliveredMs, settleMs } = mailKeys.policy;
  const { rows } = await pool.query<{ overdue: number }>(
    `SELECT count(*) AS overdue FROM mail_boxes b JOIN actions a ON a.id = b.action_id
     WHERE b.stored_at_ms + CASE WHEN a.state = 'pending' THEN $2::bigint ELSE $3::bigint END + $4::bigint <= $1::bigint
       OR NOT EXISTS (SELECT 1 FROM mails m WHERE m.action_id = b.action_id AND m.state IN ('due', 'waiting'))`,
    [now(), unconfirmedMs, undeliveredMs, settleMs],
  );
  return rows[0]?.overdue ?? 0;
}
