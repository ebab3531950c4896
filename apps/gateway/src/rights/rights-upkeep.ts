/**
 * What is done about rights again and again (docs/protocol/rights.md §3 and §4): persons of campaigns whose time is over are deleted,
 * fingerprints of erased ones go at the end of their grace, questions and links end. It keeps no state: killed at any point, the next
 * run finds the rest; gateways that do it at once do not disturb each other.
 */
import type { Bytes } from "@coterie/bytes";
import { recordHourly } from "../audit/record-hourly.ts";
import { inTransaction } from "../db/transaction.ts";
import type { GatewayDeps } from "../deps.ts";
import { eraseActions, erasedAtOnce, inErasingTransaction } from "./erase-actions.ts";
import { deletesAtSql } from "./retention.ts";
import { requestLifeMs } from "./rights-requests.ts";

/** What upkeep needs. */
export type RightsUpkeepDeps = Pick<GatewayDeps, "pool" | "random" | "now">;

/** How long after an erasure the same person is still recognised, so that signing again does not count again. */
export const recognitionGraceMs: number = 30 * 86_400_000;

/** Does everything that is due now. */
export async function keepUpRights(deps: RightsUpkeepDeps): Promise<void> {
  for (;;) if (!(await expireSome(deps))) break;
  for (;;) if (!(await forgetSome(deps))) break;
  await tidy(deps);
}

const isOver = `NOT c.open AND c.closed_at_ms IS NOT NULL AND ${deletesAtSql} <= $1::bigint`;

interface Due {
  readonly id: Bytes;
  readonly lead: Bytes;
}

/** Deletes some persons of one campaign; false where nothing is due. */
async function expireSome(deps: RightsUpkeepDeps): Promise<boolean> {
  const expired = await inErasingTransaction(deps, async (client) => {
    const atMs = deps.now();
    const { rows } = await client.query<Due>(
      `SELECT a.id, c.lead_organisation_id AS lead FROM (
         SELECT c.id, c.lead_organisation_id FROM campaigns c JOIN campaign_retentions r ON r.campaign_id = c.id
         WHERE ${isOver} AND EXISTS (SELECT FROM actions a WHERE a.campaign_id = c.id AND a.erased_at_ms IS NULL)
         ORDER BY c.closed_at_ms LIMIT 1) c
       CROSS JOIN LATERAL (
         SELECT id FROM actions a WHERE a.campaign_id = c.id AND a.erased_at_ms IS NULL LIMIT ${erasedAtOnce}) a`,
      [atMs],
    );
    const actionIds = rows.map(({ id }) => id);
    await eraseActions(client, { actionIds, whose: { kind: "everybody" }, kind: "expired", atMs });
    return rows;
  });
  const [first] = expired;
  if (first === undefined) return false;
  const event = { organisationId: first.lead, tokenId: undefined, event: "persons-expired" } as const;
  await recordHourly(deps, { ...event, amount: expired.length });
  return true;
}

/** Ends the grace of some erased actions. */
async function forgetSome({ pool, now }: RightsUpkeepDeps): Promise<boolean> {
  const { rowCount } = await pool.query(
    `DELETE FROM fingerprints WHERE (action_id, scope_id, kind) IN (
       SELECT f.action_id, f.scope_id, f.kind FROM fingerprints f JOIN actions a ON a.id = f.action_id
       WHERE a.erased_at_ms <= $1 LIMIT ${erasedAtOnce} FOR UPDATE OF f SKIP LOCKED)`,
    [now() - recognitionGraceMs],
  );
  return rowCount === erasedAtOnce;
}

async function tidy(deps: RightsUpkeepDeps): Promise<void> {
  const nowMs = deps.now();
  await inTransaction(deps, async (client) => {
    await client.query("DELETE FROM rights_tokens WHERE expires_at_ms <= $1", [nowMs]);
    await client.query("DELETE FROM rights_requests WHERE created_at_ms <= $1", [nowMs - requestLifeMs]);
    // What was added to an action while it was erased.
    await client.query(
      `UPDATE linked_actions l SET custom_fields = '{}', tracking = '{}', request_mac = decode(repeat('00', 32), 'hex')
       FROM actions a WHERE a.id = l.action_id AND a.erased_at_ms > $1::bigint
         AND (l.custom_fields <> '{}' OR l.tracking <> '{}')`,
      [nowMs - 86_400_000],
    );
    // Nobody will link these any more, and they count nowhere.
    await client.query(
      `DELETE FROM linked_actions l USING campaigns c, campaign_retentions r
       WHERE l.action_id IS NULL AND c.id = l.campaign_id AND r.campaign_id = c.id AND ${isOver}`,
      [nowMs],
    );
  });
}

/** Actions whose persons should be gone for an hour: always 0 while upkeep runs. */
export async function countOverdue({ pool, now }: Pick<RightsUpkeepDeps, "pool" | "now">): Promise<number> {
  const { rows } = await pool.query<{ overdue: number }>(
    `SELECT count(*) AS overdue FROM campaigns c JOIN campaign_retentions r ON r.campaign_id = c.id
     JOIN actions a ON a.campaign_id = c.id AND a.erased_at_ms IS NULL WHERE ${isOver}`,
    [now() - 3_600_000],
  );
  return rows[0]?.overdue ?? 0;
}
