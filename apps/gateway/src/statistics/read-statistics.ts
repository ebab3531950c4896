/** Reading a campaign's numbers as one of its organisations may see them (docs/protocol/counting.md §5). */
import type { Bytes } from "@coterie/bytes";
import { sql } from "kysely";
import type { GatewayDeps } from "../deps.ts";
import { RefusedError } from "../errors.ts";
import { gatewayLimits } from "../limits.ts";
import { type Cell, hideSmallCells, type ShownCells } from "./small-cells.ts";

/** A table without its small numbers. */
export interface Table {
  readonly rows: readonly Row[];
  /** In rows that are not shown, together. */
  readonly notShown: number;
}

/** One number, and for a country those inside it. */
export interface Row extends Cell {
  readonly parts?: Table;
}

/** What an organisation sees. */
export interface CampaignStatistics {
  readonly wholeCampaign: boolean;
  readonly counted: number;
  readonly duplicates: number;
  readonly pages: Table;
  readonly days: Table;
  readonly areas: Table;
  readonly sources: Table;
}

/** Who asks for which campaign. */
export interface StatisticsInput {
  readonly campaignId: Bytes;
  readonly organisationId: Bytes;
}

/**
 * The lead sees the whole campaign, others the pages that they run there: one view each, since two views of the same numbers, of a page and of its
 * campaign, would tell by their difference what each alone hides.
 * @throws RefusedError "not-found" where the organisation has no part in the campaign
 */
export async function readStatistics(
  { db }: Pick<GatewayDeps, "db">,
  { campaignId, organisationId }: StatisticsInput,
): Promise<CampaignStatistics> {
  const wholeCampaign = await leads({ db }, { campaignId, organisationId });
  const { rows } = await sql<NumberRow>`
    WITH own AS (
      SELECT c.dimension, c.value, c.counted, c.duplicates, p.name FROM page_counts c JOIN action_pages p ON p.id = c.page_id
      WHERE p.campaign_id = ${campaignId} AND (${wholeCampaign} OR p.organisation_id = ${organisationId}))
    SELECT dimension, value AS key, sum(counted)::bigint AS counted, sum(duplicates)::bigint AS duplicates FROM own GROUP BY 1, 2
    UNION ALL
    SELECT 'page', name, sum(counted)::bigint, sum(duplicates)::bigint FROM own WHERE dimension = 'day' GROUP BY 2`.execute(
    db,
  );
  const of = (dimension: NumberRow["dimension"]): readonly NumberRow[] =>
    rows.filter((row) => row.dimension === dimension).map(({ key, ...rest }) => ({ key, ...rest }));
  const pages = of("page");
  return {
    wholeCampaign,
    counted: pages.reduce((sum, { counted }) => sum + counted, 0),
    duplicates: pages.reduce((sum, { duplicates }) => sum + duplicates, 0),
    // What page somebody signed on is not theirs: numbers by page and organisation are public in Proca's interface as well.
    pages: largestFirst({ cells: pages, notShown: 0 }),
    days: inOrder(of("day")),
    areas: byCountry(of("area")),
    sources: largestFirst(hideSmallCells(of("source"))),
  };
}

/** Whether the organisation leads the campaign. Throws RefusedError "not-found" where it has no part in it. */
export async function leads(
  { db }: Pick<GatewayDeps, "db">,
  { campaignId, organisationId }: StatisticsInput,
): Promise<boolean> {
  const { rows } = await sql<{ leads: boolean; runs: boolean }>`
    SELECT lead_organisation_id = ${organisationId} AS leads, EXISTS (
      SELECT FROM action_pages WHERE campaign_id = ${campaignId} AND organisation_id = ${organisationId}) AS runs
    FROM campaigns WHERE id = ${campaignId}`.execute(db);
  const [campaign] = rows;
  if (campaign === undefined || !(campaign.leads || campaign.runs)) throw new RefusedError("not-found");
  return campaign.leads;
}

interface NumberRow extends Cell {
  readonly dimension: "page" | "day" | "area" | "source";
  readonly duplicates: number;
}

function largestFirst({ cells, notShown }: ShownCells<Cell>): Table {
  const sorted = cells.toSorted((left, right) => right.counted - left.counted || (left.key < right.key ? -1 : 1));
  const rows = sorted.slice(0, gatewayLimits.statisticsRows);
  const rest = sorted.slice(gatewayLimits.statisticsRows).reduce((sum, { counted }) => sum + counted, 0);
  return { rows: rows.map(rowOf), notShown: notShown + rest };
}

function inOrder(cells: readonly Cell[]): Table {
  const { cells: shown, notShown } = hideSmallCells(cells);
  const rows = shown.toSorted((left, right) => (left.key < right.key ? -1 : 1));
  return { rows: rows.map(rowOf), notShown };
}

function rowOf({ key, counted }: Cell): Row {
  return { key, counted };
}

/** Regions are told only inside a country that is shown, with the country's number as their total. */
function byCountry(areas: readonly Cell[]): Table {
  const countryOf = ({ key }: Cell): string => key.split(" ", 1)[0] ?? "";
  const countries = new Map<string, { key: string; counted: number }>();
  for (const area of areas) {
    const country = countries.get(countryOf(area)) ?? { key: countryOf(area), counted: 0 };
    country.counted += area.counted;
    countries.set(country.key, country);
  }
  const { rows, notShown } = largestFirst(hideSmallCells([...countries.values()]));
  const withParts = rows.map((row) => {
    const parts = areas.filter((area) => countryOf(area) === row.key);
    return parts.every(({ key }) => key === row.key) ? row : { ...row, parts: largestFirst(hideSmallCells(parts)) };
  });
  return { rows: withParts, notShown };
}
