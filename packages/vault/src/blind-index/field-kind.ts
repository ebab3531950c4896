/** What an indexed field holds. Said by whoever makes the index, since no rule can tell a city from a name. */

/**
 * Kinds that may have an index: their values are spread over many people. Each is still measured where rows exist.
 */
export const indexableKinds = ["email", "phone", "account-name", "document-number", "reference"] as const;

/**
 * Kinds that never get one: everyone knows how often their values occur, so that equal index values tell them
 * (the frequency attack).
 */
export const lowEntropyKinds = [
  "first-name",
  "last-name",
  "full-name",
  "birth-date",
  "birth-year",
  "age",
  "gender",
  "title",
  "country",
  "nationality",
  "region",
  "city",
  "postcode",
  "street",
  "language",
  "yes-or-no",
  "status",
  "organisation",
] as const;

/** A kind of either list. */
export type FieldKind = (typeof indexableKinds)[number] | (typeof lowEntropyKinds)[number];

/** Whether values of this kind may be indexed at all. False for anything that is in neither list. */
export function isIndexableKind(kind: string): boolean {
  const kinds: readonly string[] = indexableKinds;
  return kinds.includes(kind);
}
