/**
 * Country codes of ISO 3166-1 alpha-2, and XK (Kosovo), which is used though not assigned. Names come from
 * `Intl.DisplayNames`. Each word is a first letter and all its second letters: every visitor downloads this list.
 */
const secondLetters =
  "ADEFGILMOQRSTUWXZ BABDEFGHIJLMNOQRSTVWYZ CACDFGHIKLMNORUVWXYZ DEJKMOZ ECEGHRST FIJKMOR GABDEFGHILMNPQRSTUWY HKMNRTU IDELMNOQRST JEMOP KEGHIMNPRWYZ LABCIKRSTUVY MACDEFGHKLMNOPQRSTUVWXYZ NACEFGILOPRUZ OM PAEFGHKLMNRSTWY QA REOSUW SABCDEGHIJKLMNORSTVXYZ TCDFGHJKLMNORTVWZ UAGMSYZ VACEGINU WFS XK YET ZAMW";

/** All country codes, in alphabetical order. */
export const countryCodes: readonly string[] = secondLetters
  .split(" ")
  .flatMap(([first = "", ...seconds]) => seconds.map((second) => `${first}${second}`));

const known: ReadonlySet<string> = new Set(countryCodes);

/** Whether `code` is a known country code (upper-case). */
export function isCountryCode(code: string): boolean {
  return known.has(code);
}
