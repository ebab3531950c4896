/**
 * The events of a store as a sorted table in memory that threads share: 20 bytes an event, found by the action's id. What opens contacts
 * asks it whether the person was erased, and what was answered about the newsletter since.
 */
import { hash } from "node:crypto";
import { readEvents } from "./store-events.ts";

/** Why a contact is gone. */
export type TombstoneKind = "erased" | "expired";

/** What is known of one action beyond its contact. */
export interface ActionEvents {
  readonly tombstone: { readonly kind: TombstoneKind; readonly atMs: number } | undefined;
  readonly confirmation: { readonly kind: "confirmed" | "declined"; readonly atMs: number } | undefined;
}

/** The table as it travels to threads. */
export type SharedEvents = SharedArrayBuffer;

const nameBytes = 12;
const timeOffset = 13;
const recordBytes = 20;
const kinds = ["newsletter-confirmed", "newsletter-declined", "expired", "erased"] as const;
const none: ActionEvents = { tombstone: undefined, confirmation: undefined };

/** The table of a store; undefined where nothing happened to its contacts. */
export async function loadEvents(storeFolder: string): Promise<SharedEvents | undefined> {
  let records = Buffer.alloc(64 * recordBytes);
  let count = 0;
  for await (const { action, kind, atMs } of readEvents(storeFolder)) {
    const code = kinds.findIndex((known) => known === kind);
    if (code < 0) continue;
    if ((count + 1) * recordBytes > records.length) records = Buffer.concat([records, Buffer.alloc(records.length)]);
    const start = count * recordBytes;
    nameOf(action).copy(records, start);
    records[start + nameBytes] = code;
    records.writeUIntBE(Math.max(0, Math.min(atMs, 2 ** 48 - 1)), start + timeOffset, 6);
    count++;
  }
  return count === 0 ? undefined : sorted(records, count);
}

function sorted(records: Buffer, count: number): SharedEvents {
  const order = Uint32Array.from({ length: count }, (_unused, index) => index);
  const at = (index: number): Buffer => records.subarray(index * recordBytes, index * recordBytes + nameBytes);
  order.sort((left, right) => at(left).compare(at(right)) || left - right);
  const shared = new SharedArrayBuffer(count * recordBytes);
  const target = Buffer.from(shared);
  order.forEach((from, to) => records.copy(target, to * recordBytes, from * recordBytes, (from + 1) * recordBytes));
  return shared;
}

/** Reads a table. */
export class EventTable {
  readonly #records: Buffer;
  readonly #count: number;

  constructor(shared: SharedEvents) {
    this.#records = Buffer.from(shared);
    this.#count = shared.byteLength / recordBytes;
  }

  /** What is known of an action. The strongest tombstone, the latest answer. */
  find(actionId: string): ActionEvents {
    const name = nameOf(actionId);
    let position = this.#firstAtLeast(name);
    let found = none;
    for (; position < this.#count && this.#nameAt(position).equals(name); position++) {
      const start = position * recordBytes;
      const kind = kinds[this.#records[start + nameBytes] ?? 0];
      const atMs = this.#records.readUIntBE(start + timeOffset, 6);
      found = withEvent(found, { kind, atMs });
    }
    return found;
  }

  #firstAtLeast(name: Buffer): number {
    let [low, high] = [0, this.#count];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#nameAt(middle).compare(name) < 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #nameAt(position: number): Buffer {
    return this.#records.subarray(position * recordBytes, position * recordBytes + nameBytes);
  }
}

function withEvent(
  found: ActionEvents,
  { kind, atMs }: { readonly kind: (typeof kinds)[number] | undefined; readonly atMs: number },
): ActionEvents {
  switch (kind) {
    case "erased":
      return { ...found, tombstone: { kind, atMs } };
    case "expired":
      return found.tombstone?.kind === "erased" ? found : { ...found, tombstone: { kind, atMs } };
    case "newsletter-confirmed":
    case "newsletter-declined":
      if (found.confirmation !== undefined && found.confirmation.atMs > atMs) return found;
      return { ...found, confirmation: { kind: kind === "newsletter-confirmed" ? "confirmed" : "declined", atMs } };
    case undefined:
      return found;
  }
}

function nameOf(actionId: string): Buffer {
  return hash("sha256", actionId, "buffer").subarray(0, nameBytes);
}

/** A contact, as far as it matters whether it may stay. */
export interface KeepableContact {
  readonly consent: { readonly optIn: string; readonly confirmation?: string | undefined };
}

/**
 * Whether the contact is gone. Where a campaign's time is over, whoever said yes to hearing from this organisation stays on its premises:
 * that yes is the organisation's own (docs/protocol/rights.md §6). Who asked to be erased does not stay.
 */
export function isGone(contact: KeepableContact, { tombstone, confirmation }: ActionEvents): boolean {
  if (tombstone === undefined) return false;
  if (tombstone.kind === "erased" || contact.consent.optIn !== "yes") return true;
  const answered = confirmation?.kind ?? contact.consent.confirmation ?? "not-asked";
  return answered === "declined" || answered === "awaited";
}

/** How many tombstones a table holds. */
export function countTombstones(shared: SharedEvents): number {
  const records = Buffer.from(shared);
  let count = 0;
  for (let start = 0; start < records.length; start += recordBytes) {
    const kind = kinds[records[start + nameBytes] ?? 0];
    if (kind === "erased" || kind === "expired") count++;
  }
  return count;
}
