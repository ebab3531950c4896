/** The formats that opened contacts are written in. */
import { type ColumnPlan, columnNames, columnTexts } from "./columns.ts";
import { encodeRow } from "./csv-cells.ts";
import { encodeJsonLine, type OpenedRow } from "./opened-row.ts";
import { createProcaMessage, type ProcaOrganisation } from "./proca-message.ts";

/**
 * `jsonl`: exact, one JSON object a line. `csv`: for spreadsheets, made harmless (csv-cells.ts). `proca`: one message of
 * Proca's queue a line.
 */
export type OutputFormat = "jsonl" | "csv" | "proca";

/** The formats that are written where none is named. */
export const outputFormats: readonly OutputFormat[] = ["jsonl", "csv"];

/** One opened contact in a format. */
export function encodeOpenedRow(
  row: OpenedRow,
  {
    format,
    columns,
    receiver,
  }: {
    readonly format: OutputFormat;
    readonly columns: ColumnPlan;
    /** Named in Proca's messages; without, by its id. */
    readonly receiver?: ProcaOrganisation | undefined;
  },
): string {
  switch (format) {
    case "csv":
      return encodeRow(columnTexts(row, columns));
    case "proca":
      return encodeJsonLine(
        createProcaMessage({
          row,
          receiver: receiver ?? { name: row.organisationId, title: row.organisationId },
          content: { kind: "opened", person: row.person },
        }),
      );
    case "jsonl":
      return encodeJsonLine(row);
  }
}

/** What stands at the start of a file: the names of the columns in CSV, with a byte order mark where wanted. */
export function encodeFileStart(
  format: OutputFormat,
  { columns, byteOrderMark }: { readonly columns: ColumnPlan; readonly byteOrderMark: boolean },
): string {
  if (format !== "csv") return "";
  return (byteOrderMark ? "\ufeff" : "") + encodeRow(columnNames(columns));
}
