/** Making and listing action pages. */
import { getFormSchema, isLocale, optionalFieldPaths } from "@coterie/actions";
import type { Bytes } from "@coterie/bytes";
import { recordCallerEvent } from "../audit/record-event.ts";
import { refuseHome, getUsableCampaign } from "../campaigns/campaigns.ts";
import type { ActionPageTable, StoredSealing } from "../db/schema.ts";
import type { GatewayDeps } from "../deps.ts";
import { RefusedError } from "../errors.ts";
import { encodeId, generateId } from "../ids.ts";
import { gatewayLimits } from "../limits.ts";
import type { Caller } from "../organisations/authentication.ts";
import { type ListRange, takePage } from "../paging.ts";
import { parseDescription, parseSlug } from "../texts.ts";
import { loadPage, type PageDeps, type PageTruth } from "./page-truth.ts";

/** What an organisation says about a new page. */
export interface NewPage {
  readonly caller: Caller;
  readonly campaignId: Bytes;
  readonly name: string;
  readonly locale: string;
  readonly sealing: StoredSealing;
  readonly delivers: boolean;
  readonly actionType: string;
  readonly requiredFields: readonly string[];
  readonly description: string;
  readonly embedOrigins: readonly string[];
}

/** Makes a page of a campaign that the caller leads or takes part in. Throws RefusedError "not-found", "conflict", "invalid". */
export async function createActionPage(
  deps: PageDeps & Pick<GatewayDeps, "random">,
  input: NewPage,
): Promise<PageTruth> {
  refuseHome(input.caller);
  const { organisationId } = input.caller;
  const campaign = await getUsableCampaign(deps, { organisationId, campaignId: input.campaignId });
  if (!isLocale(input.locale)) throw new RefusedError("invalid");
  const row: ActionPageTable = {
    id: generateId(deps.random),
    name: parseSlug(input.name),
    campaign_id: campaign.id,
    organisation_id: organisationId,
    locale: input.locale,
    sealing: input.sealing,
    delivers: input.delivers,
    action_type: parseSlug(input.actionType),
    required_fields: parseRequiredFields(campaign.form_schema, input.requiredFields),
    description: parseDescription(input.description),
    embed_origins: parseOrigins(input.embedOrigins),
    created_at_ms: deps.now(),
  };
  const inserted = await deps.db.transaction().execute(async (tx) => {
    const made = await tx
      .insertInto("action_pages")
      .values(row)
      .onConflict((conflict) => conflict.column("name").doNothing())
      .returning("id")
      .executeTakeFirst();
    if (made === undefined) return undefined;
    const subject = encodeId("cpag", row.id);
    await recordCallerEvent(deps, tx, { caller: input.caller, event: "page-created", subject });
    return made;
  });
  const page = inserted === undefined ? undefined : await loadPage(deps, inserted);
  if (page === undefined) throw new RefusedError("conflict");
  return page;
}

/** The pages that an organisation runs, by name. */
export async function listActionPages(
  deps: PageDeps,
  { organisationId, range }: { readonly organisationId: Bytes; readonly range: ListRange },
): Promise<{ readonly page: readonly PageTruth[]; readonly nextPageToken: string }> {
  const rows = await deps.db
    .selectFrom("action_pages")
    .select(["id", "name"])
    .where("organisation_id", "=", organisationId)
    .where("name", ">", range.after)
    .orderBy("name")
    .limit(range.size + 1)
    .execute();
  const { page, nextPageToken } = takePage(rows, range);
  const loaded = await Promise.all(page.map(async ({ id }) => await loadPage(deps, { id })));
  return { page: loaded.filter((found) => found !== undefined), nextPageToken };
}

/** Fields that the schema leaves open, as they are asked for. Throws RefusedError "invalid". */
export function parseRequiredFields(schema: string, fields: readonly string[]): readonly string[] {
  const optional: readonly string[] = optionalFieldPaths(getFormSchema(schema));
  const distinct = new Set(fields);
  if (distinct.size !== fields.length || fields.some((field) => !optional.includes(field)))
    throw new RefusedError("invalid");
  return fields;
}

/** Origins that may show a page. Throws RefusedError "invalid". */
export function parseOrigins(origins: readonly string[]): readonly string[] {
  if (origins.length > gatewayLimits.embedOrigins || !origins.every(isWebOrigin)) throw new RefusedError("invalid");
  return origins;
}

/** Whether the text is an origin in the spelling that browsers send: it goes into a security header as it is. */
function isWebOrigin(text: string): boolean {
  const url = URL.parse(text);
  if (url === null || text.length > 200 || !/^[a-z0-9.:/[\]-]+$/.test(text)) return false;
  return (url.protocol === "https:" || url.protocol === "http:") && url.origin === text;
}
