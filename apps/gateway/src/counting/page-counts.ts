/**
 * Numbers by page and day, area, source (docs/protocol/counting.md §4), which grow in the transaction that accepts an action. They are numbers
 * only: no row belongs to a person.
 */
import { encodeHex } from "@coterie/bytes";
import type { ClientBase } from "pg";
import type { CountDimension } from "../db/counting-schema.ts";
import { gatewayLimits } from "../limits.ts";
import { countingSql } from "./counting-sql.ts";

/** An action that was just accepted. */
export interface AcceptedAction {
  readonly pageId: Uint8Array;
  /** When it was signed: this is what is left of it also when its person is erased. */
  readonly createdAtMs: number;
  /** As the link named it; "" where it named none. */
  readonly source: string;
  readonly area: string;
  readonly isDuplicate: boolean;
}

/** How much one number grows. */
interface Growth {
  readonly pageId: Uint8Array;
  readonly dimension: CountDimension;
  readonly value: string;
  counted: number;
  duplicates: number;
}

/** Longer sources are counted together with those beyond the most that are kept. */
const longestSource = 64;

/** Adds accepted actions. Call it in a transaction that holds the delivery lock. */
export async function addToPageCounts(client: ClientBase, actions: readonly AcceptedAction[]): Promise<void> {
  if (actions.length === 0) return;
  const grown = growthOf(actions);
  const { rows } = await client.query<{ place: number }>(countingSql.growPageCounts(columnsOf(grown)));
  if (rows.length === grown.length) return;
  const there = new Set(rows.map(({ place }) => place));
  const missing = grown.filter((_growth, index) => !there.has(index + 1));
  await client.query(countingSql.beginPageCounts([...columnsOf(missing), gatewayLimits.countedValues]));
}

function columnsOf(grown: readonly Growth[]): readonly (readonly unknown[])[] {
  return [
    grown.map(({ pageId }) => pageId),
    grown.map(({ dimension }) => dimension),
    grown.map(({ value }) => value),
    grown.map(({ counted }) => counted),
    grown.map(({ duplicates }) => duplicates),
  ];
}

/** The day of a time, in UTC: "2026-11-22". */
function dayOf(atMs: number): string {
  return new Date(atMs).toISOString().slice(0, 10);
}

/** The value that a source is counted under. */
function countedSource(source: string): string {
  // In code points, as the database counts them.
  return Array.from(source).length > longestSource ? "*" : source;
}

function growthOf(actions: readonly AcceptedAction[]): readonly Growth[] {
  const growth = new Map<string, Growth>();
  const grow = (pageId: Uint8Array, dimension: CountDimension, value: string): Growth => {
    const key = `${encodeHex(pageId)} ${dimension} ${value}`;
    const entry = growth.get(key) ?? { pageId, dimension, value, counted: 0, duplicates: 0 };
    growth.set(key, entry);
    return entry;
  };
  for (const { pageId, createdAtMs, source, area, isDuplicate } of actions) {
    const day = grow(pageId, "day", dayOf(createdAtMs));
    if (isDuplicate) day.duplicates++;
    else {
      day.counted++;
      grow(pageId, "area", area).counted++;
      grow(pageId, "source", countedSource(source)).counted++;
    }
  }
  return [...growth.values()];
}
