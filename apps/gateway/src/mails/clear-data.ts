/** Closing mails, and deleting sealed addresses as soon as nothing is due to them (docs/protocol/mails.md §3). */
import type { ClientBase } from "pg";
import { refuseActions } from "../actions/acceptance.ts";
import type { MailState } from "../db/mail-schema.ts";

/** One mail and how it ended. */
export interface CloseMailInput {
  readonly mailId: Uint8Array;
  readonly actionId: Uint8Array;
  readonly state: Extract<MailState, "sent" | "bounced" | "failed">;
  readonly atMs: number;
}

/** Writes down how a mail ended, and deletes its address where nothing else is due to it. Call it in a transaction. */
export async function closeMail(client: ClientBase, { mailId, actionId, state, atMs }: CloseMailInput): Promise<void> {
  await client.query(
    `UPDATE mails SET state = $2, closed_at_ms = $3, lease_until_ms = 0 WHERE id = $1 AND state = 'due'`,
    [mailId, state, atMs],
  );
  await dropUnneededBoxes(client, [actionId]);
}

/** Cancels whatever is still due or waiting for these actions, and deletes their addresses. */
export async function cancelMails(
  client: ClientBase,
  { actionIds, atMs }: { readonly actionIds: readonly Uint8Array[]; readonly atMs: number },
): Promise<void> {
  await client.query(
    `UPDATE mails SET state = 'cancelled', closed_at_ms = $2, lease_until_ms = 0
     WHERE action_id = ANY($1::bytea[]) AND state IN ('due', 'waiting')`,
    [actionIds, atMs],
  );
  await dropUnneededBoxes(client, actionIds);
}

/** Deletes the addresses of those actions to which nothing is due and nothing waits. */
export async function dropUnneededBoxes(client: ClientBase, actionIds: readonly Uint8Array[]): Promise<void> {
  // The boxes are locked first, in one order: of two mails of one action that end at once, the second sees how the first ended.
  await client.query("SELECT 1 FROM mail_boxes WHERE action_id = ANY($1::bytea[]) ORDER BY action_id FOR UPDATE", [
    actionIds,
  ]);
  await client.query(
    `DELETE FROM mail_boxes b WHERE action_id = ANY($1::bytea[]) AND NOT EXISTS (
       SELECT 1 FROM mails m WHERE m.action_id = b.action_id AND m.state IN ('due', 'waiting'))`,
    [actionIds],
  );
}

/**
 * The address does not take mail: nothing more is sent to it and it is deleted; an action that nobody confirmed is rejected.
 * `mailId` is the mail that said so. Call it in a transaction.
 */
export async function bounceAction(
  client: ClientBase,
  { mailId, actionId, atMs }: Omit<CloseMailInput, "state">,
): Promise<void> {
  await client.query("UPDATE actions SET mail_bounced_at_ms = coalesce(mail_bounced_at_ms, $2) WHERE id = $1", [
    actionId,
    atMs,
  ]);
  await client.query("UPDATE mails SET state = 'bounced', closed_at_ms = $2, lease_until_ms = 0 WHERE id = $1", [
    mailId,
    atMs,
  ]);
  const refused = await refuseActions(client, { actionIds: [actionId], state: "rejected" });
  await answerTokens(client, { actionIds: refused, outcome: "rejected" });
  await cancelMails(client, { actionIds: [actionId], atMs });
}

/** Uses up all tokens of these actions. */
export async function answerTokens(
  client: ClientBase,
  { actionIds, outcome }: { readonly actionIds: readonly Uint8Array[]; readonly outcome: "confirmed" | "rejected" },
): Promise<void> {
  await client.query("UPDATE mail_tokens SET outcome = $2 WHERE action_id = ANY($1::bytea[]) AND outcome IS NULL", [
    actionIds,
    outcome,
  ]);
}
