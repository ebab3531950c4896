/** Numbers over the wire, for the organisations of a campaign. */
import type { MessageInitShape } from "@bufbuild/protobuf";
import type { ConnectRouter, ServiceImpl } from "@connectrpc/connect";
import { StatisticsService, type StatisticsTableSchema } from "@coterie/protocol";
import { recount } from "../counting/recount.ts";
import type { GatewayDeps } from "../deps.ts";
import { RefusedError } from "../errors.ts";
import { parseId } from "../ids.ts";
import type { Authentication } from "../organisations/authentication.ts";
import { leads, readStatistics, type Table } from "./read-statistics.ts";

/** What the service needs. */
export interface StatisticsServiceDeps extends Pick<GatewayDeps, "db" | "pool"> {
  readonly authentication: Authentication;
}

/** Adds the service. */
export function registerStatisticsService(router: ConnectRouter, deps: StatisticsServiceDeps): void {
  const { requireOrganisation } = deps.authentication;
  const methods: ServiceImpl<typeof StatisticsService> = {
    getStatistics: async (request, context) => {
      const { organisationId } = await requireOrganisation(context);
      const campaignId = parseId("ccam", request.campaignId);
      const { pages, days, areas, sources, ...numbers } = await readStatistics(deps, { campaignId, organisationId });
      return {
        wholeCampaign: numbers.wholeCampaign,
        counted: BigInt(numbers.counted),
        duplicates: BigInt(numbers.duplicates),
        pages: toTableMessage(pages),
        days: toTableMessage(days),
        areas: toTableMessage(areas),
        sources: toTableMessage(sources),
      };
    },
    recountCampaign: async (request, context) => {
      const { organisationId } = await requireOrganisation(context);
      const campaignId = parseId("ccam", request.campaignId);
      if (!(await leads(deps, { campaignId, organisationId }))) throw new RefusedError("not-found");
      const found = await recount(deps, { campaignId });
      // Another one is under way.
      if (found === undefined) throw new RefusedError("rate-limited");
      const [counter] = found.counters;
      const unchanged = counter === undefined ? await readCounter(deps, campaignId) : 0;
      return {
        before: BigInt(counter?.before ?? unchanged),
        after: BigInt(counter?.after ?? unchanged),
        corrected: found.pageDays,
      };
    },
  };
  router.service(StatisticsService, methods);
}

async function readCounter({ db }: Pick<GatewayDeps, "db">, campaignId: Uint8Array): Promise<number> {
  const row = await db
    .selectFrom("campaign_counters")
    .select("actions")
    .where("campaign_id", "=", new Uint8Array(campaignId))
    .executeTakeFirst();
  return row?.actions ?? 0;
}

function toTableMessage({ rows, notShown }: Table): MessageInitShape<typeof StatisticsTableSchema> {
  return {
    rows: rows.map(({ key, counted, parts }) => ({
      key,
      counted: BigInt(counted),
      ...(parts === undefined ? {} : { parts: toTableMessage(parts) }),
    })),
    notShown: BigInt(notShown),
  };
}
