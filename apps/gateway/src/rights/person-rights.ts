/** What a person sees and deletes by a link from a mail (docs/protocol/rights.md §5): everywhere, without personal data. */
import type { Bytes } from "@coterie/bytes";
import type { ClientBase } from "pg";
import { recordEvent } from "../audit/record-event.ts";
import type { RightsTokenTable } from "../db/rights-schema.ts";
import type { ActionState, ConsentConfirmationState, StoredOptIn } from "../db/schema.ts";
import type { GatewayDeps } from "../deps.ts";
import { encodeId } from "../ids.ts";
import { countErased, eraseActions, erasedAtOnce, inErasingTransaction } from "./erase-actions.ts";
import { findRightsToken } from "./rights-tokens.ts";

/** One organisation's part in an action. */
export interface HeldReceiver {
  readonly organisation: string;
  readonly optIn: StoredOptIn;
  readonly confirmation: ConsentConfirmationState;
}

/** One action that is held. */
export interface HeldAction {
  readonly campaign: string;
  readonly page_organisation: string;
  readonly created_at_ms: number;
  readonly state: ActionState;
  readonly receivers: readonly HeldReceiver[];
}

/** What is held of a token's actions, the oldest first. */
export async function listHeld(
  client: Pick<ClientBase, "query">,
  { action_ids }: Pick<RightsTokenTable, "action_ids">,
): Promise<readonly HeldAction[]> {
  const { rows } = await client.query<HeldAction>(
    `SELECT m.title AS campaign, po.title AS page_organisation, a.created_at_ms, a.state,
       (SELECT coalesce(jsonb_agg(jsonb_build_object('organisation', o.title, 'optIn', c.consent_opt_in,
            'confirmation', c.confirmation) ORDER BY (c.organisation_id <> p.organisation_id)), '[]')
        FROM contacts c JOIN organisations o ON o.id = c.organisation_id WHERE c.action_id = a.id) AS receivers
     FROM actions a
     JOIN action_pages p ON p.id = a.page_id
     JOIN campaigns m ON m.id = a.campaign_id
     JOIN organisations po ON po.id = p.organisation_id
     WHERE a.id = ANY($1::bytea[]) AND a.erased_at_ms IS NULL AND a.state IN ('pending', 'accepted')
     ORDER BY a.created_at_ms, a.id`,
    [action_ids],
  );
  return rows;
}

/** What came of a wish to delete. */
export type PersonErasure =
  | { readonly kind: "erased" | "used"; readonly token: RightsTokenTable }
  /** Unknown, expired, or never a token: all alike. */
  | { readonly kind: "invalid" };

/**
 * Deletes everything that a token names, at all organisations. The token is used up at the end: where the gateway dies in between, the
 * same link deletes the rest.
 */
export async function eraseByToken(
  deps: Pick<GatewayDeps, "pool" | "random" | "now">,
  { hash }: { readonly hash: Uint8Array },
): Promise<PersonErasure> {
  const token = await findRightsToken(deps.pool, { hash, nowMs: deps.now() });
  if (token === undefined) return { kind: "invalid" };
  if (token.used_at_ms !== null) return { kind: "used", token };
  const queue = [...token.action_ids];
  while (queue.length > 0) await eraseSome(deps, queue.splice(0, erasedAtOnce));
  const { rowCount } = await deps.pool.query(
    "UPDATE rights_tokens SET used_at_ms = $2, action_ids = '{}' WHERE token_hash = $1 AND used_at_ms IS NULL",
    [hash, deps.now()],
  );
  return { kind: rowCount === 0 ? "used" : "erased", token };
}

async function eraseSome(
  deps: Pick<GatewayDeps, "pool" | "random" | "now">,
  actionIds: readonly Bytes[],
): Promise<void> {
  await inErasingTransaction(deps, async (client) => {
    const atMs = deps.now();
    const erased = await eraseActions(client, { actionIds, whose: { kind: "everybody" }, kind: "erased", atMs });
    for (const { organisationId, campaignId, amount } of countErased(erased)) {
      await recordEvent(deps, client, {
        organisationId,
        actor: { kind: "public" },
        event: "person-erased",
        subject: encodeId("ccam", campaignId),
        amount,
        atMs,
      });
    }
  });
}
