/**
 * The sentences that people agree to. Each has an id that never changes its meaning or text: another text is another id,
 * so that a consent record proves what was read.
 */
import { type Bytes, encodeUtf8 } from "@coterie/bytes";
import type { Primitives } from "@coterie/primitives";
import { UnknownNameError } from "./errors.ts";
import { arabicWordings } from "./wordings-ar.ts";
import { englishWordings } from "./wordings-en.ts";
import { frenchWordings } from "./wordings-fr.ts";
import { polishWordings } from "./wordings-pl.ts";

/** The id of a wording. */
export type WordingId = "delivery/1" | "newsletter/1" | "newsletter-and-receive/1";

/** The languages that forms and wordings exist in. */
export type FormLocale = "en" | "fr" | "pl" | "ar";

/** All of them, for tests and pickers. */
export const formLocales: readonly FormLocale[] = ["en", "fr", "pl", "ar"];

/** A wording as it is to be shown. */
export interface WordingInput {
  readonly id: string;
  readonly locale: FormLocale;
  readonly organisationName: string;
}

type Sentence = (organisation: string) => string;

/** The sentences of one language. */
export type Wordings = { readonly [Id in WordingId]: Sentence };

const wordings: { readonly [Locale in FormLocale]: Wordings } = {
  en: englishWordings,
  fr: frenchWordings,
  pl: polishWordings,
  ar: arabicWordings,
};

/** The sentences of a language. */
export function wordingsOf(locale: FormLocale): Wordings {
  return wordings[locale];
}

/** The form language for a BCP 47 locale: its language where we have it, else English. */
export function pickFormLocale(locale: string): FormLocale {
  const language = locale.slice(0, 3).split("-")[0]?.toLowerCase();
  return formLocales.find((known) => known === language) ?? "en";
}

/**
 * The sentence as it is shown.
 * @throws UnknownNameError where the id is not of our list
 */
export function renderWording({ id, locale, organisationName }: WordingInput): string {
  if (!isWordingId(id)) throw new UnknownNameError("no such wording");
  return wordings[locale][id](organisationName);
}

/** Whether `text`, which came from outside, is the id of a wording. */
export function isWordingId(text: string): text is WordingId {
  return Object.hasOwn(wordings.en, text);
}

/** SHA-256 of the sentence as it was shown, in UTF-8: 32 bytes. */
export function hashWording({ sha256 }: Pick<Primitives, "sha256">, wording: WordingInput): Bytes {
  return sha256(encodeUtf8(renderWording(wording)));
}
