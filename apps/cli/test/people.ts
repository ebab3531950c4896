/** Made-up people of varied shape, by number: the same number gives the same person. */
import type { ContactWish } from "./contact-fixtures.ts";

const firstNames = ["Ada", "Björn", "Chloé", "Dragoș", "Ευγενία", "Fatima", "Gülşen", "Håkon", "Ирина", "José María"];
const lastNames = [
  "Lovelace",
  "Þórsson",
  "Müller-Lüdenscheidt",
  "O'Neill",
  "Ólafsdóttir",
  "Papadopoulos",
  "García",
  "Nguyễn",
];
const places = ["Berlin", "Poznań", "Saint-Étienne", "Thessaloniki", "Malmö", "Zürich", "Cork"];
const countries = ["DE", "PL", "FR", "GR", "SE", "CH", "IE"];

/** Person and custom fields number `n`. */
export function makePerson(n: number): ContactWish {
  const firstName = firstNames[n % 10] ?? "";
  const country = countries[n % 7] ?? "";
  return {
    person: {
      firstName,
      lastName: `${lastNames[n % 8]} ${String.fromCodePoint(65 + (n % 26))}`,
      email: `person.${n}@example.org`,
      country,
      postcode: String(10_000 + (n % 80_000)),
      ...(n % 3 === 0 ? { phone: `+49 30 ${1_000_000 + n}` } : {}),
      ...(n % 2 === 0
        ? { address: { locality: places[n % 7] ?? "", street: "Lange Straße", streetNumber: String(n % 200) } }
        : {}),
    },
    createdAtMs: Date.UTC(2030, 0, 1) + n * 250,
    ...(n % 5 === 0 ? { customFields: { comment: `Because the water is "ours", and that of ${firstName}.` } } : {}),
  };
}
