/**
 * What was opened, kept as pieces of text files in the order of delivery. Pieces are Blobs: the browser may move large ones
 * out of memory, and a file of them is made without joining them in a string.
 */
import {
  type ColumnPlan,
  encodeFileStart,
  encodeRow,
  type OpenedRow,
  planColumns,
  type SeenNames,
} from "@coterie/actions/csv";
import { encodeUtf8 } from "@coterie/bytes";
import { webLimits } from "../limits.ts";
import type { OpenedBatch, RefusedContact } from "./opening-job.ts";

/** Counts of a run. */
export interface OpenedCounts {
  readonly opened: number;
  readonly refused: number;
}

/** Collects batches; they may arrive in any order. */
export class OpenedContacts {
  readonly #pieces: (Blob | undefined)[] = [];
  readonly #refused: (readonly RefusedContact[])[] = [];
  readonly #preview: (readonly OpenedRow[])[] = [];
  readonly #schemas: Set<string> = new Set();
  readonly #customFields: Set<string> = new Set();
  #opened = 0;
  #refusedCount = 0;

  /** `sequence`: the batch's place in the order of delivery, from 0. */
  add(sequence: number, { lines, opened, refused, seen, preview }: OpenedBatch): void {
    this.#pieces[sequence] = new Blob([lines]);
    this.#refused[sequence] = refused;
    if (preview.length > 0) this.#preview[sequence] = preview;
    for (const name of seen.formSchemas) this.#schemas.add(name);
    for (const name of seen.customFields) this.#customFields.add(name);
    this.#opened += opened;
    this.#refusedCount += refused.length;
  }

  get counts(): OpenedCounts {
    return { opened: this.#opened, refused: this.#refusedCount };
  }

  /** The first rows, for looking at. */
  get preview(): readonly OpenedRow[] {
    return this.#preview.flat().slice(0, webLimits.previewRows);
  }

  get refused(): readonly RefusedContact[] {
    return this.#refused.flat();
  }

  get columns(): ColumnPlan {
    const seen: SeenNames = { formSchemas: [...this.#schemas], customFields: [...this.#customFields] };
    return planColumns(seen);
  }

  /** The pieces of the JSON lines, in order. */
  get pieces(): readonly Blob[] {
    return this.#pieces.filter((piece) => piece !== undefined);
  }
}

/** The exact file: one JSON object a line. */
export function jsonLinesFile(contacts: OpenedContacts): Blob {
  return new Blob([...contacts.pieces], { type: "application/x-ndjson" });
}

/** The file for spreadsheets. `writePiece` turns JSON lines into lines of CSV, in a worker. */
export async function csvFile(
  contacts: OpenedContacts,
  writePiece: (lines: Uint8Array<ArrayBuffer>, columns: ColumnPlan) => Promise<Uint8Array<ArrayBuffer>>,
): Promise<Blob> {
  const { columns } = contacts;
  // With the mark that makes spreadsheets read UTF-8.
  const start = encodeUtf8(encodeFileStart("csv", { columns, byteOrderMark: true }));
  const pieces = contacts.pieces.map(async (piece) => {
    const lines = new Uint8Array(await piece.arrayBuffer());
    return new Blob([await writePiece(lines, columns)]);
  });
  return new Blob([start, ...(await Promise.all(pieces))], { type: "text/csv;charset=utf-8" });
}

/** The refused contacts as a file: action id and code. */
export function refusedFile(refused: readonly RefusedContact[]): Blob {
  const lines = [encodeRow(["actionId", "code"]), ...refused.map(({ actionId, code }) => encodeRow([actionId, code]))];
  return new Blob([lines.join("")], { type: "text/csv;charset=utf-8" });
}

/** How often each code occurs, the most frequent first. */
export function countByCode(
  refused: readonly RefusedContact[],
): readonly { readonly code: string; readonly count: number }[] {
  const counts = new Map<string, number>();
  for (const { code } of refused) counts.set(code, (counts.get(code) ?? 0) + 1);
  return [...counts].map(([code, count]) => ({ code, count })).sort((left, right) => right.count - left.count);
}
