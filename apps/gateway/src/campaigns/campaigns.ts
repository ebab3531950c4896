/** Campaigns: led by one organisation, open to the partners it allows. The home organisation leads none. */
import { isFormSchemaId } from "@coterie/actions";
import type { Bytes } from "@coterie/bytes";
import { sql } from "kysely";
import { recordCallerEvent } from "../audit/record-event.ts";
import { lockDeliveries } from "../db/delivery-lock.ts";
import type { CampaignTable } from "../db/schema.ts";
import type { GatewayDeps } from "../deps.ts";
import { RefusedError } from "../errors.ts";
import { encodeId, generateId } from "../ids.ts";
import type { Caller } from "../organisations/authentication.ts";
import { type ListRange, takePage } from "../paging.ts";
import { parseSlug, parseTitle } from "../texts.ts";

/** A campaign with its number of actions. */
export type CountedCampaign = CampaignTable & { readonly actions: number };

/** Throws RefusedError "home-organisation" for the gateway's own organisation, which only sends. */
export function refuseHome(caller: Caller): void {
  if (caller.isHome) throw new RefusedError("home-organisation");
}

/** Makes an open campaign led by the caller. Throws RefusedError "conflict", "invalid", "home-organisation". */
export async function createCampaign(
  { db, random, now }: Pick<GatewayDeps, "db" | "random" | "now">,
  input: {
    readonly caller: Caller;
    readonly name: string;
    readonly title: string;
    readonly forcesDelivery: boolean;
    readonly formSchema: string;
  },
): Promise<CountedCampaign> {
  refuseHome(input.caller);
  if (!isFormSchemaId(input.formSchema)) throw new RefusedError("invalid");
  const row: CampaignTable = {
    id: generateId(random),
    name: parseSlug(input.name),
    title: parseTitle(input.title),
    lead_organisation_id: input.caller.organisationId,
    forces_delivery: input.forcesDelivery,
    open: true,
    form_schema: input.formSchema,
    created_at_ms: now(),
    closed_at_ms: null,
  };
  return await db.transaction().execute(async (tx) => {
    const inserted = await tx
      .insertInto("campaigns")
      .values(row)
      .onConflict((conflict) => conflict.column("name").doNothing())
      .returning("id")
      .executeTakeFirst();
    if (inserted === undefined) throw new RefusedError("conflict");
    await tx.insertInto("campaign_counters").values({ campaign_id: row.id, actions: 0 }).execute();
    const subject = encodeId("ccam", row.id);
    await recordCallerEvent({ random, now }, tx, { caller: input.caller, event: "campaign-created", subject });
    return { ...row, actions: 0 };
  });
}

/** Changes a campaign that the caller leads. Throws RefusedError "not-found" otherwise. */
export async function updateCampaign(
  { db, random, now }: Pick<GatewayDeps, "db" | "random" | "now">,
  input: {
    readonly caller: Caller;
    readonly campaignId: Bytes;
    readonly open: boolean | undefined;
    readonly title: string | undefined;
  },
): Promise<CountedCampaign> {
  const title = input.title === undefined ? null : parseTitle(input.title);
  return await db.transaction().execute(async (tx) => {
    // After this commits, nothing is stored for a campaign that was closed.
    await lockDeliveries(tx);
    const row = await tx
      .updateTable("campaigns")
      .set({
        open: sql<boolean>`coalesce(${input.open ?? null}::boolean, open)`,
        // Retention runs from here; closing what is closed changes nothing, opening it again ends it.
        closed_at_ms: sql<number>`
          CASE WHEN NOT coalesce(${input.open ?? null}::boolean, open) THEN coalesce(closed_at_ms, ${now()}::bigint) END`,
        title: sql<string>`coalesce(${title}::text, title)`,
      })
      .where("id", "=", input.campaignId)
      .where("lead_organisation_id", "=", input.caller.organisationId)
      .returningAll()
      .executeTakeFirst();
    if (row === undefined) throw new RefusedError("not-found");
    const subject = encodeId("ccam", row.id);
    await recordCallerEvent({ random, now }, tx, { caller: input.caller, event: "campaign-updated", subject });
    const counter = await tx
      .selectFrom("campaign_counters")
      .select("actions")
      .where("campaign_id", "=", row.id)
      .executeTakeFirstOrThrow();
    return { ...row, actions: counter.actions };
  });
}

/** Allows an organisation to run pages of a campaign that the caller leads. Throws RefusedError "not-found", "home-organisation". */
export async function allowPartner(
  { db, random, now }: Pick<GatewayDeps, "db" | "random" | "now">,
  input: { readonly caller: Caller; readonly campaignId: Bytes; readonly organisationId: Bytes },
): Promise<void> {
  const campaign = await db
    .selectFrom("campaigns")
    .select("id")
    .where("id", "=", input.campaignId)
    .where("lead_organisation_id", "=", input.caller.organisationId)
    .executeTakeFirst();
  const partner = await db
    .selectFrom("organisations")
    .select("is_home")
    .where("id", "=", input.organisationId)
    .executeTakeFirst();
  if (campaign === undefined || partner === undefined) throw new RefusedError("not-found");
  if (partner.is_home) throw new RefusedError("home-organisation");
  await db.transaction().execute(async (tx) => {
    const allowed = await tx
      .insertInto("campaign_partners")
      .values({ campaign_id: input.campaignId, organisation_id: input.organisationId })
      .onConflict((conflict) => conflict.doNothing())
      .returning("campaign_id")
      .executeTakeFirst();
    if (allowed === undefined) return;
    const subject = encodeId("ccam", input.campaignId);
    await recordCallerEvent({ random, now }, tx, { caller: input.caller, event: "partner-allowed", subject });
  });
}

/** The campaign if the organisation leads it or is allowed to run pages of it. Throws RefusedError "not-found" otherwise. */
export async function getUsableCampaign(
  { db }: Pick<GatewayDeps, "db">,
  { organisationId, campaignId }: { readonly organisationId: Bytes; readonly campaignId: Bytes },
): Promise<CampaignTable> {
  const row = await db
    .selectFrom("campaigns")
    .selectAll()
    .where("id", "=", campaignId)
    .where(usableBy(organisationId))
    .executeTakeFirst();
  if (row === undefined) throw new RefusedError("not-found");
  return row;
}

/** The campaigns that an organisation leads or takes part in, by name. */
export async function listCampaigns(
  { db }: Pick<GatewayDeps, "db">,
  { organisationId, range }: { readonly organisationId: Bytes; readonly range: ListRange },
): Promise<{ readonly page: readonly CountedCampaign[]; readonly nextPageToken: string }> {
  const rows = await db
    .selectFrom("campaigns")
    .innerJoin("campaign_counters", "campaign_counters.campaign_id", "campaigns.id")
    .selectAll("campaigns")
    .select("campaign_counters.actions")
    .where("name", ">", range.after)
    .where(usableBy(organisationId))
    .orderBy("name")
    .limit(range.size + 1)
    .execute();
  return takePage(rows, range);
}

function usableBy(organisationId: Bytes): ReturnType<typeof sql<boolean>> {
  return sql<boolean>`(campaigns.lead_organisation_id = ${organisationId} OR EXISTS (
    SELECT 1 FROM campaign_partners p
    WHERE p.campaign_id = campaigns.id AND p.organisation_id = ${organisationId}))`;
}
