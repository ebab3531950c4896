/** What a catalogue of texts about rights holds. Typed, so that a language that lacks a text does not compile. */
import type { FormLocale } from "@coterie/actions";

/** A document that says one thing. */
export interface NoticeTexts {
  readonly title: string;
  readonly text: string;
}

/** The form that asks for an address. */
export interface AskTexts {
  readonly title: string;
  readonly paragraphs: readonly string[];
  readonly label: string;
  readonly problem: string;
  readonly button: string;
}

/** What is held, and the question whether to delete it. */
export interface HeldTexts {
  readonly title: string;
  readonly text: string;
  readonly signed: (facts: { readonly date: string; readonly organisation: string }) => string;
  /** Neither counted nor received by anybody. */
  readonly unconfirmed: string;
  /** What an organisation has, by what the person answered. */
  readonly receiver: {
    readonly [Answer in "yes" | "awaited" | "no" | "not-asked"]: (organisation: string) => string;
  };
  /** A link to the same in a form for programs. */
  readonly save: string;
  readonly deleteTitle: string;
  readonly deleteParagraphs: readonly string[];
  readonly yes: string;
  readonly no: string;
  readonly problem: string;
  readonly button: string;
}

/** The mail with the link. */
export interface RightsMailTexts {
  readonly subject: (host: string) => string;
  readonly paragraphs: (host: string) => readonly string[];
  readonly button: string;
  readonly notYou: string;
  readonly footer: string;
}

/** All texts of one language. */
export interface RightsTexts {
  readonly locale: FormLocale;
  readonly direction: "ltr" | "rtl";
  readonly ask: AskTexts;
  readonly asked: NoticeTexts;
  /** This gateway sends no mails. */
  readonly noMails: NoticeTexts;
  readonly held: HeldTexts;
  readonly nothing: NoticeTexts;
  readonly kept: NoticeTexts;
  readonly deleted: NoticeTexts;
  readonly used: NoticeTexts;
  readonly invalid: NoticeTexts;
  readonly tooMany: NoticeTexts;
  readonly unavailable: NoticeTexts;
  readonly mail: RightsMailTexts;
}
