/**
 * Where a person lives, so coarsely that tens of thousands of people live there at least (docs/protocol/counting.md §4): the country, and
 * where its postcodes begin with a region, one or two digits of it. Only numbers are kept by area, nothing of any person.
 */
import type { Person } from "@coterie/actions";

/** How many first digits of a postcode are read: two in populous countries, one in others whose postcodes are ordered by regions. */
const digitsByCountry: ReadonlyMap<string, number> = new Map([
  ..."BR DE ES FR IT JP KR MX NL PL RO TR UA US".split(" ").map((country) => [country, 2] as const),
  ..."AT BE BG CH CZ DK FI GR HR HU NO PT RS SE SK".split(" ").map((country) => [country, 1] as const),
]);

/** "PL 00", "SE 1", "MT", or "" where nobody knows. */
export function areaOf({ country, postcode }: Person): string {
  if (typeof country !== "string") return "";
  const digits = digitsByCountry.get(country);
  if (digits === undefined || typeof postcode !== "string") return country;
  // Some write the country before the number: "D-10115".
  const [, number] =
    /^(?:[A-Z]{1,3})?([0-9]{4,})/.exec(postcode.normalize("NFKC").toUpperCase().replaceAll(/[ -]/g, "")) ?? [];
  return number === undefined ? country : `${country} ${number.slice(0, digits)}`;
}
