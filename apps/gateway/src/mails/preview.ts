/** A mail as it would be sent, for the organisation that words it. */
import type { MailKind } from "../db/mail-schema.ts";
import type { PageTruth } from "../pages/page-truth.ts";
import type { MailKeys } from "./mail-keys.ts";
import { createMailRenderer, type RenderedMail } from "./render-mail.ts";

/** What the preview needs. */
export interface PreviewDeps {
  readonly now: () => number;
  readonly origin: () => string;
  readonly mailKeys: Pick<MailKeys, "policy">;
}

/** Of which page, which mail, in whose words. */
export interface PreviewInput {
  readonly page: PageTruth;
  readonly kind: MailKind;
  readonly own: { readonly subject: string; readonly intro: string } | undefined;
}

/** The mail to a made-up person; its links lead to the page that says that a link is not valid. */
export function previewMail({ now, origin, mailKeys }: PreviewDeps, { page, kind, own }: PreviewInput): RenderedMail {
  const titles = page.organisations.map(({ title }) => title);
  const [organisation = ""] = titles;
  const awaited = page.organisations.filter(({ idText }) => page.mails.newsletterConfirmers.has(idText));
  const isThanks = kind === "thank-you";
  const link = `${origin()}/c/${"0".repeat(43)}`;
  return createMailRenderer()({
    kind,
    locale: page.view.locale,
    firstName: "Maria",
    campaign: page.view.campaignTitle,
    organisation,
    readers: titles,
    newsletters: isThanks || kind === "confirm-newsletter" ? [] : awaited.map(({ title }) => title),
    link: isThanks ? `${origin()}/p/${page.view.name}` : link,
    rejectLink: isThanks ? undefined : link,
    expiresAtMs: now() + mailKeys.policy.unconfirmedMs,
    own,
  });
}
