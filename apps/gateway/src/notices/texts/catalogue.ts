/** The languages of notices: those of the forms. */
import { type FormLocale, pickFormLocale } from "@coterie/actions";
import type { NoticeTexts } from "./texts.ts";
import { arabic } from "./texts-ar.ts";
import { english } from "./texts-en.ts";
import { french } from "./texts-fr.ts";
import { polish } from "./texts-pl.ts";

const catalogue: { readonly [Locale in FormLocale]: NoticeTexts } = {
  en: english,
  fr: french,
  pl: polish,
  ar: arabic,
};

/** The texts for a BCP 47 locale; English where we do not have its language. */
export function noticeTextsOf(locale: string): NoticeTexts {
  return catalogue[pickFormLocale(locale)];
}

/** The events that staff is told of: those that there are words for. */
export const noticeEvents: readonly string[] = Object.keys(english.events);
