/** Short names and locales, as they appear in addresses and records. */
import { actionLimits, formLimits } from "./limits.ts";

/** Whether `text` is a short name: lower-case Latin letters and digits in parts joined by single hyphens, at most 64 characters. */
export function isSlug(text: string): boolean {
  if (text.length === 0 || text.length > actionLimits.slugCharacters) return false;
  return /^[a-z0-9-]+$/.test(text) && !text.startsWith("-") && !text.endsWith("-") && !text.includes("--");
}

/** Whether `text` has the form of a BCP 47 language tag in canonical case ("en", "pt-BR", "zh-Hant"), at most 35 characters. */
export function isLocale(text: string): boolean {
  if (text.length > formLimits.localeCharacters) return false;
  const [language = "", ...rest] = text.split("-");
  return /^[a-z]{2,3}$/.test(language) && rest.every((subtag) => /^[A-Za-z0-9]{2,8}$/.test(subtag));
}
