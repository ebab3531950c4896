/** The formats that opened contacts are written in. */
import { type ColumnPlan, columnNames, columnTexts } from "./columns.ts";
import { encodeRow } from "./csv-cells.ts";
import { encodeJsonLine, type OpenedRow } from "./opened-row.ts";

/** `jsonl`: exact, one JSON object a line. `csv`: for spreadsheets, made harmless (csv-cells.ts). */
export type OutputFormat = "jsonl" | "csv";

/** All formats. */
export const outputFormats: readonly OutputFormat[] = ["jsonl", "csv"];

/** One opened contact in a format. */
export function encodeOpenedRow(
  row: OpenedRow,
  { format, columns }: { readonly format: OutputFormat; readonly columns: ColumnPlan },
): string {
  return format === "csv" ? encodeRow(columnTexts(row, columns)) : encodeJsonLine(row);
}

/** What stands at the start of a file: the names of the columns in CSV, with a byte order mark where wanted. */
export function encodeFileStart(
  format: OutputFormat,
  { columns, byteOrderMark }: { readonly columns: ColumnPlan; readonly byteOrderMark: boolean },
): string {
  if (format !== "csv") return "";
  return (byteOrderMark ? "\ufeff" : "") + encodeRow(columnNames(columns));
}
