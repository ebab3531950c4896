/** `/c/<token>` of a notice address (docs/protocol/audit.md §7): a question, and its answer by a posted form. */
import { element } from "@coterie/actions/form";
import type { Bytes } from "@coterie/bytes";
import { sql } from "kysely";
import { recordEvent } from "../audit/record-event.ts";
import type { GatewayDeps } from "../deps.ts";
import type { Answer } from "../http/answer.ts";
import type { StaticFiles } from "../http/static-files.ts";
import { encodeId } from "../ids.ts";
import { plainDocument, plainNotice } from "../pages/plain-document.ts";
import { dismissAddress } from "./notice-addresses.ts";
import { noticeTextsOf } from "./texts/catalogue.ts";

/** What the documents need. */
export interface ConfirmAddressDeps extends Pick<GatewayDeps, "db" | "random" | "now"> {
  readonly files: StaticFiles;
}

interface FoundAddress {
  readonly id: Bytes;
  readonly organisation_id: Bytes;
  readonly locale: string;
  readonly organisation: string;
  readonly replaces_id: Bytes | null;
}

/** The question that a link asks, or undefined where the token is of no address. Changes nothing. */
export async function showConfirmAddress(deps: ConfirmAddressDeps, hash: Bytes): Promise<Answer | undefined> {
  const found = await findAddress(deps, hash);
  if (found === undefined) return undefined;
  const texts = noticeTextsOf(found.locale);
  const title = texts.confirm.title(found.organisation);
  const body = [
    element("header", {}, element("h1", {}, title)),
    element(
      "form",
      { method: "post" },
      element("p", {}, texts.confirm.question(found.organisation)),
      element("button", { type: "submit" }, texts.confirm.button),
    ),
  ];
  return await plainDocument(deps, { texts, title, body, status: 200 });
}

/** The answer, or undefined where the token is of no address that still waits. */
export async function confirmAddress(deps: ConfirmAddressDeps, hash: Bytes): Promise<Answer | undefined> {
  const found = await findAddress(deps, hash);
  if (found === undefined || !(await confirm(deps, { found, hash }))) return undefined;
  const texts = noticeTextsOf(found.locale);
  const { doneTitle, doneText } = texts.confirm;
  return await plainNotice(deps, { texts, title: doneTitle, text: doneText(found.organisation), status: 200 });
}

async function findAddress({ db, now }: ConfirmAddressDeps, hash: Bytes): Promise<FoundAddress | undefined> {
  return await db
    .selectFrom("notice_addresses")
    .innerJoin("organisations", "organisations.id", "notice_addresses.organisation_id")
    .select([
      "notice_addresses.id",
      "notice_addresses.organisation_id",
      "notice_addresses.locale",
      "notice_addresses.replaces_id",
      "organisations.title as organisation",
    ])
    .where("notice_addresses.token_hash", "=", hash)
    .where("notice_addresses.state", "=", "unconfirmed")
    .where("notice_addresses.expires_at_ms", ">", now())
    .executeTakeFirst();
}

/** Whether it was still to be confirmed. From here on the address is told of events, this one first. */
async function confirm(
  deps: ConfirmAddressDeps,
  { found, hash }: { readonly found: FoundAddress; readonly hash: Bytes },
): Promise<boolean> {
  const { id, organisation_id: organisationId, replaces_id: replacesId } = found;
  const common = { organisationId, actor: { kind: "public" }, atMs: deps.now() } as const;
  return await deps.db.transaction().execute(async (tx) => {
    const confirmed = await tx
      .updateTable("notice_addresses")
      .set({
        state: "confirmed",
        token_hash: null,
        replaces_id: null,
        expires_at_ms: null,
        attempts: 0,
        due_at_ms: deps.now(),
        // What is in the log now happened before; the event below comes after it.
        told_seq: sql<number>`(SELECT coalesce(max(seq), 0) FROM audit_chain)`,
      })
      .where((where) => where.and({ id, token_hash: hash, state: "unconfirmed" }))
      .returning("id")
      .executeTakeFirst();
    if (confirmed === undefined) return false;
    await recordEvent(deps, tx, { ...common, event: "notice-address-confirmed", subject: encodeId("cnad", id) });
    if (replacesId === null || !(await isKept(tx, replacesId))) return true;
    await dismissAddress(deps, { tx, organisationId, id: replacesId });
    await recordEvent(deps, tx, { ...common, event: "notice-address-removed", subject: encodeId("cnad", replacesId) });
    return true;
  });
}

async function isKept(tx: ConfirmAddressDeps["db"], id: Bytes): Promise<boolean> {
  const row = await tx.selectFrom("notice_addresses").select("state").where("id", "=", id).executeTakeFirst();
  return row !== undefined && row.state !== "removed";
}
