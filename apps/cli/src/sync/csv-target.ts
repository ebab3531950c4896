/**
 * A folder of CSV files: one for each day, or campaign, that only grows; and `events.csv` with what happened to contacts. Persons that
 * were erased are taken out of the files, which are written anew for that. Safe to open in a spreadsheet (`@coterie/actions/csv`).
 *
 * What was written behind the last checkpoint is cut off after a crash. A file that somebody else changed between two runs is theirs
 * as well: it is only continued.
 */
import { open, rename } from "node:fs/promises";
import { join, resolve } from "node:path";
import { columnNames, columnTexts, encodeRow, type OpenedRow, planColumns } from "@coterie/actions/csv";
import { OutputFile } from "../contacts/output-file.ts";
import type { StoredEvent } from "../contacts/store-events.ts";
import { createPrivateFolder, flushFolder, sizeOf } from "../premises/private-files.ts";
import { FileExistsError } from "../terminal/errors.ts";
import { csvTexts, readCsvRecords } from "./csv-records.ts";
import type { NamedTarget, SyncTarget, TargetOpening, TargetState } from "./sync-target.ts";

/** What a file holds. */
export type CsvGrouping = "day" | "campaign";

/** The target `csv-folder=DIR`. */
export function csvTarget({ folder, by }: { readonly folder: string; readonly by: CsvGrouping }): NamedTarget {
  const path = resolve(folder);
  return {
    kind: "csv-folder",
    identity: `${path} ${by}`,
    open: async (opening) => await openCsv({ path, by }, opening),
  };
}

/** The same for every file, whatever custom fields come: those share one column. */
const columns = planColumns({ formSchemas: [], customFields: [] });
const header = columnNames(columns);
const eventsName = "events.csv";
const eventsHeader: readonly string[] = ["actionId", "kind", "at"];

interface CsvState {
  /** Sizes by name, up to which the files are part of what was taken. */
  readonly files: ReadonlyMap<string, number>;
  /** Whether a run is under way, or was when its process died. */
  readonly writing: boolean;
}

interface CsvPlace {
  readonly path: string;
  readonly by: CsvGrouping;
}

async function openCsv({ path, by }: CsvPlace, { state, save }: TargetOpening): Promise<SyncTarget> {
  await createPrivateFolder(path);
  let current = await adopt(path, parseState(state));
  const remember = async (change: Partial<CsvState>): Promise<void> => {
    current = { ...current, ...change };
    await save(encodeState(current));
  };
  const append = async (byName: ReadonlyMap<string, string>): Promise<void> => {
    const fresh = [...byName.keys()].filter((name) => !current.files.has(name));
    for (const name of fresh) await refuseForeign(join(path, name));
    // Written down first: whatever then stands in these files behind these sizes is ours to cut off.
    if (fresh.length > 0 || !current.writing) {
      await remember({ writing: true, files: new Map([...current.files, ...fresh.map((name) => [name, 0] as const)]) });
    }
    current = { ...current, files: await appendAll(path, { byName, files: current.files }) };
  };
  return {
    deliver: async ({ rows }) => await append(groupRows(rows, by)),
    apply: async ({ events }) => {
      // First: what it writes down must not count lines that the next checkpoint does not know of.
      await eraseRows(path, { events, files: () => current.files, remember });
      await append(new Map([[eventsName, events.map(encodeEvent).join("")]]));
    },
    state: () => encodeState(current),
    finish: async () => {
      current = { ...current, writing: false };
      await Promise.resolve();
    },
    close: async () => await Promise.resolve(),
  };
}

/** After a crash a file is cut back when it is next written; else a file is as it is found. */
async function adopt(path: string, state: CsvState): Promise<CsvState> {
  const files = new Map<string, number>();
  for (const [name, size] of state.files) {
    const found = await sizeOf(join(path, name));
    // Taken away by somebody: it begins anew with what comes.
    if (found === undefined) continue;
    files.set(name, state.writing ? Math.min(size, found) : found);
  }
  return { files, writing: state.writing };
}

async function refuseForeign(path: string): Promise<void> {
  if ((await sizeOf(path)) !== undefined) {
    throw new FileExistsError(`${path} was not made by this synchronisation: move it away, or use another folder`);
  }
}

function groupRows(rows: readonly OpenedRow[], by: CsvGrouping): ReadonlyMap<string, string> {
  const byName = new Map<string, string>();
  for (const row of rows) {
    const name = `${by === "day" ? dayOf(row) : campaignOf(row)}.csv`;
    byName.set(name, (byName.get(name) ?? "") + encodeRow(columnTexts(row, columns)));
  }
  return byName;
}

function dayOf({ createdAt }: OpenedRow): string {
  return /^\d{4}-\d\d-\d\d/.exec(createdAt)?.[0] ?? "without-day";
}

/** The names come from the gateway: they must not lead out of the folder, nor meet a file of another kind. */
function campaignOf({ campaign }: OpenedRow): string {
  if (/^[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?$/.test(campaign.name)) return `campaign-${campaign.name}`;
  return /^ccam1[a-z0-9]{1,60}$/.test(campaign.id) ? campaign.id : "campaign";
}

interface Appending {
  readonly byName: ReadonlyMap<string, string>;
  readonly files: ReadonlyMap<string, number>;
}

async function appendAll(path: string, { byName, files }: Appending): Promise<ReadonlyMap<string, number>> {
  const sizes = new Map(files);
  for (const [name, text] of byName) {
    const file = join(path, name);
    const output = await OutputFile.continueAt(file, sizes.get(name) ?? 0);
    try {
      const start =
        output.size === 0 ? encodeRow(name === eventsName ? eventsHeader : header) : await missingLineEnd(file);
      await output.write(Buffer.from(start + text, "utf8"));
      await output.sync();
      sizes.set(name, output.size);
    } finally {
      await output.close();
    }
  }
  await flushFolder(path);
  return sizes;
}

/** Programs that save a file may leave out the last line's end. */
async function missingLineEnd(path: string): Promise<string> {
  const file = await open(path, "r");
  try {
    const { size } = await file.stat();
    const { buffer, bytesRead } = await file.read(Buffer.alloc(1), 0, 1, Math.max(0, size - 1));
    return bytesRead === 1 && buffer[0] !== 0x0a ? "\r\n" : "";
  } finally {
    await file.close();
  }
}

function encodeEvent({ action, kind, atMs }: StoredEvent): string {
  const at = new Date(atMs);
  return encodeRow([action, kind, Number.isNaN(at.getTime()) ? "" : at.toISOString()]);
}

interface Erasing {
  readonly events: readonly StoredEvent[];
  readonly files: () => ReadonlyMap<string, number>;
  readonly remember: (change: Partial<CsvState>) => Promise<void>;
}

async function eraseRows(path: string, { events, files, remember }: Erasing): Promise<void> {
  const gone = new Map<string, string>();
  for (const { action, kind } of events) {
    if (kind === "erased" || (kind === "expired" && gone.get(action) !== "erased")) gone.set(action, kind);
  }
  if (gone.size === 0) return;
  for (const name of files().keys()) {
    if (name === eventsName) continue;
    const size = await eraseFromFile(join(path, name), gone);
    if (size !== undefined) await remember({ files: new Map([...files(), [name, size]]) });
  }
}

/** Writes the file anew without these rows, in one step; undefined where it has none of them. */
async function eraseFromFile(path: string, gone: ReadonlyMap<string, string>): Promise<number | undefined> {
  let names: readonly string[] | undefined;
  let erased = 0;
  const output = await OutputFile.continueAt(`${path}.part`, 0);
  try {
    for await (const record of readCsvRecords(path)) {
      names ??= csvTexts(record);
      const kind = gone.get(csvTexts(record)[0] ?? "");
      if (kind !== undefined && (kind === "erased" || !saidYes(names, csvTexts(record)))) erased++;
      else await output.write(Buffer.from(record, "utf8"));
    }
    await output.ensure();
    await output.sync();
  } finally {
    await output.close();
  }
  if (erased === 0) {
    await OutputFile.continueAt(output.path, 0);
    return undefined;
  }
  await rename(output.path, path);
  return output.size;
}

/** Where a campaign's time is over, whoever said yes to hearing from this organisation stays (docs/protocol/rights.md §6). */
function saidYes(names: readonly string[], texts: readonly string[]): boolean {
  const text = (name: string): string => texts[names.indexOf(name)] ?? "";
  return text("consent.optIn") === "yes" && !["awaited", "declined"].includes(text("consent.confirmation"));
}

function encodeState({ files, writing }: CsvState): TargetState {
  return { files: Object.fromEntries(files), writing };
}

function parseState({ files, writing }: TargetState): CsvState {
  const entries = typeof files === "object" && files !== null ? Object.entries(files) : [];
  const sizes = entries.flatMap(([name, size]): [string, number][] => (typeof size === "number" ? [[name, size]] : []));
  return { files: new Map(sizes), writing: writing === true };
}
