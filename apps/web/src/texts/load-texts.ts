/** One language at a time: a visitor pays for theirs alone. */
import { loadTexts as loadFormTexts } from "@coterie/actions/form";
import type { Catalogue, Locale, Texts } from "./texts.ts";

/** All languages, each under its own name. */
export const localeNames: { readonly [Name in Locale]: string } = {
  en: "English",
  fr: "Français",
  pl: "Polski",
  ar: "العربية",
};

/** The texts of a language. Rejects where its file cannot be loaded. */
export async function loadTexts(locale: Locale): Promise<Texts> {
  const [catalogue, { labels }] = await Promise.all([loadCatalogue(locale), loadFormTexts(locale)]);
  return { ...catalogue, fields: labels };
}

async function loadCatalogue(locale: Locale): Promise<Catalogue> {
  switch (locale) {
    case "en":
      return (await import("./texts-en.ts")).english;
    case "fr":
      return (await import("./texts-fr.ts")).french;
    case "pl":
      return (await import("./texts-pl.ts")).polish;
    case "ar":
      return (await import("./texts-ar.ts")).arabic;
  }
}

/** The first language of the list that these pages have; English where there is none. */
export function chooseLocale(wanted: readonly string[]): Locale {
  for (const tag of wanted) {
    const [language = ""] = tag.toLowerCase().split("-", 1);
    if (isLocaleName(language)) return language;
  }
  return "en";
}

/** Whether these pages have the language. */
export function isLocaleName(text: string): text is Locale {
  return Object.hasOwn(localeNames, text);
}
