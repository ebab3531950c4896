/** Texts about the mails of pages and campaigns. */
import type { MailKindName } from "../mails/mails-model.ts";

/** Texts of the mails. */
export interface MailTexts {
  /** A link to the mails of a page. */
  readonly link: string;
  readonly title: (page: string) => string;
  readonly introduction: string;
  readonly cannotSend: string;
  readonly noMails: string;
  readonly unknownPage: string;
  readonly toPages: string;
  readonly whatTitle: string;
  readonly confirmSupporter: string;
  readonly confirmSupporterHint: string;
  readonly confirmNewsletter: string;
  readonly confirmNewsletterHint: string;
  readonly thankYou: string;
  readonly reminders: string;
  readonly reminderCounts: readonly [string, string, string, string];
  readonly reminderAfter: string;
  readonly reminderAfterHint: string;
  readonly wordsTitle: string;
  readonly wordsHint: (language: string) => string;
  readonly kinds: { readonly [Kind in MailKindName]: string };
  readonly ownWords: string;
  readonly subject: string;
  readonly intro: string;
  readonly introHint: string;
  readonly save: string;
  readonly saved: string;
  readonly undo: string;
  readonly previewTitle: string;
  readonly previewHint: string;
  readonly show: (kind: string) => string;
  readonly previewOf: (kind: string) => string;
  readonly previewSubject: string;
  readonly saveHtml: string;
  readonly saveHtmlHint: string;
  readonly campaignTitle: string;
  readonly campaignHint: string;
  readonly campaignSupporter: string;
  readonly campaignNewsletter: string;
}
