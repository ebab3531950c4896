/**
 * Opened contacts as files (`@coterie/actions/csv`): rows, columns, cells that are safe in a spreadsheet, and exact JSON
 * lines. Shared by the command line and the organisation pages. This file is the table of contents.
 */
export { type ColumnPlan, columnNames, columnTexts, planColumns, type SeenNames } from "./csv/columns.ts";
export { encodeCell, encodeRow } from "./csv/csv-cells.ts";
export {
  type ContactSurroundings,
  createOpenedRow,
  encodeJsonLine,
  type OpenedRow,
  type RowTracking,
} from "./csv/opened-row.ts";
export { encodeFileStart, encodeOpenedRow, type OutputFormat, outputFormats } from "./csv/outputs.ts";
export {
  createProcaMessage,
  type ProcaContent,
  type ProcaKey,
  type ProcaMessage,
  type ProcaMessageInput,
  type ProcaOrganisation,
  type ProcaPersonalInfo,
} from "./csv/proca-message.ts";
