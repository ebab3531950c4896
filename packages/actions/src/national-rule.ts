/** Rules by nationality: a schema that has them carries them, so that a form without them does not pay for them. */
import type { FormSchema } from "./form-schema.ts";

/** The codes of documents in `nationality.documentType`. */
export type DocumentType = "personal-number" | "identity-card" | "citizen-card" | "passport";

/** A kind of number that a Member State accepts. */
export interface DocumentRule {
  readonly type: DocumentType;
  /** What the State calls it, in its own language: shown beside our word for it. */
  readonly name: string;
  /** Of the number without separators, upper-case. */
  readonly pattern: RegExp;
}

/** What a Member State requires of its nationals. */
export type NationalRule =
  | { readonly part: "A"; readonly minimumAge: number }
  | { readonly part: "B"; readonly minimumAge: number; readonly documents: readonly [DocumentRule, ...DocumentRule[]] };

/** The schema's rule for a nationality, or undefined where it has none for `country` (upper-case code, "" where unknown). */
export function nationalRuleOf({ nationalRules }: FormSchema, country: string): NationalRule | undefined {
  return nationalRules !== undefined && Object.hasOwn(nationalRules, country) ? nationalRules[country] : undefined;
}

/** The kinds of document that a nationality's rule accepts; none where it asks for none, or there is no rule. */
export function documentsOf(schema: FormSchema, country: string): readonly DocumentRule[] {
  const rule = nationalRuleOf(schema, country);
  return rule?.part === "B" ? rule.documents : [];
}
