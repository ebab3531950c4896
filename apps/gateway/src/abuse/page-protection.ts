/** What an organisation decides about proof of work on its own page. */
import type { Bytes } from "@coterie/bytes";
import { sql } from "kysely";
import { recordEvent } from "../audit/record-event.ts";
import type { ProofOfWorkMode } from "../db/abuse-schema.ts";
import type { GatewayDeps } from "../deps.ts";
import { RefusedError } from "../errors.ts";
import { encodeId } from "../ids.ts";
import type { Caller } from "../organisations/authentication.ts";

interface PageName {
  readonly organisationId: Bytes;
  readonly pageId: Bytes;
}

/** The page's own choice; undefined where it follows the operator's. Throws RefusedError "not-found". */
export async function loadProtection(
  { db }: Pick<GatewayDeps, "db">,
  { organisationId, pageId }: PageName,
): Promise<ProofOfWorkMode | undefined> {
  const { rows } = await sql<{ proof_of_work: ProofOfWorkMode | null }>`
    SELECT pp.proof_of_work FROM action_pages p LEFT JOIN page_protections pp ON pp.page_id = p.id
    WHERE p.id = ${pageId} AND p.organisation_id = ${organisationId}`.execute(db);
  const row = rows[0];
  if (row === undefined) throw new RefusedError("not-found");
  return row.proof_of_work ?? undefined;
}

/** Keeps the page's choice, or forgets it. Throws RefusedError "not-found". */
export async function saveProtection(
  deps: Pick<GatewayDeps, "db" | "random" | "now">,
  {
    caller,
    pageId,
    mode,
  }: { readonly caller: Caller; readonly pageId: Bytes; readonly mode: ProofOfWorkMode | undefined },
): Promise<void> {
  await loadProtection(deps, { organisationId: caller.organisationId, pageId });
  await deps.db.transaction().execute(async (tx) => {
    await tx.deleteFrom("page_protections").where("page_id", "=", pageId).execute();
    if (mode !== undefined) {
      await tx
        .insertInto("page_protections")
        .values({ page_id: pageId, proof_of_work: mode })
        .onConflict((conflict) => conflict.column("page_id").doUpdateSet({ proof_of_work: mode }))
        .execute();
    }
    await recordEvent(deps, tx, {
      organisationId: caller.organisationId,
      actor: { kind: "organisation", tokenId: caller.tokenId },
      event: "page-protection-changed",
      subject: encodeId("cpag", pageId),
      atMs: deps.now(),
    });
  });
}
