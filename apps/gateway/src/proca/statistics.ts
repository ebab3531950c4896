/** Numbers of a campaign by organisation and by type of action: read at most once a minute, for all who ask. */
import { type Bytes, encodeHex } from "@coterie/bytes";
import { sql } from "kysely";
import type { GatewayDeps } from "../deps.ts";
import { gatewayLimits } from "../limits.ts";

/** Supporters on one organisation's pages: each person counts once in the campaign. */
export interface OrganisationCount {
  readonly name: string;
  readonly title: string;
  readonly count: number;
}

/** Actions of one type, of whomever. */
export interface TypeCount {
  readonly actionType: string;
  readonly count: number;
}

/** Both, of one campaign. */
export interface CampaignNumbers {
  readonly byOrganisation: readonly OrganisationCount[];
  readonly byType: readonly TypeCount[];
}

/** Reads the numbers of a campaign. */
export type Statistics = (campaignId: Bytes) => Promise<CampaignNumbers>;

const numbersAgeMs = 60_000;

/** The statistics of this database. */
export function createStatistics({ db, now }: Pick<GatewayDeps, "db" | "now">): Statistics {
  const known = new Map<string, { readonly numbers: Promise<CampaignNumbers>; readonly readAtMs: number }>();
  return async (campaignId) => {
    const key = encodeHex(campaignId);
    const last = known.get(key);
    const ageMs = last === undefined ? Number.POSITIVE_INFINITY : now() - last.readAtMs;
    if (last !== undefined && ageMs >= 0 && ageMs < numbersAgeMs) return await last.numbers;
    if (known.size >= gatewayLimits.cachedPages) known.clear();
    // The promise is kept, so that all who ask meanwhile wait for one count.
    const numbers = count({ db }, campaignId);
    known.set(key, { numbers, readAtMs: now() });
    try {
      return await numbers;
    } catch (error) {
      known.delete(key);
      throw error;
    }
  };
}

interface Row extends OrganisationCount {
  readonly action_type: string;
  /** Of persons who had signed before as well. */
  readonly actions: number;
}

async function count({ db }: Pick<GatewayDeps, "db">, campaignId: Bytes): Promise<CampaignNumbers> {
  const { rows } = await sql<Row>`
    SELECT o.name, o.title, p.action_type, sum(c.counted)::bigint AS count, sum(c.counted + c.duplicates)::bigint AS actions
    FROM page_counts c
    JOIN action_pages p ON p.id = c.page_id
    JOIN organisations o ON o.id = p.organisation_id
    WHERE p.campaign_id = ${campaignId} AND c.dimension = 'day'
    GROUP BY o.name, o.title, p.action_type ORDER BY o.name, p.action_type`.execute(db);
  const linked = await sql<Pick<Row, "action_type" | "actions">>`
    SELECT l.action_type, count(*) AS actions
    FROM linked_actions l JOIN actions a ON a.id = l.action_id
    WHERE l.campaign_id = ${campaignId} AND a.state = 'accepted'
    GROUP BY l.action_type ORDER BY l.action_type`.execute(db);
  const byOrganisation = new Map<string, OrganisationCount>();
  const byType = new Map<string, number>();
  for (const { name, title, count: size } of rows) {
    byOrganisation.set(name, { name, title, count: (byOrganisation.get(name)?.count ?? 0) + size });
  }
  for (const { action_type: type, actions } of [...rows, ...linked.rows]) {
    byType.set(type, (byType.get(type) ?? 0) + actions);
  }
  return {
    byOrganisation: [...byOrganisation.values()],
    byType: [...byType].map(([actionType, size]) => ({ actionType, count: size })),
  };
}
