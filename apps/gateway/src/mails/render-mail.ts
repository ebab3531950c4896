/** From a kind of mail and its facts to subject, text and HTML (docs/protocol/mails.md §5). */
import { listNames } from "@coterie/actions/form";
import { Eta } from "eta";
import type { MailKind } from "../db/mail-schema.ts";
import { htmlTemplate, textTemplate } from "./mail-templates.ts";
import { mailTextsOf } from "./texts/catalogue.ts";
import type { MailTexts } from "./texts/texts.ts";

/** What a mail says, in plain text throughout. */
export interface MailFactsInput {
  readonly kind: MailKind;
  /** BCP 47. */
  readonly locale: string;
  /** As it was typed; may be empty. Names that could be an advertisement are left out. */
  readonly firstName: string;
  readonly campaign: string;
  readonly organisation: string;
  /** Who can open the person's data. */
  readonly readers: readonly string[];
  /** Whose newsletter consent is confirmed with the signature. */
  readonly newsletters: readonly string[];
  readonly link: string;
  readonly rejectLink: string | undefined;
  readonly expiresAtMs: number;
  /** The organisation's own words; empty ones count as none. */
  readonly own: { readonly subject: string; readonly intro: string } | undefined;
}

/** A mail without its address. */
export interface RenderedMail {
  readonly subject: string;
  readonly text: string;
  readonly html: string;
}

/** Renders mails; the templates are compiled once. */
export type MailRenderer = (input: MailFactsInput) => RenderedMail;

/** A renderer of the mails of actions. */
export function createMailRenderer(): MailRenderer {
  const render = createViewRenderer();
  return (input) => render(viewMail(input));
}

/** A renderer of anything in the look of our mails. */
export function createViewRenderer(): (view: MailView) => RenderedMail {
  const html = new Eta({ autoEscape: true, autoTrim: false });
  // Plain text has nothing to escape; what it inserts cannot hold line breaks.
  const text = new Eta({ autoEscape: false, autoTrim: false });
  html.loadTemplate("@mail", htmlTemplate);
  text.loadTemplate("@mail", textTemplate);
  return (view) => ({
    subject: view.subject,
    text: tidyText(text.render("@mail", view)),
    html: html.render("@mail", view),
  });
}

/** What the templates show. */
export interface MailView {
  readonly texts: Pick<MailTexts, "locale" | "direction" | "copyLink">;
  readonly start: "left" | "right";
  readonly subject: string;
  readonly organisation: string;
  readonly greeting: string;
  readonly paragraphs: readonly string[];
  readonly button: string;
  readonly link: string;
  readonly notes: readonly string[];
  readonly reject: { readonly question: string; readonly label: string; readonly link: string } | undefined;
  readonly footer: string;
  /** Where people see and delete what is held of them. */
  readonly rights: { readonly label: string; readonly link: string } | undefined;
}

function viewMail(input: MailFactsInput): MailView {
  const texts = mailTextsOf(input.locale);
  const facts = { campaign: isolate(input.campaign), organisation: isolate(input.organisation) };
  const kind = texts.kinds[input.kind];
  const ownParagraphs = (input.own?.intro ?? "").split(/\n\s*\n/u).map((part) => part.replaceAll(/\s+/gu, " ").trim());
  const own = ownParagraphs.filter((part) => part !== "");
  const name = greetableName(input.firstName);
  return {
    texts,
    start: texts.direction === "rtl" ? "right" : "left",
    subject: input.own?.subject || kind.subject({ campaign: input.campaign, organisation: input.organisation }),
    organisation: input.organisation,
    greeting: name === "" ? texts.greetingWithoutName : texts.greeting(isolate(name)),
    paragraphs: own.length > 0 ? own : kind.intro(facts),
    button: kind.button,
    link: input.link,
    notes: notesOf(input, texts),
    reject: rejectOf(input, texts),
    footer: texts.footer(facts.organisation),
    // All links of these mails lead to the gateway.
    rights: { label: texts.rights, link: new URL("/rights", input.link).href },
  };
}

function notesOf(input: MailFactsInput, texts: MailTexts): readonly string[] {
  if (input.kind === "thank-you") {
    return input.readers.length === 0 ? [] : [texts.readers(namesOf(texts, input.readers))];
  }
  const date = dateFormatOf(texts.locale).format(input.expiresAtMs);
  const newsletters = input.newsletters.length === 0 ? [] : [texts.alsoNewsletter(namesOf(texts, input.newsletters))];
  return [...newsletters, texts.expires(date)];
}

const dateFormatByLocale = new Map<string, Intl.DateTimeFormat>();

/** Made once a language: making one takes longer than all the rest of a mail. */
function dateFormatOf(locale: MailTexts["locale"]): Intl.DateTimeFormat {
  const known = dateFormatByLocale.get(locale);
  if (known !== undefined) return known;
  const made = new Intl.DateTimeFormat(locale, { dateStyle: "long", timeZone: "UTC" });
  dateFormatByLocale.set(locale, made);
  return made;
}

function rejectOf({ kind, rejectLink }: MailFactsInput, texts: MailTexts): MailView["reject"] {
  if (rejectLink === undefined) return undefined;
  return kind === "confirm-newsletter"
    ? { question: texts.noNewsletter, label: texts.noNewsletterLink, link: rejectLink }
    : { question: texts.notYou, label: texts.notYouLink, link: rejectLink };
}

function namesOf(texts: MailTexts, names: readonly string[]): string {
  return listNames(texts.locale, names.map(isolate));
}

/** Keeps a name of one direction from turning a sentence of the other around. */
function isolate(text: string): string {
  return `\u2068${text}\u2069`;
}

/**
 * The name to greet by, or "" where it could be somebody's advertisement: strangers can have a mail sent to any address by
 * signing with it, and must not be able to put an address of theirs, or a text, into it.
 */
export function greetableName(name: string): string {
  const isName = /^\p{L}[\p{L}\p{M}'’ -]{0,39}$/u.test(name) && name.split(" ").length <= 4;
  return isName ? name.trim() : "";
}

function tidyText(text: string): string {
  return `${text
    .replaceAll(/[ \t]+\n(?!--)/g, (end) => (end === " \n" ? end : "\n"))
    .replaceAll(/\n{3,}/g, "\n\n")
    .trim()}\n`;
}
