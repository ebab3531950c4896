/**
 * After a pull: contacts whose persons were erased go from the store, and are listed for other programs (docs/protocol/rights.md §6).
 * Killed at any point, the next run does it again: what is gone stays gone, what is listed is listed once. Exports leave these contacts
 * out from the moment the event is stored, whether or not this ran.
 *
 * Tombstones are the gateway's word. One that lies could have a whole store thrown away, so that many at once are listed and left out of
 * exports, but thrown away only when a person says so.
 */
import { join } from "node:path";
import { readSmallFile, replacePrivateFile, sizeOf } from "../premises/private-files.ts";
import { eraseLines } from "./erase-lines.ts";
import { addErased, type ErasedEntry } from "./erased-files.ts";
import { EventTable, isGone, loadEvents } from "./event-table.ts";
import { eventsSize, readEvents, type StoredEvent } from "./store-events.ts";
import { segmentPath, type StoreEnd } from "./store-segments.ts";
import { parseStoredContact } from "./stored-contact-parser.ts";

/** Whose store, and up to where it is committed. */
export interface DropInput {
  readonly organisationFolder: string;
  readonly storeFolder: string;
  readonly end: StoreEnd;
  /** Whether a person said that however many may go. */
  readonly evenMany: boolean;
}

/** What was done. */
export interface DropOutcome {
  readonly dropped: number;
  /** Contacts that wait for somebody to say that so many may go. */
  readonly waiting: number;
  /** New lines for other programs. */
  readonly listed: number;
}

const nothing: DropOutcome = { dropped: 0, waiting: 0, listed: 0 };

/** More than this share of a store, or this number in small ones, is too much to be thrown away unasked. */
const unaskedShare = 0.1;
const unaskedContacts = 100;

/** How much of the events was dealt with. */
interface DropState {
  readonly listedBytes: number;
  readonly droppedBytes: number;
}

/** Lists and drops what is new. The caller holds the store's lock and reopens its last segment. */
export async function dropErased(input: DropInput): Promise<DropOutcome> {
  const { storeFolder, organisationFolder, end } = input;
  const state = await readState(storeFolder);
  const size = await eventsSize(storeFolder);
  if (state.listedBytes >= size && (state.droppedBytes >= size || !input.evenMany)) return nothing;
  const shared = await loadEvents(storeFolder);
  const table = shared === undefined ? undefined : new EventTable(shared);
  const fresh = await collect(storeFolder, state.listedBytes);
  const found =
    table === undefined
      ? { gone: 0, kept: new Set<string>(), here: new Set<string>() }
      : await look(input, { table, fresh });
  const entries = [...fresh.values()].map((event) => entryOf(event, found));
  await addErased(organisationFolder, entries);
  const mayDrop = input.evenMany || found.gone <= Math.max(unaskedContacts, end.mark.contacts * unaskedShare);
  const dropped = mayDrop && table !== undefined && found.gone > 0 ? await drop(input, table) : 0;
  await writeState(storeFolder, { listedBytes: size, droppedBytes: mayDrop ? size : state.droppedBytes });
  return { dropped, waiting: mayDrop ? 0 : found.gone, listed: entries.length };
}

const told: ReadonlySet<string> = new Set(["erased", "expired", "erasure-asked"]);

async function collect(storeFolder: string, fromByte: number): Promise<ReadonlyMap<string, StoredEvent>> {
  const events = new Map<string, StoredEvent>();
  for await (const event of readEvents(storeFolder, { fromByte })) {
    if (told.has(event.kind)) events.set(`${event.action} ${event.kind}`, event);
  }
  return events;
}

interface Looked {
  /** Contacts in the store that are to go. */
  readonly gone: number;
  readonly kept: ReadonlySet<string>;
  readonly here: ReadonlySet<string>;
}

interface LookInput {
  readonly table: EventTable;
  readonly fresh: ReadonlyMap<string, StoredEvent>;
}

/** One pass over the store that changes nothing. */
async function look({ storeFolder, end }: DropInput, { table, fresh }: LookInput): Promise<Looked> {
  const wanted = new Set([...fresh.values()].map(({ action }) => action));
  const [kept, here] = [new Set<string>(), new Set<string>()];
  let gone = 0;
  for (let segment = 1; segment <= end.place.segment; segment++) {
    if ((await sizeOf(segmentPath(storeFolder, segment))) === undefined) continue;
    await eraseLines(segmentPath(storeFolder, segment), (line) => {
      const isWanted = wanted.has(actionOf(line));
      if (isWanted) here.add(actionOf(line));
      if (isGoneLine(table, line)) gone++;
      else if (isWanted) kept.add(actionOf(line));
      return false;
    });
  }
  return { gone, kept, here };
}

async function drop({ storeFolder, end }: DropInput, table: EventTable): Promise<number> {
  let dropped = 0;
  for (let segment = 1; segment <= end.place.segment; segment++) {
    dropped += await eraseLines(segmentPath(storeFolder, segment), (line) => isGoneLine(table, line));
  }
  return dropped;
}

/** Most lines are told apart by their start alone. */
function isGoneLine(table: EventTable, line: string): boolean {
  const events = table.find(actionOf(line));
  if (events.tombstone === undefined) return false;
  const contact = parseStoredContact(line);
  return contact !== undefined && isGone(contact, events);
}

const actionStart = '{"action":"';

/** The action of a contact's line, as stored-contact.ts writes it first; "" where the line is none. */
function actionOf(line: string): string {
  return line.startsWith(actionStart) ? line.slice(actionStart.length, line.indexOf('"', actionStart.length)) : "";
}

function entryOf({ action, kind, atMs }: StoredEvent, { kept, here }: Looked): ErasedEntry {
  const time = new Date(atMs);
  return {
    actionId: action,
    kind,
    at: Number.isNaN(time.getTime()) ? "" : time.toISOString(),
    contact: kept.has(action) ? "kept" : here.has(action) ? "dropped" : "absent",
  };
}

function statePath(storeFolder: string): string {
  return join(storeFolder, "erased.json");
}

async function readState(storeFolder: string): Promise<DropState> {
  const path = statePath(storeFolder);
  const none: DropState = { listedBytes: 0, droppedBytes: 0 };
  if ((await sizeOf(path)) === undefined) return none;
  try {
    const json: unknown = JSON.parse((await readSmallFile(path, { maxBytes: 1024 })).toString("utf8"));
    const { listedBytes, droppedBytes }: Readonly<Record<string, unknown>> =
      typeof json === "object" && json !== null ? { ...json } : {};
    // Damaged: everything is done again, which changes nothing that was done.
    return typeof listedBytes === "number" && typeof droppedBytes === "number" ? { listedBytes, droppedBytes } : none;
  } catch {
    return none;
  }
}

async function writeState(storeFolder: string, state: DropState): Promise<void> {
  await replacePrivateFile(statePath(storeFolder), `${JSON.stringify(state)}\n`);
}
