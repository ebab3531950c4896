/**
 * What a form asks for, as data: the same description draws the form, and validates in the browser, at the gateway and
 * when a contact is opened (docs/protocol/actions.md §6).
 */
import type { NationalRule } from "./national-rule.ts";

/** The name and version of a form schema. A version never changes once contacts were sealed under it. */
export type FormSchemaId = "basic/1" | "eci/1";

/** Every field of every schema, as a dotted path. */
export type FieldPath =
  | "firstName"
  | "lastName"
  | "email"
  | "phone"
  | "birthDate"
  | "country"
  | "postcode"
  | "area"
  | "city"
  | "street"
  | "streetNumber"
  | "address.locality"
  | "address.region"
  | "address.street"
  | "address.streetNumber"
  | "nationality.country"
  | "nationality.documentType"
  | "nationality.documentNumber";

/** How a field is typed and checked. */
export type FieldKind =
  | "text"
  | "name"
  | "email"
  | "telephone"
  | "birth-date"
  | "country"
  | "member-state"
  | "postcode"
  | "document-type"
  | "document-number";

/** One field of a form. */
export interface FormField {
  readonly path: FieldPath;
  readonly kind: FieldKind;
  /** Pages may require more of the optional fields, never fewer. */
  readonly required: boolean;
  /** Whether forms ask for it where the page does not require it. What nobody requires is better not asked for. */
  readonly offered: boolean;
  /** In UTF-16 units after normalisation, as in HTML's `maxlength`. */
  readonly maxCharacters: number;
  /** HTML `autocomplete` token (WCAG 2.2, 1.3.5). */
  readonly autocomplete: string;
  /** HTML `inputmode`. */
  readonly inputMode: "text" | "email" | "tel" | "numeric";
  /** Groups that are asked for only by some nationalities' rules: "residence" (part A) or "document" (part B). */
  readonly group?: "residence" | "document";
}

/** A form. */
export interface FormSchema {
  readonly id: FormSchemaId;
  readonly fields: readonly FormField[];
  /** By ISO 3166-1 code: what a nationality decides about the fields, where it decides anything. */
  readonly nationalRules?: Readonly<Record<string, NationalRule>>;
}

const schemaIds: readonly string[] = ["basic/1", "eci/1"] satisfies FormSchemaId[];

/** Whether `text`, which came from outside, names a schema. */
export function isFormSchemaId(text: string): text is FormSchemaId {
  return schemaIds.includes(text);
}

/** The paths that a page may add to its required fields. */
export function optionalFieldPaths(schema: FormSchema): readonly FieldPath[] {
  return schema.fields.filter((field) => !field.required && field.group === undefined).map((field) => field.path);
}
