/** One language, loaded when it is needed: a visitor pays for theirs alone. */
import type { FormLocale } from "../wordings.ts";
import type { FormTexts } from "./texts.ts";

/** The texts of a language. Rejects where its file cannot be loaded. */
export async function loadTexts(locale: FormLocale): Promise<FormTexts> {
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
