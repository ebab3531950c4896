/** The columns of the rows that are only looked at: those that anybody of them filled in. */
import { type FieldPath, formSchemas } from "@coterie/actions";
import type { OpenedRow } from "@coterie/actions/csv";

/** The fields that some row has, in the order of the forms. */
export function previewColumns(rows: readonly OpenedRow[]): readonly FieldPath[] {
  const paths = new Set(Object.values(formSchemas).flatMap(({ fields }) => fields.map(({ path }) => path)));
  return [...paths].filter((path) => rows.some((row) => textAt(row, path) !== ""));
}

/** The text of a field, "" where the person left it out. */
export function textAt({ person }: OpenedRow, path: FieldPath): string {
  const [name = "", member] = path.split(".", 2);
  const value = Object.hasOwn(person, name) ? person[name] : undefined;
  if (typeof value === "string") return member === undefined ? value : "";
  return value === undefined || member === undefined || !Object.hasOwn(value, member) ? "" : (value[member] ?? "");
}
