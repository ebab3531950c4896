/** How long a campaign keeps its persons (docs/protocol/rights.md §4): decided by its lead, shown to all who run pages of it. */
import type { Bytes } from "@coterie/bytes";
import type { ClientBase } from "pg";
import { recordEvent } from "../audit/record-event.ts";
import { getUsableCampaign } from "../campaigns/campaigns.ts";
import { inDeliveryTransaction } from "../db/transaction.ts";
import type { GatewayDeps } from "../deps.ts";
import { RefusedError } from "../errors.ts";
import { encodeId } from "../ids.ts";
import type { Caller } from "../organisations/authentication.ts";

/** A campaign's retention and what follows from it. */
export interface RetentionView {
  /** 0: persons stay until somebody erases. */
  readonly days: number;
  /** 0 while the campaign is open. */
  readonly closedAtMs: number;
  /** Not before then; 0 where no time is set or the campaign is open. */
  readonly deletesAtMs: number;
  /** Actions that still have a person. */
  readonly kept: number;
}

/** Which campaign, asked by whom. */
export interface RetentionName {
  readonly caller: Caller;
  readonly campaignId: Bytes;
}

const mostDays = 3650;

/** One day between a decision and what it deletes: time to take it back. */
export const decisionGraceMs: number = 86_400_000;

/**
 * SQL of the time from which the persons of campaign `c` with retention `r` are deleted: so many days after its end, and not before a
 * day has passed since the days were set.
 */
export const deletesAtSql: string = `greatest(c.closed_at_ms + r.days * 86400000::bigint, r.set_at_ms + ${decisionGraceMs}::bigint)`;

/** Throws RefusedError "not-found" where the caller neither leads the campaign nor may run pages of it. */
export async function getRetention(
  deps: Pick<GatewayDeps, "db" | "pool">,
  { caller, campaignId }: RetentionName,
): Promise<RetentionView> {
  await getUsableCampaign(deps, { organisationId: caller.organisationId, campaignId });
  return await readRetention(deps.pool, campaignId);
}

/** Only the lead. Throws RefusedError "not-found", "invalid". */
export async function setRetention(
  deps: Pick<GatewayDeps, "pool" | "now" | "random">,
  { caller, campaignId, days }: RetentionName & { readonly days: number },
): Promise<RetentionView> {
  if (!Number.isInteger(days) || days < 0 || days > mostDays) throw new RefusedError("invalid");
  // Under the lock that deleting takes: once this has answered, nothing is deleted by what was set before.
  return await inDeliveryTransaction(deps, async (client) => {
    const atMs = deps.now();
    const { rowCount } = await client.query("SELECT 1 FROM campaigns WHERE id = $1 AND lead_organisation_id = $2", [
      campaignId,
      caller.organisationId,
    ]);
    if (rowCount === 0) throw new RefusedError("not-found");
    if (days === 0) await client.query("DELETE FROM campaign_retentions WHERE campaign_id = $1", [campaignId]);
    else {
      await client.query(
        `INSERT INTO campaign_retentions (campaign_id, days, set_at_ms) VALUES ($1, $2, $3)
         ON CONFLICT (campaign_id) DO UPDATE SET days = excluded.days, set_at_ms = excluded.set_at_ms
         WHERE campaign_retentions.days <> excluded.days`,
        [campaignId, days, atMs],
      );
    }
    await recordEvent(deps, client, {
      organisationId: caller.organisationId,
      actor: { kind: "organisation", tokenId: caller.tokenId },
      event: "retention-changed",
      subject: encodeId("ccam", campaignId),
      amount: days,
      atMs,
    });
    return await readRetention(client, campaignId);
  });
}

async function readRetention(client: Pick<ClientBase, "query">, campaignId: Bytes): Promise<RetentionView> {
  const { rows } = await client.query<{
    days: number | null;
    closed_at_ms: number | null;
    deletes_at_ms: number | null;
    kept: number;
  }>(
    `SELECT r.days, c.closed_at_ms, CASE WHEN c.closed_at_ms IS NOT NULL THEN ${deletesAtSql} END AS deletes_at_ms,
       (SELECT count(*) FROM actions a WHERE a.campaign_id = c.id AND a.erased_at_ms IS NULL) AS kept
     FROM campaigns c LEFT JOIN campaign_retentions r ON r.campaign_id = c.id WHERE c.id = $1`,
    [campaignId],
  );
  const row = rows[0];
  return {
    days: row?.days ?? 0,
    closedAtMs: row?.closed_at_ms ?? 0,
    deletesAtMs: (row?.days ?? 0) === 0 ? 0 : (row?.deletes_at_ms ?? 0),
    kept: row?.kept ?? 0,
  };
}
