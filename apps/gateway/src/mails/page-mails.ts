/** What organisations decide about the mails of their pages and campaigns (docs/protocol/mails.md §1). */
import type { Bytes } from "@coterie/bytes";
import { recordCallerEvent } from "../audit/record-event.ts";
import type { CampaignMailTable, MailKind, PageMailTable, PageMailTextTable } from "../db/mail-schema.ts";
import type { GatewayDeps } from "../deps.ts";
import { RefusedError } from "../errors.ts";
import { encodeId } from "../ids.ts";
import type { Caller } from "../organisations/authentication.ts";
import { parseDescription, parseLabel } from "../texts.ts";
import { asksForEmail } from "./mail-rules.ts";

/** The mails of a page. */
export interface PageMailSettings extends Omit<PageMailTable, "page_id"> {
  readonly texts: readonly Omit<PageMailTextTable, "page_id">[];
}

/** The mails that the lead decides about. */
export type CampaignMailSettings = Omit<CampaignMailTable, "campaign_id">;

const hourMs = 3_600_000;

/** Before an organisation decides anything. */
export const defaultPageMails: PageMailSettings = {
  confirm_supporter: false,
  confirm_newsletter: false,
  thank_you: false,
  reminders: 0,
  reminder_after_ms: 48 * hourMs,
  texts: [],
};

/** An organisation's own words, in uniform form. Throws RefusedError "invalid". */
export function parseMailText(input: {
  readonly kind: MailKind;
  readonly subject: string;
  readonly intro: string;
}): PageMailSettings["texts"][number] {
  const intro = parseDescription(input.intro);
  if (intro.length > 2000) throw new RefusedError("invalid");
  return { kind: input.kind, subject: parseLabel(input.subject), intro };
}

interface PageName {
  readonly organisationId: Bytes;
  readonly pageId: Bytes;
}

type SavingDeps = Pick<GatewayDeps, "db" | "random" | "now">;

/** The settings of a page that the organisation runs. Throws RefusedError "not-found". */
export async function loadPageMails({ db }: Pick<GatewayDeps, "db">, name: PageName): Promise<PageMailSettings> {
  await requirePage({ db }, name);
  const row = await db.selectFrom("page_mails").selectAll().where("page_id", "=", name.pageId).executeTakeFirst();
  const texts = await db
    .selectFrom("page_mail_texts")
    .select(["kind", "subject", "intro"])
    .where("page_id", "=", name.pageId)
    .orderBy("kind")
    .execute();
  return { ...defaultPageMails, ...row, texts };
}

/** Which page, and what it gets. */
export interface SavePageMailsInput {
  readonly caller: Caller;
  readonly pageId: Bytes;
  readonly settings: PageMailSettings;
}

/**
 * Replaces the settings of a page that the organisation runs.
 * @throws RefusedError "not-found"; "invalid" where the form does not ask for an address, or a number is out of its range
 */
export async function savePageMails(
  deps: SavingDeps,
  { settings, caller, pageId }: SavePageMailsInput,
): Promise<PageMailSettings> {
  const { db } = deps;
  const name = { organisationId: caller.organisationId, pageId };
  const { texts, ...row } = settings;
  const page = await requirePage({ db }, name);
  const isAsked = row.confirm_supporter || row.confirm_newsletter || row.thank_you;
  if (isAsked && !asksForEmail(page.form_schema)) throw new RefusedError("invalid");
  if (row.reminders < 0 || row.reminders > 3) throw new RefusedError("invalid");
  if (row.reminder_after_ms < hourMs || row.reminder_after_ms > 96 * hourMs) throw new RefusedError("invalid");
  if (new Set(texts.map(({ kind }) => kind)).size !== texts.length) throw new RefusedError("invalid");
  await db.transaction().execute(async (tx) => {
    await tx
      .insertInto("page_mails")
      .values({ page_id: name.pageId, ...row })
      .onConflict((conflict) => conflict.column("page_id").doUpdateSet(row))
      .execute();
    await tx.deleteFrom("page_mail_texts").where("page_id", "=", name.pageId).execute();
    const own = texts.filter(({ subject, intro }) => subject !== "" || intro !== "");
    const rows = own.map((text) => ({ page_id: name.pageId, ...text }));
    if (rows.length > 0) await tx.insertInto("page_mail_texts").values(rows).execute();
    await recordCallerEvent(deps, tx, { caller, event: "page-mails-changed", subject: encodeId("cpag", pageId) });
  });
  return settings;
}

async function requirePage(
  { db }: Pick<GatewayDeps, "db">,
  { organisationId, pageId }: PageName,
): Promise<{ readonly form_schema: string }> {
  const row = await db
    .selectFrom("action_pages")
    .innerJoin("campaigns", "campaigns.id", "action_pages.campaign_id")
    .select("campaigns.form_schema")
    .where("action_pages.id", "=", pageId)
    .where("action_pages.organisation_id", "=", organisationId)
    .executeTakeFirst();
  if (row === undefined) throw new RefusedError("not-found");
  return row;
}

interface CampaignName {
  readonly organisationId: Bytes;
  readonly campaignId: Bytes;
}

/** The settings of a campaign that the organisation leads. Throws RefusedError "not-found". */
export async function loadCampaignMails(
  { db }: Pick<GatewayDeps, "db">,
  name: CampaignName,
): Promise<CampaignMailSettings> {
  await requireCampaign({ db }, name);
  const row = await db
    .selectFrom("campaign_mails")
    .select(["confirm_supporter", "confirm_newsletter"])
    .where("campaign_id", "=", name.campaignId)
    .executeTakeFirst();
  return row ?? { confirm_supporter: false, confirm_newsletter: false };
}

/** Which campaign, and what it gets. */
export interface SaveCampaignMailsInput {
  readonly caller: Caller;
  readonly campaignId: Bytes;
  readonly settings: CampaignMailSettings;
}

/** Replaces the settings of a campaign that the organisation leads. Throws RefusedError "not-found", "invalid". */
export async function saveCampaignMails(
  deps: SavingDeps,
  { settings, caller, campaignId }: SaveCampaignMailsInput,
): Promise<CampaignMailSettings> {
  const { db } = deps;
  const campaign = await requireCampaign({ db }, { organisationId: caller.organisationId, campaignId });
  const isAsked = settings.confirm_supporter || settings.confirm_newsletter;
  if (isAsked && !asksForEmail(campaign.form_schema)) throw new RefusedError("invalid");
  await db.transaction().execute(async (tx) => {
    await tx
      .insertInto("campaign_mails")
      .values({ campaign_id: campaignId, ...settings })
      .onConflict((conflict) => conflict.column("campaign_id").doUpdateSet(settings))
      .execute();
    const subject = encodeId("ccam", campaignId);
    await recordCallerEvent(deps, tx, { caller, event: "campaign-mails-changed", subject });
  });
  return settings;
}

async function requireCampaign(
  { db }: Pick<GatewayDeps, "db">,
  { organisationId, campaignId }: CampaignName,
): Promise<{ readonly form_schema: string }> {
  const row = await db
    .selectFrom("campaigns")
    .select("form_schema")
    .where("id", "=", campaignId)
    .where("lead_organisation_id", "=", organisationId)
    .executeTakeFirst();
  if (row === undefined) throw new RefusedError("not-found");
  return row;
}
