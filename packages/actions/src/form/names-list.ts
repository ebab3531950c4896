/** Lists of names in words. */

/** "Alpha and Beta", in the language of the form. */
export function listNames(locale: string, names: readonly string[]): string {
  return new Intl.ListFormat(locale, { type: "conjunction" }).format(names);
}
