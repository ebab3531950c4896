/** What every opening of one organisation's contacts needs: its keys in threads, a plan, progress. */
import { availableParallelism } from "node:os";
import type { AgreementKeyPair } from "@coterie/primitives";
import { loadKeyFiles, unlockKeys } from "../keys/key-files.ts";
import { getPassphrase } from "../keys/passphrases.ts";
import { type OrganisationFolder, pathsOf } from "../premises/organisation-folder.ts";
import { findStoreKey } from "../premises/store-key.ts";
import type { Arguments, OptionSpecs } from "../terminal/arguments.ts";
import type { CliDeps } from "../terminal/command.ts";
import { UsageError } from "../terminal/errors.ts";
import { Progress } from "../terminal/progress.ts";
import { type OutputFormat, planColumns } from "@coterie/actions/csv";
import type { ContactFilter } from "./contact-opening.ts";
import { countTombstones, loadEvents, type SharedEvents } from "./event-table.ts";
import type { ExportPlan } from "./export-files.ts";
import { OpeningPool } from "./opening-pool.ts";
import { findStoreEnd, type StoreEnd } from "./store-segments.ts";

/** What a command wants of one organisation's contacts. */
export interface OpeningWish {
  readonly args: Arguments;
  readonly folder: OrganisationFolder;
  readonly formats: readonly OutputFormat[];
}

/** The options that decide what is opened and how. */
export const openingOptions: OptionSpecs = {
  since: { type: "string", value: "DAY", help: "only contacts made from this day or time on (2030-01-31)" },
  only: { type: "string", value: "CAMPAIGN", help: "only contacts of this campaign (name or id)" },
  bom: { type: "boolean", help: "start CSV with a byte order mark, for older spreadsheets" },
  workers: { type: "string", value: "N", help: "how many threads open (default: one for each core)" },
};

const maxWorkers = 64;
const maxDefaultWorkers = 16;

/** What a store holds at one moment. */
export interface StoreView {
  readonly end: StoreEnd;
  readonly events: SharedEvents | undefined;
}

/** Where the store in `folder` ends, and what happened to its contacts. */
export async function viewStore(folder: string): Promise<StoreView> {
  // The end first: an event is on the disk before the batch that follows it.
  const end = await findStoreEnd(folder);
  return { end, events: await loadEvents(folder) };
}

/** The plan that options and store lead to. Throws UsageError on a date that is none. */
export function planOpening({ args, folder, formats }: OpeningWish, { end: { mark }, events }: StoreView): ExportPlan {
  return {
    tombstones: events === undefined ? 0 : countTombstones(events),
    organisationId: folder.profile.organisationId,
    formats,
    filter: filterOf(args),
    columns: planColumns(mark),
    byteOrderMark: args.has("bom"),
  };
}

/** One thread for each core, within bounds. */
export function defaultThreads(): number {
  return Math.min(availableParallelism(), maxDefaultWorkers);
}

/** Unlocks the keys, starts the threads, runs `use`, ends the threads. */
export async function withOpeningPool<Result>(
  deps: CliDeps,
  { args, folder, plan, events }: OpeningWish & { readonly plan: ExportPlan } & Pick<StoreView, "events">,
  use: (pool: OpeningPool) => Promise<Result>,
): Promise<Result> {
  const workers = args.findNumber("workers", { min: 1, max: maxWorkers });
  const keyPairs = await unlockAll(deps, { args, folder });
  const { formats, filter, columns, organisationId } = plan;
  const secretKeys = keyPairs.map(({ secretKey }) => secretKey.exposeSecretBytes());
  const { gatewaySigningKey, name, title } = folder.profile;
  const receiver = { name, title };
  const storeKey = await findStoreKey(folder.path);
  const pool = new OpeningPool(
    { secretKeys, gatewaySigningKey, storeKey, organisationId, filter, events, formats, columns, receiver },
    workers ?? defaultThreads(),
  );
  storeKey?.fill(0);
  for (const { secretKey } of keyPairs) secretKey.destroy();
  try {
    return await use(pool);
  } finally {
    await pool.close();
  }
}

/** Progress over all contacts of the store. */
export function startOpeningProgress(
  deps: CliDeps,
  input: { readonly folder: OrganisationFolder; readonly end: StoreEnd; readonly doneBefore: number },
): Progress {
  const { folder, end, doneBefore } = input;
  const total = end.mark.contacts;
  return new Progress(deps, { what: `${folder.profile.name}: opening`, unit: "contacts", total, doneBefore });
}

function filterOf(args: Arguments): ContactFilter {
  const since = args.find("since");
  if (since === undefined) return { sinceMs: undefined, campaign: args.find("only") };
  const sinceMs = /^\d{4}-\d\d-\d\d(?:T.*)?$/.test(since) ? Date.parse(since) : Number.NaN;
  if (Number.isNaN(sinceMs)) throw new UsageError("--since takes a day or time: 2030-01-31 or 2030-01-31T12:00:00Z");
  return { sinceMs, campaign: args.find("only") };
}

async function unlockAll(
  deps: CliDeps,
  { args, folder }: Pick<OpeningWish, "args" | "folder">,
): Promise<readonly AgreementKeyPair[]> {
  const keys = await loadKeyFiles(folder.path);
  if (keys.length === 0) {
    throw new UsageError(`no keys in ${pathsOf(folder.path).keys}: make one with \`coterie keys new\``);
  }
  const passphrase = await getPassphrase(deps, { args, folder: folder.path });
  const { opened, closed } = unlockKeys(deps, { keys, passphrase });
  for (const name of closed) {
    deps.terminal.warn(`The passphrase does not open the key file ${name}: contacts sealed to it will be refused.`);
  }
  return opened;
}
