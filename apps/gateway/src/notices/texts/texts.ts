/** What a catalogue of notice texts holds. Typed, so that a language that lacks a text, or an event without one, does not compile. */
import type { FormLocale } from "@coterie/actions";
import type { NoticeEventName } from "../../audit/event-names.ts";

/** All texts of one language. Plain text: escaping is the template's work. */
export interface NoticeTexts {
  readonly locale: FormLocale;
  readonly direction: "ltr" | "rtl";
  readonly greeting: string;
  /** The subject where there is one event: a short name of it. */
  readonly subjectOne: (facts: { readonly organisation: string; readonly event: string }) => string;
  readonly subjectMany: (facts: { readonly organisation: string; readonly count: number }) => string;
  readonly intro: (organisation: string) => string;
  readonly events: { readonly [Name in NoticeEventName]: string };
  /** Who did it: one of the organisation's tokens, by its label. */
  readonly byToken: (label: string) => string;
  readonly byOperator: string;
  /** A change that came by no request. */
  readonly byGateway: string;
  readonly andMore: (count: number) => string;
  readonly advice: string;
  readonly button: string;
  readonly footer: (organisation: string) => string;
  readonly confirm: {
    readonly subject: (organisation: string) => string;
    readonly intro: (organisation: string) => readonly string[];
    readonly button: string;
    readonly footer: (organisation: string) => string;
    readonly expires: (date: string) => string;
    readonly title: (organisation: string) => string;
    readonly question: (organisation: string) => string;
    readonly doneTitle: string;
    readonly doneText: (organisation: string) => string;
  };
}
