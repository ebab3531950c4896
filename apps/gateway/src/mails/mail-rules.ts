/** Which mails the page and its campaign ask for: part of a page's truth. */
import { type ActionPageView, getFormSchema } from "@coterie/actions";

/** What the tables say about a page's mails; null where nobody decided anything. */
export interface MailRuleColumns {
  readonly page_confirms_supporter: boolean | null;
  readonly page_confirms_newsletter: boolean | null;
  readonly thank_you: boolean | null;
  readonly reminders: number | null;
  readonly reminder_after_ms: number | null;
  readonly campaign_confirms_supporter: boolean | null;
  readonly lead_confirms_newsletter: boolean | null;
}

/** The mails of one page. */
export interface MailRules {
  /** A signature counts and is delivered only once it is confirmed by mail. */
  readonly confirmsSupporter: boolean;
  /** Ids, as text, of the organisations that have a yes to hearing from them confirmed. */
  readonly newsletterConfirmers: ReadonlySet<string>;
  readonly thankYou: boolean;
  readonly reminders: number;
  readonly reminderAfterMs: number;
}

/** SQL of the columns and joins, for a query that has `action_pages p`. */
export const mailRuleSql: { readonly columns: string; readonly joins: string } = {
  columns: `pm.confirm_supporter AS page_confirms_supporter, pm.confirm_newsletter AS page_confirms_newsletter, pm.thank_you,
    pm.reminders, pm.reminder_after_ms, cm.confirm_supporter AS campaign_confirms_supporter,
    cm.confirm_newsletter AS lead_confirms_newsletter`,
  joins: `LEFT JOIN page_mails pm ON pm.page_id = p.id LEFT JOIN campaign_mails cm ON cm.campaign_id = p.campaign_id`,
};

/** The page's organisation and the lead, as text; the same where the page is not split. */
export interface MailRuleParties {
  readonly formSchema: string;
  readonly pageOrganisationId: string;
  readonly leadOrganisationId: string;
}

/** The rules; none where the form does not ask for an address. */
export function toMailRules(row: MailRuleColumns, parties: MailRuleParties): MailRules {
  if (!asksForEmail(parties.formSchema)) return noMails;
  const confirmers = [
    ...(row.page_confirms_newsletter === true ? [parties.pageOrganisationId] : []),
    ...(row.lead_confirms_newsletter === true ? [parties.leadOrganisationId] : []),
  ];
  return {
    confirmsSupporter: row.page_confirms_supporter === true || row.campaign_confirms_supporter === true,
    newsletterConfirmers: new Set(confirmers),
    thankYou: row.thank_you ?? false,
    reminders: row.reminders ?? 0,
    reminderAfterMs: row.reminder_after_ms ?? 0,
  };
}

/** The same as forms see it; undefined where no mail follows. */
export function toPageMail({ confirmsSupporter, thankYou, newsletterConfirmers }: MailRules): ActionPageView["mail"] {
  const always = confirmsSupporter || thankYou;
  if (!always && newsletterConfirmers.size === 0) return undefined;
  return { always, required: confirmsSupporter, key: undefined };
}

/** Whether forms of this schema always have an email address. */
export function asksForEmail(formSchema: string): boolean {
  return getFormSchema(formSchema).fields.some(({ path, required }) => path === "email" && required);
}

const noMails: MailRules = {
  confirmsSupporter: false,
  newsletterConfirmers: new Set(),
  thankYou: false,
  reminders: 0,
  reminderAfterMs: 0,
};
