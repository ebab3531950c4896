/** Proca's clients know pages, campaigns and organisations by whole numbers or by their names. */
import type { Bytes } from "@coterie/bytes";
import { sql } from "kysely";
import type { GatewayDeps } from "../deps.ts";
import { RefusedError } from "../errors.ts";
import type { Pages, PageTruth } from "../pages/page-truth.ts";
import type { LookupArgs } from "./input.ts";
import { ProcaError } from "./proca-errors.ts";

/** A page as its row says. */
export interface PageRow {
  readonly id: Bytes;
  readonly number: number;
  readonly name: string;
  readonly locale: string;
  readonly campaign_id: Bytes;
  readonly organisation_name: string;
  readonly organisation_title: string;
}

/** A campaign as its row says. */
export interface CampaignRow {
  readonly id: Bytes;
  readonly number: number;
  readonly name: string;
  readonly title: string;
  readonly open: boolean;
  readonly form_schema: string;
  readonly organisation_name: string;
  readonly organisation_title: string;
}

/** The page with this number or name. Throws ProcaError "bad-input" where it is neither or both, RefusedError "not-found". */
export async function getPageRow({ db }: Pick<GatewayDeps, "db">, args: LookupArgs): Promise<PageRow> {
  const which = lookup(args);
  const { rows } = await sql<PageRow>`
    SELECT p.id, p.number, p.name, p.locale, p.campaign_id, o.name AS organisation_name, o.title AS organisation_title
    FROM action_pages p JOIN organisations o ON o.id = p.organisation_id
    WHERE ${"number" in which ? sql`p.number = ${which.number}` : sql`p.name = ${which.name}`}`.execute(db);
  return found(rows);
}

/** The campaign with this number, name or id. Throws as {@link getPageRow}. */
export async function getCampaignRow(
  { db }: Pick<GatewayDeps, "db">,
  args: LookupArgs | { readonly campaignId: Bytes },
): Promise<CampaignRow> {
  const which = "campaignId" in args ? args : lookup(args);
  const condition =
    "campaignId" in which
      ? sql`c.id = ${which.campaignId}`
      : "number" in which
        ? sql`c.number = ${which.number}`
        : sql`c.name = ${which.name}`;
  const { rows } = await sql<CampaignRow>`
    SELECT c.id, c.number, c.name, c.title, c.open, c.form_schema, o.name AS organisation_name,
      o.title AS organisation_title
    FROM campaigns c JOIN organisations o ON o.id = c.lead_organisation_id
    WHERE ${condition}`.execute(db);
  return found(rows);
}

/** The truth of the page with this number. Throws RefusedError "not-found". */
export async function getNumberedPage(
  deps: Pick<GatewayDeps, "db"> & { readonly pages: Pages },
  number: number,
): Promise<PageTruth> {
  const { id } = await getPageRow(deps, { id: number });
  const page = await deps.pages.find({ id });
  if (page === undefined) throw new RefusedError("not-found");
  return page;
}

function lookup({ id, name }: LookupArgs): { readonly number: number } | { readonly name: string } {
  if (typeof id === "number" && typeof name !== "string") return { number: id };
  // PostgreSQL's text holds no NUL.
  if (typeof name === "string" && typeof id !== "number" && !name.includes("\0")) return { name };
  throw new ProcaError("bad-input");
}

function found<Row>(rows: readonly Row[]): Row {
  const row = rows[0];
  if (row === undefined) throw new RefusedError("not-found");
  return row;
}
