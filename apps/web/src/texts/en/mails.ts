/** English: mails. */
import type { MailTexts } from "../mail-texts.ts";

/** The texts. */
export const mailTexts: MailTexts = {
  link: "Mails of this page",
  title: (page) => `Mails of “${page}”`,
  introduction:
    "What the people who sign this page are sent. An address and a first name are kept for that alone, and only until the last mail has left.",
  cannotSend:
    "This gateway has no mail server, so no mails can be turned on. Ask its operator to set one up (COTERIE_SMTP_URL).",
  noMails: "The form of this campaign asks for no e-mail address, so its pages have no mails.",
  unknownPage: "There is no such page, or another organisation runs it.",
  toPages: "To the action pages",
  whatTitle: "Which mails are sent",
  confirmSupporter: "Every signature is confirmed by mail",
  confirmSupporterHint:
    "It counts, and reaches you, only once the person follows the link in the mail. Keeps out made-up addresses; some people never confirm.",
  confirmNewsletter: "A yes to hearing from you is confirmed by mail",
  confirmNewsletterHint: "The signature counts at once. The yes is one only after the person confirmed it.",
  thankYou: "A thank-you mail",
  reminders: "Reminders for unconfirmed signatures",
  reminderCounts: ["None", "One", "Two", "Three"],
  reminderAfter: "Hours before the first reminder, and between reminders",
  reminderAfterHint: "1 to 96. Unconfirmed signatures are deleted after 14 days.",
  wordsTitle: "Your own words",
  wordsHint: (language) =>
    `Plain text in the language of the page (${language}). Left empty, the gateway’s own words are used.`,
  kinds: {
    "confirm-supporter": "Confirm the signature",
    reminder: "Reminder",
    "confirm-newsletter": "Confirm the newsletter",
    "thank-you": "Thank-you",
  },
  ownWords: "own words",
  subject: "Subject",
  intro: "Introduction",
  introHint: "An empty line begins a new paragraph. Link, button and notes follow by themselves.",
  save: "Save",
  saved: "Saved. It holds for every mail from now on.",
  undo: "Undo",
  previewTitle: "Preview",
  previewHint: "As saved, to a made-up person. The links in it lead nowhere.",
  show: (kind) => `Show “${kind}”`,
  previewOf: (kind) => `Preview: ${kind}`,
  previewSubject: "Subject",
  saveHtml: "Save the designed version (HTML)",
  saveHtmlHint: "Most people see the designed version. Open the saved file in a browser to see it.",
  campaignTitle: "Mails on all pages of this campaign",
  campaignHint: "Holds on partners’ pages too, whatever they chose themselves.",
  campaignSupporter: "Every signature is confirmed by mail",
  campaignNewsletter: "A yes to hearing from you is confirmed by mail",
};
