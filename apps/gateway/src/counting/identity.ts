/**
 * What tells persons apart where a form asks for no address (docs/protocol/counting.md §1): the number of a document with the country that
 * gave it, or names, date of birth and postcode.
 */
import type { Person } from "@coterie/actions";

/** The fields that a fingerprint is made of, the first of which says of what kind they are. */
export type IdentityFields =
  | readonly ["document", country: string, number: string]
  | readonly ["birth", firstName: string, lastName: string, birthDate: string, postcode: string];

/** The fields of a person of `eci/1`; undefined for persons of forms without a date of birth. */
export function identityFields(person: Person): IdentityFields | undefined {
  const { birthDate, firstName, lastName, postcode, nationality } = person;
  if (typeof birthDate !== "string") return undefined;
  const { country = "", documentNumber } = typeof nationality === "object" ? nationality : {};
  if (documentNumber !== undefined) return ["document", country, documentSpelling({ country, number: documentNumber })];
  return ["birth", foldName(firstName), foldName(lastName), birthDate, foldName(postcode).replaceAll(/[ -]/g, "")];
}

// Case and compatibility forms vary with keyboards; letters with and without accents are different names.
function foldName(name: Person[string] | undefined): string {
  return typeof name === "string" ? name.normalize("NFKC").toLowerCase().normalize("NFKC") : "";
}

/**
 * One spelling of numbers that a State lets people write in two: with and without the century (SE), with and without the card's version
 * (PT), with and without leading zeros (MT). The kind of document is left out: it is the person's word, the number is not.
 */
function documentSpelling({ country, number }: { readonly country: string; readonly number: string }): string {
  switch (country) {
    case "SE":
      return number.replaceAll(/[^0-9]/g, "").slice(-10);
    case "PT":
      return /^[0-9]{9}[A-Z0-9]{2}[0-9]$/.test(number) ? number.slice(0, 8) : number;
    case "MT":
      return number.replace(/^0+/, "");
    default:
      return number;
  }
}
