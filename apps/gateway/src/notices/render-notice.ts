/** Notices and confirmations as mails: the look of the other mails, with words of their own. */
import { createViewRenderer, type MailView, type RenderedMail } from "../mails/render-mail.ts";
import { mailTextsOf } from "../mails/texts/catalogue.ts";
import type { NoticeEventName } from "../audit/event-names.ts";
import { noticeTextsOf } from "./texts/catalogue.ts";
import type { NoticeTexts } from "./texts/texts.ts";

/** One event to tell of. */
export interface ToldEvent {
  readonly event: NoticeEventName;
  /** A public id, or empty. */
  readonly subject: string;
  readonly atMs: number;
  readonly actor: "organisation" | "operator" | "gateway" | "public";
  /** Of the token that was used, where it still exists. */
  readonly tokenLabel: string | undefined;
}

/** What a mail of notices says. */
export interface NoticeMailInput {
  readonly locale: string;
  readonly organisation: string;
  /** The oldest first, at least one. */
  readonly events: readonly ToldEvent[];
  /** How many there are besides. */
  readonly more: number;
  readonly link: string;
}

/** What the mail that confirms an address says. */
export interface ConfirmMailInput {
  readonly locale: string;
  readonly organisation: string;
  readonly link: string;
  readonly expiresAtMs: number;
}

/** Renders both. */
export interface NoticeRenderer {
  readonly notices: (input: NoticeMailInput) => RenderedMail;
  readonly confirmation: (input: ConfirmMailInput) => RenderedMail;
}

/** A renderer; the templates are compiled once. */
export function createNoticeRenderer(): NoticeRenderer {
  const render = createViewRenderer();
  return {
    notices: (input) => render(viewNotices(input)),
    confirmation: (input) => render(viewConfirmation(input)),
  };
}

function viewNotices({ locale, organisation, events, more, link }: NoticeMailInput): MailView {
  const texts = noticeTextsOf(locale);
  const [only] = events;
  const isOne = events.length === 1 && more === 0 && only !== undefined;
  const subject = isOne
    ? texts.subjectOne({ organisation, event: texts.events[only.event] })
    : texts.subjectMany({ organisation, count: events.length + more });
  return {
    ...frame(texts, organisation),
    subject,
    paragraphs: [
      texts.intro(isolate(organisation)),
      ...events.map((event) => describeEvent(texts, event)),
      ...(more === 0 ? [] : [texts.andMore(more)]),
    ],
    button: texts.button,
    link,
    notes: [texts.advice],
  };
}

function viewConfirmation({ locale, organisation, link, expiresAtMs }: ConfirmMailInput): MailView {
  const texts = noticeTextsOf(locale);
  const date = new Intl.DateTimeFormat(texts.locale, { dateStyle: "long", timeZone: "UTC" }).format(expiresAtMs);
  return {
    ...frame(texts, organisation),
    subject: texts.confirm.subject(organisation),
    paragraphs: texts.confirm.intro(isolate(organisation)),
    button: texts.confirm.button,
    link,
    notes: [texts.confirm.expires(date)],
    footer: texts.confirm.footer(isolate(organisation)),
  };
}

type Frame = Pick<MailView, "texts" | "start" | "organisation" | "greeting" | "reject" | "footer" | "rights">;

function frame(texts: NoticeTexts, organisation: string): Frame {
  return {
    texts: { ...texts, copyLink: mailTextsOf(texts.locale).copyLink },
    start: texts.direction === "rtl" ? "right" : "left",
    organisation,
    greeting: texts.greeting,
    reject: undefined,
    footer: texts.footer(isolate(organisation)),
    rights: undefined,
  };
}

function describeEvent(texts: NoticeTexts, { event, subject, atMs, actor, tokenLabel }: ToldEvent): string {
  const time = new Intl.DateTimeFormat(texts.locale, { dateStyle: "long", timeStyle: "short", timeZone: "UTC" });
  const by = byWhom(texts, { event, actor, tokenLabel });
  const whom = by === "" ? "" : ` (${by})`;
  const what = subject === "" ? "" : ` ${isolate(subject)}`;
  return `${time.format(atMs)} UTC: ${texts.events[event]}${what}${whom}`;
}

function byWhom(
  texts: NoticeTexts,
  { event, actor, tokenLabel }: Pick<ToldEvent, "event" | "actor" | "tokenLabel">,
): string {
  if (actor === "operator") return texts.byOperator;
  if (event === "key-in-use-changed") return texts.byGateway;
  return tokenLabel === undefined ? "" : texts.byToken(isolate(tokenLabel));
}

/** Keeps a name of one direction from turning a sentence of the other around. */
function isolate(text: string): string {
  return `\u2068${text}\u2069`;
}
