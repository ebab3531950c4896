// People with a canary of their own in every field that is not a choice from a list.
import type { JsonObject } from "@coterie/sealed-box/seal";
import { randomBytes } from "node:crypto";

const letters = "abcdefghijkmnopqrstuvwxyz";

/** Random lower-case letters. */
export function word(length: number): string {
  return Array.from(randomBytes(length), (byte) => letters[byte % letters.length] ?? "a").join("");
}

export interface PlantedPerson {
  readonly person: JsonObject;
  readonly email: string;
  readonly firstName: string;
  readonly canaries: readonly string[];
}

/** A person of the form `basic/1`: ten canaries. */
export function plantPerson(): PlantedPerson {
  const digits = Array.from(randomBytes(12), (byte) => byte % 10).join("");
  const fields = {
    firstName: `Ł${word(14)}`,
    lastName: `${word(8)}’${word(8)}`,
    email: `${word(16)}@${word(12)}.example`,
    phone: `+${digits}`,
    postcode: word(11),
    area: `${word(9)} ${word(9)}`,
    locality: word(18),
    region: word(18),
    street: `${word(10)} ${word(10)}`,
    streetNumber: word(10),
  };
  const { firstName, lastName, email, phone, postcode, area, ...address } = fields;
  const person = { firstName, lastName, email, phone, postcode, area, country: "FR", address };
  return { person, email, firstName, canaries: Object.values(fields) };
}
