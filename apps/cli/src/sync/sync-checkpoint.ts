/**
 * How far a target is. A round has an end that is fixed when it begins: a batch that is sent again after a crash has the same borders,
 * so that a receiver which remembers its id loses nothing.
 */
import { createHash } from "node:crypto";
import { join } from "node:path";
import type { StorePlace } from "../contacts/store-segments.ts";
import { readSmallFile, replacePrivateFile, sizeOf } from "../premises/private-files.ts";
import { FileMalformedError } from "../terminal/errors.ts";
import type { NamedTarget, TargetState } from "./sync-target.ts";

/** Contacts up to a place of the store, events up to a byte of their file. */
export interface SyncPlace {
  readonly place: StorePlace;
  readonly eventsByte: number;
}

/** What a checkpoint says. */
export interface SyncCheckpoint {
  readonly done: SyncPlace;
  /** Where the round under way ends; undefined between rounds. */
  readonly round: SyncPlace | undefined;
  readonly state: TargetState;
}

const format = "coterie/sync-checkpoint";
const maxBytes = 16 * 1024 * 1024;

/** Before the first contact. */
export const syncStart: SyncCheckpoint = {
  done: { place: { segment: 1, offset: 0 }, eventsByte: 0 },
  round: undefined,
  state: {},
};

/** The files of one target below an organisation's folder, without their endings. */
export function syncBase(
  organisationFolder: string,
  { kind, identity }: Pick<NamedTarget, "kind" | "identity">,
): string {
  const name = createHash("sha256").update(identity).digest("hex").slice(0, 12);
  return join(organisationFolder, "sync", `${kind}-${name}`);
}

/** The checkpoint at `path`; the start where there is none. Throws FileMalformedError. */
export async function loadSyncCheckpoint(path: string): Promise<SyncCheckpoint> {
  if ((await sizeOf(path)) === undefined) return syncStart;
  const text = (await readSmallFile(path, { maxBytes })).toString("utf8");
  const found = parse(text);
  // Starting anew without being told to could bring every contact twice.
  if (found === undefined)
    throw new FileMalformedError(`${path} is damaged: take it away to begin with the first contact`);
  return found;
}

/** Writes a checkpoint, whole. */
export async function saveSyncCheckpoint(path: string, { done, round, state }: SyncCheckpoint): Promise<void> {
  await replacePrivateFile(path, `${JSON.stringify({ format, version: 1, done, round, state })}\n`);
}

function parse(text: string): SyncCheckpoint | undefined {
  try {
    const json: unknown = JSON.parse(text);
    if (!isRecord(json) || json["format"] !== format || json["version"] !== 1) return undefined;
    const { done, round, state } = json;
    if (!isPlace(done) || (round !== undefined && !isPlace(round)) || !isRecord(state)) return undefined;
    return { done, round, state };
  } catch {
    return undefined;
  }
}

function isPlace(value: unknown): value is SyncPlace {
  if (!isRecord(value) || !isRecord(value["place"])) return false;
  const { segment, offset } = value["place"];
  return [segment, offset, value["eventsByte"]].every((number) => Number.isSafeInteger(number));
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
