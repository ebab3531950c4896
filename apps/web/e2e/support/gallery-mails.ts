// Every kind of mail, rendered by the gateway: previews of the page's mails, notices to staff, links for persons.
import { MailKind } from "@coterie/protocol";
import type { MailClient } from "./filled-world.ts";
import type { FilledWorld } from "./filled-world.ts";
import { createNoticeRenderer } from "../../../gateway/src/notices/render-notice.ts";
import { type Look, type Picture, takePicture } from "./pictures.ts";

const kinds = {
  "confirm-supporter": MailKind.CONFIRM_SUPPORTER,
  "confirm-newsletter": MailKind.CONFIRM_NEWSLETTER,
  "thank-you": MailKind.THANK_YOU,
  reminder: MailKind.REMINDER,
} as const;

export async function takeMails(world: FilledWorld, look: Look): Promise<Picture[]> {
  const { locale, colorScheme, width } = look;
  const context = await world.browser.newContext({ locale, colorScheme, viewport: { width, height: 844 } });
  const page = await context.newPage();
  const pictures: Picture[] = [];
  for (const [name, html] of await htmlOfMails(world, locale)) {
    await page.setContent(html);
    pictures.push(await takePicture(page, { name: `mail-${name}`, look }));
  }
  await context.close();
  return pictures;
}

async function htmlOfMails(
  { mails, pageByLocale, mailServer, clock }: FilledWorld & { readonly mails: MailClient },
  locale: string,
): Promise<readonly (readonly [name: string, html: string])[]> {
  const pageId = pageByLocale.get(locale)?.id ?? "";
  const previews: (readonly [string, string])[] = [];
  for (const [name, kind] of Object.entries(kinds)) {
    const { html } = await mails.previewMail({ pageId, kind });
    previews.push([name, html]);
  }
  const { notices, confirmation } = createNoticeRenderer();
  const link = "https://actions.example.org/organisation/";
  const about = { locale, organisation: "River Friends", link };
  const atMs = clock.nowMs;
  const events = [
    { event: "key-activated", subject: "ckey1qexample", atMs, actor: "organisation", tokenLabel: "Office" },
    { event: "token-made", subject: "ctid1qexample", atMs, actor: "operator", tokenLabel: undefined },
  ] as const;
  const rights = mailServer.mails.findLast(
    ({ text = "", html = "" }) => text.includes("/rights/") && html.includes(`lang="${locale}"`),
  );
  return [
    ...previews,
    ["notices", notices({ ...about, events, more: 3 }).html],
    ["notice-address", confirmation({ ...about, expiresAtMs: atMs + 86_400_000 }).html],
    ...(rights?.html === undefined ? [] : [["rights", rights.html] as const]),
  ];
}
