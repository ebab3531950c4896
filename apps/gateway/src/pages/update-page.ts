/** Changing an action page that the organisation runs. */
import type { Bytes } from "@coterie/bytes";
import { recordCallerEvent } from "../audit/record-event.ts";
import type { GatewayDeps } from "../deps.ts";
import { RefusedError } from "../errors.ts";
import { encodeId } from "../ids.ts";
import type { Caller } from "../organisations/authentication.ts";
import { parseDescription } from "../texts.ts";
import { parseOrigins, parseRequiredFields } from "./create-page.ts";
import { loadPage, type PageDeps, type PageTruth } from "./page-truth.ts";

/** A change; what is undefined stays. */
export interface PageUpdate {
  readonly caller: Caller;
  readonly pageId: Bytes;
  readonly description: string | undefined;
  readonly requiredFields: readonly string[] | undefined;
  readonly embedOrigins: readonly string[] | undefined;
}

/** Changes a page that the caller runs. Throws RefusedError "not-found", "invalid". */
export async function updateActionPage(
  deps: PageDeps & Pick<GatewayDeps, "random">,
  { caller, pageId, description, requiredFields, embedOrigins }: PageUpdate,
): Promise<PageTruth> {
  const { organisationId } = caller;
  const { view } = await getOwnPage(deps, { organisationId, pageId });
  const change = {
    ...(description === undefined ? {} : { description: parseDescription(description) }),
    ...(requiredFields === undefined ? {} : { required_fields: parseRequiredFields(view.formSchema, requiredFields) }),
    ...(embedOrigins === undefined ? {} : { embed_origins: parseOrigins(embedOrigins) }),
  };
  if (Object.keys(change).length > 0) {
    await deps.db.transaction().execute(async (tx) => {
      await tx.updateTable("action_pages").set(change).where("id", "=", pageId).execute();
      await recordCallerEvent(deps, tx, { caller, event: "page-updated", subject: encodeId("cpag", pageId) });
    });
  }
  return await getOwnPage(deps, { organisationId, pageId });
}

/** A page that the organisation runs. Throws RefusedError "not-found". */
export async function getOwnPage(
  deps: PageDeps,
  { organisationId, pageId }: { readonly organisationId: Bytes; readonly pageId: Bytes },
): Promise<PageTruth> {
  const page = await loadPage(deps, { id: pageId });
  const runner = page?.organisations[0];
  if (page === undefined || runner?.idText !== encodeId("corg", organisationId)) throw new RefusedError("not-found");
  return page;
}
