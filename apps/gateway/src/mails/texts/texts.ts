/** What a catalogue of mail texts holds. Typed, so that a language that lacks a text does not compile. */
import type { FormLocale } from "@coterie/actions";
import type { MailKind } from "../../db/mail-schema.ts";

/** What is inserted. Plain text: escaping is the template's work. */
export interface MailFacts {
  readonly campaign: string;
  /** Who runs the page, or whose newsletter it is. */
  readonly organisation: string;
}

/** One kind of mail. */
export interface MailKindTexts {
  readonly subject: (facts: MailFacts) => string;
  /** Paragraphs. */
  readonly intro: (facts: MailFacts) => readonly string[];
  readonly button: string;
}

/** A question that a link leads to, and its answer. */
export interface DecisionTexts {
  readonly title: (facts: MailFacts) => string;
  readonly text: (facts: MailFacts) => string;
  readonly button: string;
  readonly doneTitle: string;
  readonly doneText: (facts: MailFacts) => string;
}

/** All texts of one language. */
export interface MailTexts {
  readonly locale: FormLocale;
  readonly direction: "ltr" | "rtl";
  readonly greeting: (name: string) => string;
  readonly greetingWithoutName: string;
  readonly kinds: { readonly [Kind in MailKind]: MailKindTexts };
  /** With a confirmation of the signature: who may write from then on. */
  readonly alsoNewsletter: (names: string) => string;
  readonly readers: (names: string) => string;
  readonly notYou: string;
  readonly notYouLink: string;
  readonly noNewsletter: string;
  readonly noNewsletterLink: string;
  readonly copyLink: string;
  readonly expires: (date: string) => string;
  readonly footer: (organisation: string) => string;
  /** A link to where people see and delete what is held of them. */
  readonly rights: string;
  readonly decisions: {
    readonly [Purpose in
      | "confirm-supporter"
      | "reject-supporter"
      | "confirm-newsletter"
      | "decline-newsletter"]: DecisionTexts;
  };
  readonly answeredTitle: string;
  readonly answeredConfirmed: string;
  readonly answeredRejected: string;
  readonly invalidTitle: string;
  readonly invalidText: string;
  readonly unavailableTitle: string;
  readonly unavailableText: string;
}
