/** The catalogues by language: all at once for a server, one at a time for a browser. */
import type { FormLocale } from "../wordings.ts";
import type { FormTexts } from "./texts.ts";
import { arabic } from "./texts-ar.ts";
import { english } from "./texts-en.ts";
import { french } from "./texts-fr.ts";
import { polish } from "./texts-pl.ts";

const catalogues: { readonly [Locale in FormLocale]: FormTexts } = {
  en: english,
  fr: french,
  pl: polish,
  ar: arabic,
};

/** The texts of a language. */
export function textsOf(locale: FormLocale): FormTexts {
  return catalogues[locale];
}
