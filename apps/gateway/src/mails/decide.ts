/** What holding a token does, once, by POST (docs/protocol/mails.md §4). */
import type { PoolClient } from "pg";
import { acceptActions, refuseActions } from "../actions/acceptance.ts";
import { drawDeliveryNumbers } from "../actions/delivery-numbers.ts";
import { inDeliveryTransaction } from "../db/transaction.ts";
import type { GatewayDeps } from "../deps.ts";
import { answerTokens, cancelMails, dropUnneededBoxes } from "./clear-data.ts";
import { findToken, type FoundToken } from "./tokens.ts";

/** What came of a decision. */
export type Decision =
  | { readonly kind: "decided" | "answered"; readonly token: FoundToken }
  /** Unknown, expired, or never a token: all alike. */
  | { readonly kind: "invalid" };

/**
 * Does what the token allows, in one transaction under the delivery lock: of several that are used at once, by one person or many
 * gateways, one decides. A token that was used, itself or another of the same question, says so and does nothing.
 */
export async function decide(
  { pool, now }: Pick<GatewayDeps, "pool" | "now">,
  { hash }: { readonly hash: Uint8Array },
): Promise<Decision> {
  return await inDeliveryTransaction({ pool }, async (client) => {
    const atMs = now();
    const token = await findToken(client, { hash, nowMs: atMs });
    if (token === undefined) return { kind: "invalid" };
    if (token.outcome !== null) return { kind: "answered", token };
    const outcome = await carryOut(client, { token, atMs });
    return { kind: outcome === undefined ? "invalid" : "decided", token };
  });
}

interface CarryOutInput {
  readonly token: FoundToken;
  readonly atMs: number;
}

type Outcome = "confirmed" | "rejected" | undefined;

async function carryOut(client: PoolClient, input: CarryOutInput): Promise<Outcome> {
  switch (input.token.purpose) {
    case "confirm-supporter":
      return await confirmSupporter(client, input);
    case "reject-supporter":
      return await rejectSupporter(client, input);
    case "confirm-newsletter":
      return await answerNewsletter(client, { ...input, outcome: "confirmed" });
    case "decline-newsletter":
      return await answerNewsletter(client, { ...input, outcome: "rejected" });
  }
}

async function confirmSupporter(client: PoolClient, { token, atMs }: CarryOutInput): Promise<Outcome> {
  const actionIds = [token.action_id];
  const accepted = await acceptActions(client, { actionIds, atMs });
  if (accepted.length === 0) return undefined;
  // The contacts leave now for the first time: they carry the confirmation themselves, no event follows them.
  await client.query(
    `UPDATE contacts SET confirmation = 'confirmed', confirmation_at_ms = $2
     WHERE action_id = $1 AND confirmation = 'awaited'`,
    [token.action_id, atMs],
  );
  await answerTokens(client, { actionIds, outcome: "confirmed" });
  await client.query(
    `UPDATE mails SET state = 'cancelled', closed_at_ms = $2, lease_until_ms = 0
     WHERE action_id = $1 AND state = 'due' AND kind IN ('confirm-supporter', 'reminder')`,
    [token.action_id, atMs],
  );
  await client.query("UPDATE mails SET state = 'due', due_at_ms = $2 WHERE action_id = $1 AND state = 'waiting'", [
    token.action_id,
    atMs,
  ]);
  await dropUnneededBoxes(client, actionIds);
  return "confirmed";
}

async function rejectSupporter(client: PoolClient, { token, atMs }: CarryOutInput): Promise<Outcome> {
  const actionIds = [token.action_id];
  const refused = await refuseActions(client, { actionIds, state: "rejected" });
  if (refused.length === 0) return undefined;
  await answerTokens(client, { actionIds, outcome: "rejected" });
  await cancelMails(client, { actionIds, atMs });
  return "rejected";
}

/** The contact was delivered already: an event follows it. */
async function answerNewsletter(
  client: PoolClient,
  { token, atMs, outcome }: CarryOutInput & { readonly outcome: "confirmed" | "rejected" },
): Promise<Outcome> {
  const { action_id, organisation_id } = token;
  const state = outcome === "confirmed" ? "confirmed" : "declined";
  const { rowCount } = await client.query(
    `UPDATE contacts SET confirmation = $3, confirmation_at_ms = $4
     WHERE action_id = $1 AND organisation_id = $2 AND confirmation = 'awaited'`,
    [action_id, organisation_id, state, atMs],
  );
  if (rowCount === 0 || organisation_id === null) return undefined;
  const [number] = await drawDeliveryNumbers(client, [organisation_id]);
  await client.query(
    `INSERT INTO delivery_events (organisation_id, delivery_sequence, action_id, kind, at_ms) VALUES ($1, $2, $3, $4, $5)`,
    [organisation_id, number, action_id, `newsletter-${state}`, atMs],
  );
  await client.query(
    "UPDATE mail_tokens SET outcome = $3 WHERE action_id = $1 AND organisation_id = $2 AND outcome IS NULL",
    [action_id, organisation_id, outcome],
  );
  await client.query(
    `UPDATE mails SET state = 'cancelled', closed_at_ms = $3, lease_until_ms = 0
     WHERE action_id = $1 AND organisation_id = $2 AND state = 'due'`,
    [action_id, organisation_id, atMs],
  );
  await dropUnneededBoxes(client, [action_id]);
  return outcome;
}
