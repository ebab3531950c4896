/**
 * Checkpoints of an export: which place in the store the outputs on the disk correspond to. Replaced whole, after the
 * outputs were flushed; so after a crash the outputs are cut back to it and the export goes on from there.
 */
import { readSmallFile, replacePrivateFile, sizeOf } from "../premises/private-files.ts";
import { noCounts, type OpeningCounts } from "./opening-job.ts";
import type { StorePlace } from "./store-segments.ts";

/** What a checkpoint says. */
export interface Checkpoint {
  /** What the outputs were made with; another plan means other outputs. */
  readonly plan: string;
  readonly place: StorePlace;
  /** The size of each output, in the order of the plan. */
  readonly sizes: readonly number[];
  readonly counts: OpeningCounts;
}

const format = "coterie/export-checkpoint";
const maxCheckpointBytes = 256 * 1024;

/** The checkpoint at `path`, or undefined where there is none that can be read. */
export async function findCheckpoint(path: string): Promise<Checkpoint | undefined> {
  if ((await sizeOf(path)) === undefined) return undefined;
  const text = (await readSmallFile(path, { maxBytes: maxCheckpointBytes })).toString("utf8");
  try {
    const json: unknown = JSON.parse(text);
    // Checkpoints of earlier versions count less.
    return isCheckpoint(json) ? { ...json, counts: { ...noCounts, ...json.counts } } : undefined;
  } catch {
    return undefined;
  }
}

/** Writes a checkpoint; the outputs must be on the disk by then. */
export async function saveCheckpoint(path: string, { plan, place, sizes, counts }: Checkpoint): Promise<void> {
  await replacePrivateFile(path, `${JSON.stringify({ format, version: 1, plan, place, sizes, counts })}\n`);
}

function isCheckpoint(json: unknown): json is Checkpoint {
  if (!isRecord(json) || json["format"] !== format || json["version"] !== 1) return false;
  const { plan, place, sizes, counts } = json;
  return (
    typeof plan === "string" &&
    isRecord(place) &&
    isCount(place["segment"]) &&
    isCount(place["offset"]) &&
    Array.isArray(sizes) &&
    sizes.every(isCount) &&
    isRecord(counts) &&
    ["contacts", "opened", "refused", "quarantined", "skipped"].every((name) => isCount(counts[name]))
  );
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null;
}

function isCount(value: unknown): value is number {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0;
}
