/** Actions that follow a signature (a share, a message) and bring custom fields, but no person (docs/protocol/proca.md §4). */
import { type Bytes, equalBytes, FieldWriter } from "@coterie/bytes";
import { sql } from "kysely";
import type { IntakeDeps } from "../actions/intake.ts";
import { RefusedError } from "../errors.ts";
import { generateId } from "../ids.ts";
import type { PageTruth } from "../pages/page-truth.ts";
import type { RequestContext } from "./add-action-contact.ts";
import { customFieldsOf, trackingOf } from "./clear-input.ts";
import { findReferenced, idempotentId, mac, madeUpReferenceMac, type ReferenceDeps } from "./contact-refs.ts";
import type { AddActionArgs, ContactReference, LinkActionsArgs } from "./input.ts";
import { getNumberedPage } from "./numbers.ts";
import { ProcaError } from "./proca-errors.ts";

type LinkDeps = Pick<IntakeDeps, "db" | "pages" | "now" | "random"> & ReferenceDeps;

const referenceCharacters = 200;
const referencesAtOnce = 50;

/** Stores an action for a reference: one of ours, or one that a client made up and will link. */
export async function addAction(
  deps: LinkDeps,
  { args, context }: { readonly args: AddActionArgs; readonly context: RequestContext },
): Promise<ContactReference> {
  const { action, contactRef } = args;
  if (!/^[A-Za-z0-9_-]{1,64}$/.test(action.actionType)) throw new ProcaError("bad-input");
  checkReferences([contactRef]);
  const page = await getNumberedPage(deps, args.actionPageId);
  if (!page.campaignOpen) throw new RefusedError("campaign-closed");
  const { idempotencyKey: key } = context;
  const id =
    key === undefined ? generateId(deps.random) : idempotentId(deps, { pageId: page.id, key, mutation: "addAction" });
  const fields = JSON.stringify(customFieldsOf(action));
  const tracking = JSON.stringify(trackingOf(args.tracking));
  const actionId = await findAction(deps, { page, text: contactRef });
  const reference =
    actionId === undefined ? madeUpReferenceMac(deps, { campaignId: page.campaignId, text: contactRef }) : null;
  const requestMac = mac(
    deps,
    new FieldWriter()
      .text("coterie/proca-action/1")
      .text(action.actionType)
      .text(contactRef)
      .text(fields)
      .text(tracking),
  );
  await sql`
    INSERT INTO linked_actions (id, page_id, campaign_id, action_id, reference_mac, action_type, custom_fields, tracking,
      request_mac, created_at_ms)
    VALUES (${id}, ${page.id}, ${page.campaignId}, ${actionId ?? null}, ${reference}, ${action.actionType},
      ${fields}::jsonb, ${tracking}::jsonb, ${requestMac}, ${deps.now()})
    ON CONFLICT (id) DO NOTHING`.execute(deps.db);
  await checkStored(deps, { id, requestMac });
  return { contactRef, firstName: null };
}

/** Links what was done under made-up references to an action of ours. */
export async function linkActions(deps: LinkDeps, args: LinkActionsArgs): Promise<ContactReference> {
  const { contactRef } = args;
  const texts = args.linkRefs ?? [];
  checkReferences([contactRef, ...texts]);
  const page = await getNumberedPage(deps, args.actionPageId);
  const actionId = await findAction(deps, { page, text: contactRef });
  if (actionId === undefined) throw new RefusedError("not-found");
  await linkReferences(deps, { campaignId: page.campaignId, actionId, texts });
  return { contactRef, firstName: null };
}

/** What is linked to what. */
export interface LinkInput {
  readonly campaignId: Bytes;
  readonly actionId: Bytes;
  readonly texts: readonly string[];
}

/** Links the actions of made-up references that nobody linked before. Unknown references change nothing. */
export async function linkReferences(
  deps: Pick<IntakeDeps, "db"> & ReferenceDeps,
  { campaignId, actionId, texts }: LinkInput,
): Promise<void> {
  const macs = texts
    .filter((text) => text.length <= referenceCharacters)
    .map((text) => madeUpReferenceMac(deps, { campaignId, text }));
  if (macs.length === 0) return;
  await sql`
    UPDATE linked_actions SET action_id = ${actionId}, reference_mac = NULL
    WHERE action_id IS NULL AND campaign_id = ${campaignId} AND reference_mac = ANY(${macs}::bytea[])`.execute(deps.db);
}

/** The action of a reference of ours, of the page's campaign; undefined where the reference is not ours. */
async function findAction(
  deps: LinkDeps,
  { page, text }: { readonly page: PageTruth; readonly text: string },
): Promise<Bytes | undefined> {
  const actionId = findReferenced(deps, text);
  if (actionId === undefined) return undefined;
  const { rows } = await sql`
    SELECT 1 FROM actions
    WHERE id = ${actionId} AND campaign_id = ${page.campaignId} AND erased_at_ms IS NULL`.execute(deps.db);
  if (rows.length === 0) throw new RefusedError("not-found");
  return actionId;
}

async function checkStored(
  { db }: Pick<IntakeDeps, "db">,
  { id, requestMac }: { readonly id: Bytes; readonly requestMac: Bytes },
): Promise<void> {
  const { rows } = await sql<{ request_mac: Bytes }>`
    SELECT request_mac FROM linked_actions WHERE id = ${id}`.execute(db);
  const stored = rows[0]?.request_mac;
  if (stored === undefined || !equalBytes(stored, requestMac)) throw new RefusedError("conflict");
}

// Half a character: no UTF-8 says it.
const loneSurrogate = /[\ud800-\udfff]/u;

function checkReferences(texts: readonly string[]): void {
  const fits = texts.every((text) => text !== "" && text.length <= referenceCharacters && !loneSurrogate.test(text));
  if (!fits || texts.length > referencesAtOnce) throw new ProcaError("bad-input");
}
