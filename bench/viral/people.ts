// Made-up people in four scripts, by number.
import type { JsonObject } from "@coterie/sealed-box/seal";

const names: readonly (readonly [first: string, last: string, place: string, country: string])[] = [
  ["Ada", "Lovelace", "London", "GB"],
  ["Björn", "Þórsson", "Reykjavík", "IS"],
  ["Ирина", "Соколова", "София", "BG"],
  ["Ευγενία", "Παπαδοπούλου", "Θεσσαλονίκη", "GR"],
  ["فاطمة", "الزهراء", "القاهرة", "EG"],
  ["Łucja", "Żółć", "Łódź", "PL"],
  ["José María", "García Núñez", "A Coruña", "ES"],
];

/** Addresses that no mail server here knows. */
export const unknownMailboxes = "nobody.example";

export function makePerson(
  number: number,
  { bounces }: { readonly bounces: boolean },
): { readonly email: string; readonly firstName: string; readonly fields: JsonObject } {
  const [firstName, lastName, locality, country] = names[number % names.length] ?? ["Ada", "Lovelace", "London", "GB"];
  const email = `viral.${number}@${bounces ? unknownMailboxes : "people.example"}`;
  const fields: JsonObject = {
    firstName,
    lastName,
    email,
    country,
    ...(number % 3 === 0 ? { postcode: String(10_000 + (number % 80_000)) } : {}),
    ...(number % 4 === 0 ? { address: { locality } } : {}),
  };
  return { email, firstName, fields };
}
