/** What an organisation says about itself: its title, and the language of what the gateway writes to its staff. */
import { isLocale } from "@coterie/actions";
import type { Bytes } from "@coterie/bytes";
import { recordCallerEvent } from "../audit/record-event.ts";
import type { GatewayDeps } from "../deps.ts";
import { RefusedError } from "../errors.ts";
import { encodeId } from "../ids.ts";
import { parseTitle } from "../texts.ts";
import type { Caller } from "./authentication.ts";

/** A change; what is undefined stays. */
export interface OrganisationUpdate {
  readonly caller: Caller;
  readonly title: string | undefined;
  readonly locale: string | undefined;
}

/** Changes the caller's organisation. Throws RefusedError "invalid". */
export async function updateOrganisation(
  deps: Pick<GatewayDeps, "db" | "random" | "now">,
  { caller, title, locale }: OrganisationUpdate,
): Promise<void> {
  if (locale !== undefined && !isLocale(locale)) throw new RefusedError("invalid");
  const change = {
    ...(title === undefined ? {} : { title: parseTitle(title) }),
    ...(locale === undefined ? {} : { locale }),
  };
  if (Object.keys(change).length === 0) return;
  await deps.db.transaction().execute(async (tx) => {
    await tx.updateTable("organisations").set(change).where("id", "=", caller.organisationId).execute();
    const subject = encodeId("corg", caller.organisationId);
    await recordCallerEvent(deps, tx, { caller, event: "organisation-updated", subject });
  });
}

/** The language of the organisation's staff. */
export async function loadLocale({ db }: Pick<GatewayDeps, "db">, organisationId: Bytes): Promise<string> {
  const row = await db
    .selectFrom("organisations")
    .select("locale")
    .where("id", "=", organisationId)
    .executeTakeFirstOrThrow();
  return row.locale;
}
