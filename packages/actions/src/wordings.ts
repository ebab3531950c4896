/**
 * The sentences that people agree to. Each has an id that never changes its meaning or text: another text is another id,
 * so that a consent record proves what was read.
 */
import { type Bytes, encodeUtf8 } from "@coterie/bytes";
import type { Primitives } from "@coterie/primitives";
import { UnknownNameError } from "./errors.ts";

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

const wordings: { readonly [Id in WordingId]: { readonly [Locale in FormLocale]: Sentence } } = {
  "delivery/1": {
    en: (name) => `What you fill in is sent to ${name}.`,
    fr: (name) => `Ce que vous écrivez est transmis à ${name}.`,
    pl: (name) => `Twoje dane trafią do organizacji ${name}.`,
    ar: (name) => `تُرسَل بياناتك إلى ${name}.`,
  },
  "newsletter/1": {
    en: (name) => `May ${name} write to you by email about this campaign and others?`,
    fr: (name) => `${name} peut-elle vous écrire par courriel au sujet de cette campagne et d’autres ?`,
    pl: (name) => `Czy organizacja ${name} może pisać do Ciebie e-maile o tej i innych kampaniach?`,
    ar: (name) => `هل تسمح لـ ${name} بمراسلتك عبر البريد الإلكتروني بشأن هذه الحملة وغيرها؟`,
  },
  "newsletter-and-receive/1": {
    en: (name) =>
      `May ${name} write to you by email about this campaign and others? Only if you say yes will ${name} receive what you fill in.`,
    fr: (name) =>
      `${name} peut-elle vous écrire par courriel au sujet de cette campagne et d’autres ? ${name} ne reçoit ce que vous écrivez que si vous répondez oui.`,
    pl: (name) =>
      `Czy organizacja ${name} może pisać do Ciebie e-maile o tej i innych kampaniach? Organizacja ${name} otrzyma Twoje dane tylko wtedy, gdy odpowiesz „tak”.`,
    ar: (name) =>
      `هل تسمح لـ ${name} بمراسلتك عبر البريد الإلكتروني بشأن هذه الحملة وغيرها؟ لن تتلقى ${name} بياناتك إلا إذا أجبت بنعم.`,
  },
};

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
  return wordings[id][locale](organisationName);
}

/** Whether `text`, which came from outside, is the id of a wording. */
export function isWordingId(text: string): text is WordingId {
  return Object.hasOwn(wordings, text);
}

/** SHA-256 of the sentence as it was shown, in UTF-8: 32 bytes. */
export function hashWording({ sha256 }: Pick<Primitives, "sha256">, wording: WordingInput): Bytes {
  return sha256(encodeUtf8(renderWording(wording)));
}
