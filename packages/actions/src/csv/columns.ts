/** The columns of a CSV file: always in the same order for the same form schemas and custom fields. */
import { isFormSchemaId } from "../form-schema.ts";
import { formSchemas } from "../form-schemas.ts";
import type { OpenedRow } from "./opened-row.ts";

/** What was seen among the contacts that a file is made from. */
export interface SeenNames {
  readonly formSchemas: readonly string[];
  readonly customFields: readonly string[];
}

/** What decides the columns; part of what an output file was made with. */
export interface ColumnPlan {
  /** Dotted paths of the person's fields. */
  readonly personFields: readonly string[];
  /** Custom fields with a column of their own; all others share `otherCustomFields`. */
  readonly customFields: readonly string[];
}

/** The columns for contacts of these schemas with these custom fields; all schemas where none was seen. */
export function planColumns({ formSchemas: seen, customFields }: SeenNames): ColumnPlan {
  const known = Object.keys(formSchemas).filter((id) => isFormSchemaId(id) && (seen.includes(id) || seen.length === 0));
  const personFields = new Set<string>();
  for (const id of known) {
    if (isFormSchemaId(id)) for (const { path } of formSchemas[id].fields) personFields.add(path);
  }
  return { personFields: [...personFields], customFields: [...customFields].sort() };
}

const before = ["actionId", "createdAt", "campaign", "page", "locale", "actionType", "formSchema", "sealing"] as const;
const after = [
  "purpose",
  "optIn",
  "wordingId",
  "wordingHash",
  "locale",
  "givenAt",
  "confirmation",
  "confirmedAt",
] as const;
const tracking = ["source", "medium", "campaign", "content", "location"] as const;

/** The names in the first line. Fields of the person stand as they are, others carry what they belong to. */
export function columnNames({ personFields, customFields }: ColumnPlan): string[] {
  return [
    ...before,
    ...personFields,
    ...after.map((name) => `consent.${name}`),
    ...tracking.map((name) => `tracking.${name}`),
    ...customFields.map((name) => `custom.${name}`),
    "otherCustomFields",
  ];
}

/** The texts of a row in the order of {@link columnNames}. */
export function columnTexts(row: OpenedRow, { personFields, customFields }: ColumnPlan): string[] {
  const { consent } = row;
  const texts = [
    row.actionId,
    row.createdAt,
    row.campaign.name,
    row.page.name,
    row.page.locale,
    row.actionType,
    row.formSchema,
    row.sealing,
  ];
  for (const path of personFields) texts.push(personText(row.person, path));
  for (const name of after) texts.push(consent[name]);
  for (const name of tracking) texts.push(row.tracking[name]);
  for (const name of customFields)
    texts.push(Object.hasOwn(row.customFields, name) ? (row.customFields[name] ?? "") : "");
  texts.push(otherFields(row.customFields, customFields));
  return texts;
}

function personText(person: OpenedRow["person"], path: string): string {
  const dot = path.indexOf(".");
  const name = dot < 0 ? path : path.slice(0, dot);
  const value = Object.hasOwn(person, name) ? person[name] : undefined;
  if (dot < 0) return typeof value === "string" ? value : "";
  const member = path.slice(dot + 1);
  return typeof value === "object" && Object.hasOwn(value, member) ? (value[member] ?? "") : "";
}

function otherFields(fields: Readonly<Record<string, string>>, columns: readonly string[]): string {
  const names = Object.keys(fields);
  if (names.length === 0) return "";
  const others = names.filter((name) => !columns.includes(name));
  return others.length === 0 ? "" : JSON.stringify(Object.fromEntries(others.map((name) => [name, fields[name]])));
}
