/** Counting words: the plural forms of a language around a number written its way. */

/** The forms of a phrase by plural category (CLDR). "other" is always there. */
export type PluralForms = { readonly [Category in Intl.LDMLPluralRule]?: (number: string) => string } & {
  readonly other: (number: string) => string;
  /** For none at all, where a language would say it differently from a count. */
  readonly none?: () => string;
};

/** A function that inserts a number into the right form. */
export function plural(locale: string, forms: PluralForms): (count: number) => string {
  const rules = new Intl.PluralRules(locale);
  const numbers = new Intl.NumberFormat(locale);
  return (count) => {
    if (count === 0 && forms.none !== undefined) return forms.none();
    return (forms[rules.select(count)] ?? forms.other)(numbers.format(count));
  };
}
