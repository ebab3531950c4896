/**
 * One run for one organisation and one target: what is new in the local store is opened and handed over, then what happened to contacts.
 * At least once: the checkpoint follows the target, never the other way round.
 */
import { createHash } from "node:crypto";
import { appendFile } from "node:fs/promises";
import { dirname } from "node:path";
import type { OpenedRow } from "@coterie/actions/csv";
import { addCounts, noCounts, type OpeningCounts, type OpeningResult } from "../contacts/opening-job.ts";
import type { OpeningPool } from "../contacts/opening-pool.ts";
import { planOpening, startOpeningProgress, viewStore, withOpeningPool } from "../contacts/opening-session.ts";
import { eventsSize, readEvents, type StoredEvent } from "../contacts/store-events.ts";
import { StoreReader } from "../contacts/store-reader.ts";
import { lockFolder } from "../premises/folder-lock.ts";
import { type OrganisationFolder, pathsOf } from "../premises/organisation-folder.ts";
import { createPrivateFolder } from "../premises/private-files.ts";
import type { Arguments } from "../terminal/arguments.ts";
import type { CliDeps } from "../terminal/command.ts";
import { InterruptedError } from "../terminal/errors.ts";
import {
  loadSyncCheckpoint,
  saveSyncCheckpoint,
  type SyncCheckpoint,
  type SyncPlace,
  syncBase,
} from "./sync-checkpoint.ts";
import type { NamedTarget, SyncTarget } from "./sync-target.ts";

/** What a run is told. */
export interface SyncWish {
  readonly args: Arguments;
  readonly folder: OrganisationFolder;
  readonly target: NamedTarget;
}

/** What a run did. */
export interface SyncOutcome {
  readonly counts: OpeningCounts;
  readonly events: number;
  /** Tombstones that wait for a person to say that so many may go. */
  readonly waiting: number;
}

/** The files that list what did not open, beside the checkpoint. */
export interface SyncLists {
  readonly refused: string;
  readonly quarantine: string;
}

/** More than this share of a store, or this number in small ones, is too much to be taken out of a target unasked. */
const unaskedShare = 0.1;
const unaskedContacts = 100;
const eventsAtOnce = 500;

/** Where a target's lists are. */
export function syncLists({ folder, target }: Pick<SyncWish, "folder" | "target">): SyncLists {
  const base = syncBase(folder.path, target);
  return { refused: `${base}.refused.jsonl`, quarantine: `${base}.quarantine.jsonl` };
}

/**
 * Runs until the target has what the store holds. One process at a time for a target.
 * @throws TargetUnreachableError, TargetRefusedError, BusyError; the next run goes on
 */
export async function syncOnce(deps: CliDeps, wish: SyncWish): Promise<SyncOutcome> {
  const base = syncBase(wish.folder.path, wish.target);
  await createPrivateFolder(base);
  const lock = await lockFolder(base);
  try {
    const keeper = new CheckpointKeeper(`${base}.checkpoint`, await loadSyncCheckpoint(`${base}.checkpoint`));
    const target = await wish.target.open({
      state: keeper.checkpoint.state,
      save: async (state) => await keeper.save({ state }),
    });
    try {
      return await runRounds(deps, { ...wish, keeper, opened: target });
    } finally {
      await target.close();
    }
  } finally {
    await lock.release();
  }
}

/** The checkpoint as it is on the disk. */
class CheckpointKeeper {
  readonly #path: string;
  #checkpoint: SyncCheckpoint;

  constructor(path: string, checkpoint: SyncCheckpoint) {
    this.#path = path;
    this.#checkpoint = checkpoint;
  }

  get checkpoint(): SyncCheckpoint {
    return this.#checkpoint;
  }

  async save(change: Partial<SyncCheckpoint>): Promise<void> {
    const next = { ...this.#checkpoint, ...change };
    await saveSyncCheckpoint(this.#path, next);
    this.#checkpoint = next;
  }
}

interface Run extends SyncWish {
  readonly keeper: CheckpointKeeper;
  readonly opened: SyncTarget;
}

/** First what an interrupted run had begun, with its end; then what is new. */
async function runRounds(deps: CliDeps, run: Run): Promise<SyncOutcome> {
  const store = pathsOf(run.folder.path).contacts;
  let outcome: SyncOutcome = { counts: noCounts, events: 0, waiting: 0 };
  const unfinished = run.keeper.checkpoint.round;
  if (unfinished !== undefined) outcome = addOutcomes(outcome, await runRound(deps, run, unfinished));
  // The end of the contacts first: an event is on the disk before the batch that follows it.
  const { end } = await viewStore(store);
  const next: SyncPlace = { place: end.place, eventsByte: await eventsSize(store) };
  if (!isSame(next, run.keeper.checkpoint.done)) outcome = addOutcomes(outcome, await runRound(deps, run, next));
  await run.opened.finish();
  await run.keeper.save({ state: run.opened.state() });
  return outcome;
}

async function runRound(deps: CliDeps, run: Run, end: SyncPlace): Promise<SyncOutcome> {
  await run.keeper.save({ round: end });
  const counts = isSamePlace(run.keeper.checkpoint.done, end) ? noCounts : await openContacts(deps, run, end);
  const { events, waiting } = await applyEvents(run, end);
  await run.keeper.save({ round: undefined, state: run.opened.state() });
  return { counts, events, waiting };
}

async function openContacts(deps: CliDeps, run: Run, end: SyncPlace): Promise<OpeningCounts> {
  const { args, folder } = run;
  const store = pathsOf(folder.path).contacts;
  const view = await viewStore(store);
  const wish = { args, folder, formats: ["jsonl"] as const };
  const plan = planOpening(wish, view);
  return await withOpeningPool(deps, { ...wish, plan, events: view.events }, async (pool) => {
    const progress = startOpeningProgress(deps, { folder, end: view.end, doneBefore: 0 });
    const reader = new StoreReader(store, { start: run.keeper.checkpoint.done.place, end: end.place });
    try {
      return await handOver(deps, run, { pool, reader, onContacts: (contacts) => progress.update(contacts) });
    } finally {
      await reader.close();
      progress.finish();
    }
  });
}

interface Opening {
  readonly pool: OpeningPool;
  readonly reader: StoreReader;
  readonly onContacts: (contacts: number) => void;
}

/** A piece of the store is a batch. Its borders follow from where it begins, and so does its id. */
async function handOver(deps: CliDeps, run: Run, { pool, reader, onContacts }: Opening): Promise<OpeningCounts> {
  const { keeper, opened } = run;
  let counts = noCounts;
  await pool.openAll(reader, async ({ result, next }) => {
    if (deps.signal.aborted) throw new InterruptedError();
    const { done } = keeper.checkpoint;
    const rows = rowsOf(result);
    const id = batchId(run, ["contacts", String(done.place.segment), String(done.place.offset)]);
    if (rows.length > 0) await opened.deliver({ id, rows });
    await listAside(run, result);
    await keeper.save({ done: { ...done, place: next }, state: opened.state() });
    counts = addCounts(counts, result.counts);
    onContacts(counts.contacts);
  });
  return counts;
}

function rowsOf({ outputs, filledBytes }: OpeningResult): readonly OpenedRow[] {
  const text = Buffer.from(outputs[0]?.subarray(0, filledBytes[0]) ?? []).toString("utf8");
  const lines = text.split("\n").filter((line) => line !== "");
  // cast: our own threads wrote these lines from just such rows
  return lines.map((line) => JSON.parse(line) as OpenedRow);
}

/** Contacts that were refused or quarantined; listed twice where the process dies in between. */
async function listAside(run: SyncWish, { outputs, filledBytes }: OpeningResult): Promise<void> {
  const lists = syncLists(run);
  for (const [index, path] of [lists.refused, lists.quarantine].entries()) {
    const bytes = outputs[index + 1]?.subarray(0, filledBytes[index + 1]);
    if (bytes === undefined || bytes.length === 0) continue;
    await createPrivateFolder(dirname(path));
    await appendFile(path, bytes, { mode: 0o600, flush: true });
  }
}

/** Stops before tombstones that are so many that somebody should look first: they wait, and contacts go on. */
async function applyEvents(run: Run, end: SyncPlace): Promise<Pick<SyncOutcome, "events" | "waiting">> {
  const store = pathsOf(run.folder.path).contacts;
  const { done } = run.keeper.checkpoint;
  if (end.eventsByte <= done.eventsByte) return { events: 0, waiting: 0 };
  const range = { fromByte: done.eventsByte, toByte: end.eventsByte };
  const waiting = run.args.has("even-many") ? 0 : await countUnasked(store, range);
  if (waiting > 0) return { events: 0, waiting };
  let events = 0;
  let batch: StoredEvent[] = [];
  const apply = async (): Promise<void> => {
    const id = batchId(run, ["events", String(done.eventsByte), String(events)]);
    events += batch.length;
    if (batch.length > 0) await run.opened.apply({ id, events: batch });
    batch = [];
  };
  for await (const event of readEvents(store, range)) {
    batch.push(event);
    if (batch.length === eventsAtOnce) await apply();
  }
  await apply();
  await run.keeper.save({ done: { ...done, eventsByte: end.eventsByte }, state: run.opened.state() });
  return { events, waiting: 0 };
}

async function countUnasked(
  store: string,
  range: { readonly fromByte: number; readonly toByte: number },
): Promise<number> {
  const gone = new Set<string>();
  for await (const { action, kind } of readEvents(store, range)) {
    if (kind === "erased" || kind === "expired") gone.add(action);
  }
  const { end } = await viewStore(store);
  return gone.size <= Math.max(unaskedContacts, end.mark.contacts * unaskedShare) ? 0 : gone.size;
}

/** 22 characters that follow from what the batch is, and from nothing that changes. */
function batchId({ folder, target }: SyncWish, parts: readonly string[]): string {
  const text = JSON.stringify([
    "coterie/sync-batch/1",
    folder.profile.organisationId,
    target.kind,
    target.identity,
    ...parts,
  ]);
  return `sync_${createHash("sha256").update(text).digest("base64url").slice(0, 22)}`;
}

function isSame(left: SyncPlace, right: SyncPlace): boolean {
  return isSamePlace(left, right) && left.eventsByte === right.eventsByte;
}

function isSamePlace(left: SyncPlace, right: SyncPlace): boolean {
  return left.place.segment === right.place.segment && left.place.offset === right.place.offset;
}

function addOutcomes(left: SyncOutcome, right: SyncOutcome): SyncOutcome {
  return {
    counts: addCounts(left.counts, right.counts),
    events: left.events + right.events,
    waiting: left.waiting + right.waiting,
  };
}
