/** Opened contacts into files, with checkpoints: stopped at any point, the same export goes on without a loss or a double. */
import { FileExistsError, InterruptedError } from "../terminal/errors.ts";
import { type Checkpoint, findCheckpoint, saveCheckpoint } from "./checkpoint.ts";
import type { OpeningPool } from "./opening-pool.ts";
import { addCounts, noCounts, type OpeningCounts, type OpeningResult } from "./opening-job.ts";
import { OutputFile } from "./output-file.ts";
import { type ColumnPlan, encodeFileStart, type OutputFormat } from "@coterie/actions/csv";
import type { ContactFilter } from "./contact-opening.ts";
import { StoreReader } from "./store-reader.ts";
import type { StorePlace } from "./store-segments.ts";
import { sizeOf } from "../premises/private-files.ts";

/** The files of an export. */
export interface ExportFiles {
  /** One for each format, in the same order. */
  readonly byFormat: readonly string[];
  readonly refused: string;
  readonly quarantine: string;
  readonly checkpoint: string;
}

/** What decides the content of the files. */
export interface ExportPlan {
  readonly organisationId: string;
  readonly formats: readonly OutputFormat[];
  readonly filter: ContactFilter;
  readonly columns: ColumnPlan;
  readonly byteOrderMark: boolean;
  /** How many tombstones were known: with each further one the files are made anew, without the persons that were erased. */
  readonly tombstones: number;
}

/** What an export needs. */
export interface ExportDeps {
  readonly pool: OpeningPool;
  readonly now: () => number;
  readonly signal: AbortSignal;
  /** Told after each piece how many contacts were looked at in all, those of earlier runs included. */
  readonly onProgress: (contacts: number) => void;
}

/** What an export is told. */
export interface ExportInput {
  readonly plan: ExportPlan;
  readonly files: ExportFiles;
  /** The folder of the store, and where its committed part ends. */
  readonly store: string;
  readonly storeEnd: StorePlace;
  readonly start: ExportStart;
}

/** Where an export goes on. */
export interface ExportStart {
  readonly place: StorePlace;
  readonly sizes: readonly number[];
  readonly counts: OpeningCounts;
}

const checkpointEveryMs = 3000;
const firstPlace: StorePlace = { segment: 1, offset: 0 };

/**
 * Where an export with this plan goes on: at its checkpoint; from the start where there is none, or where the outputs
 * were taken away.
 * @throws FileExistsError where outputs are there that this export did not make, unless `overwrite`
 */
export async function findExportStart(
  { plan, files }: Pick<ExportInput, "plan" | "files">,
  { overwrite }: { readonly overwrite: boolean },
): Promise<ExportStart> {
  const paths = allPaths(files);
  const fresh: ExportStart = { place: firstPlace, sizes: paths.map(() => 0), counts: noCounts };
  if (overwrite) return fresh;
  const checkpoint = await findCheckpoint(files.checkpoint);
  const sizes = await Promise.all(paths.map((path) => sizeOf(path)));
  const outputsExist = sizes.slice(0, plan.formats.length).some((size) => size !== undefined);
  if (!outputsExist) return fresh;
  if (checkpoint === undefined)
    throw new FileExistsError(`${files.byFormat[0] ?? ""} exists: move it away, or use --overwrite`);
  if (checkpoint.plan === encodePlan(plan) && fits(checkpoint, sizes)) return checkpoint;
  // New columns come with new contacts, and erased persons go: the same export, made anew.
  if (withoutColumns(checkpoint.plan) === withoutColumns(encodePlan(plan))) return fresh;
  throw new FileExistsError(`${files.byFormat[0] ?? ""} was made with other options: move it away, or use --overwrite`);
}

/** Opens everything from `start` to the end of the store into the files. */
export async function exportToFiles(deps: ExportDeps, input: ExportInput): Promise<OpeningCounts> {
  const { plan, files, store, storeEnd, start } = input;
  const outputs = await Promise.all(
    allPaths(files).map((path, index) => OutputFile.continueAt(path, start.sizes[index] ?? 0)),
  );
  const reader = new StoreReader(store, { start: start.place, end: storeEnd });
  // Changed whole, after a piece was written whole: a half-written piece is behind it and is cut off.
  let reached: Checkpoint = { plan: encodePlan(plan), ...start };
  let savedAtMs = deps.now();
  const save = async (): Promise<void> => {
    await Promise.all(outputs.map((output) => output.sync()));
    await saveCheckpoint(files.checkpoint, reached);
    savedAtMs = deps.now();
  };
  try {
    // First of all: whatever was there belongs to this export from now on.
    await writeStarts(outputs, plan);
    reached = { ...reached, sizes: outputs.map(({ size }) => size) };
    await save();
    await deps.pool.openAll(reader, async ({ result, next }) => {
      await writeAll(outputs, result);
      const counts = addCounts(reached.counts, result.counts);
      reached = { ...reached, place: next, sizes: outputs.map(({ size }) => size), counts };
      deps.onProgress(counts.contacts);
      if (deps.signal.aborted) throw new InterruptedError();
      if (deps.now() - savedAtMs >= checkpointEveryMs) await save();
    });
    return reached.counts;
  } finally {
    await save();
    await reader.close();
    await Promise.all(outputs.map((output) => output.close()));
  }
}

async function writeAll(outputs: readonly OutputFile[], result: OpeningResult): Promise<void> {
  for (const [index, output] of outputs.entries()) {
    const bytes = result.outputs[index];
    if (bytes !== undefined) await output.write(bytes.subarray(0, result.filledBytes[index]));
  }
}

async function writeStarts(outputs: readonly OutputFile[], plan: ExportPlan): Promise<void> {
  for (const [index, format] of plan.formats.entries()) {
    const output = outputs[index];
    await output?.ensure();
    if (output?.size === 0) await output.write(Buffer.from(encodeFileStart(format, plan), "utf8"));
  }
}

function allPaths(files: ExportFiles): string[] {
  return [...files.byFormat, files.refused, files.quarantine];
}

function encodePlan({ organisationId, formats, filter, columns, byteOrderMark, tombstones }: ExportPlan): string {
  const { sinceMs = 0, campaign = "" } = filter;
  // Columns shape the CSV alone.
  const shape = formats.includes("csv") ? columns : { personFields: [], customFields: [] };
  const content = tombstones === 0 ? shape : { ...shape, tombstones };
  return JSON.stringify([{ organisationId, formats, sinceMs, campaign, byteOrderMark }, content]);
}

function withoutColumns(plan: string): string {
  return plan.slice(0, plan.indexOf("},{") + 1);
}

function fits({ sizes }: Checkpoint, found: readonly (number | undefined)[]): boolean {
  return sizes.length === found.length && sizes.every((size, index) => (found[index] ?? 0) >= size);
}
