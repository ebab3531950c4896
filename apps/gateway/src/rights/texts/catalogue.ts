/** The languages of texts about rights: those of the forms. */
import { type FormLocale, pickFormLocale } from "@coterie/actions";
import type { RightsTexts } from "./texts.ts";
import { arabic } from "./texts-ar.ts";
import { english } from "./texts-en.ts";
import { french } from "./texts-fr.ts";
import { polish } from "./texts-pl.ts";

const catalogue: { readonly [Locale in FormLocale]: RightsTexts } = { en: english, fr: french, pl: polish, ar: arabic };

/** The texts for a BCP 47 locale; English where we do not have its language. */
export function rightsTextsOf(locale: string): RightsTexts {
  return catalogue[pickFormLocale(locale)];
}
