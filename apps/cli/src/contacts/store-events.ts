/**
 * What happened to contacts after they were delivered: `events.jsonl` beside the segments of the local store, append-only. An event that
 * is pulled twice stands there twice, which means the same; a line that a crash tore is skipped, and comes again with the next pull,
 * since the store's mark is written after it.
 */
import { open } from "node:fs/promises";
import { createInterface } from "node:readline";
import { join } from "node:path";
import type { DeliveryEvent } from "@coterie/protocol";
import { sizeOf } from "../premises/private-files.ts";

/** One event as it is stored. */
export interface StoredEvent {
  readonly action: string;
  /** "erased", "expired", "newsletter-confirmed", …: what is not known is kept and skipped. */
  readonly kind: string;
  readonly atMs: number;
}

/** The file of events of a store. */
export function eventsPath(storeFolder: string): string {
  return join(storeFolder, "events.jsonl");
}

const mostCharacters = 128;

/** Appends events; they are on the disk when this returns. */
export async function appendEvents(storeFolder: string, events: readonly DeliveryEvent[]): Promise<void> {
  const lines = events
    .filter(({ actionId, kind }) => actionId.length <= mostCharacters && kind.length <= mostCharacters)
    .map(({ actionId, kind, atMs }) => `${JSON.stringify({ action: actionId, kind, atMs: Number(atMs) })}\n`);
  if (lines.length === 0) return;
  const file = await open(eventsPath(storeFolder), "a", 0o600);
  try {
    // Behind a torn line, a new one begins.
    await file.writeFile(`\n${lines.join("")}`);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** How many bytes of events there are. */
export async function eventsSize(storeFolder: string): Promise<number> {
  return (await sizeOf(eventsPath(storeFolder))) ?? 0;
}

/** The events from `fromByte` on, in the order in which they came. */
export async function* readEvents(
  storeFolder: string,
  { fromByte = 0, toByte }: { readonly fromByte?: number; readonly toByte?: number } = {},
): AsyncGenerator<StoredEvent> {
  const size = toByte ?? (await eventsSize(storeFolder));
  if (size <= fromByte) return;
  const file = await open(eventsPath(storeFolder), "r");
  try {
    const input = file.createReadStream({ start: fromByte, end: size - 1, autoClose: false });
    for await (const line of createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY })) {
      const event = parseEvent(line);
      if (event !== undefined) yield event;
    }
  } finally {
    await file.close();
  }
}

function parseEvent(line: string): StoredEvent | undefined {
  if (line === "") return undefined;
  try {
    const json: unknown = JSON.parse(line);
    return isStoredEvent(json) ? json : undefined;
  } catch {
    return undefined;
  }
}

function isStoredEvent(json: unknown): json is StoredEvent {
  if (typeof json !== "object" || json === null) return false;
  const { action, kind, atMs }: Readonly<Record<string, unknown>> = { ...json };
  return typeof action === "string" && typeof kind === "string" && Number.isSafeInteger(atMs);
}
