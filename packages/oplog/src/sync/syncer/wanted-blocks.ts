/** Blocks that others build on and that have not come: who was asked for them, and when to ask again. */
import type { Bytes } from "@coterie/bytes";
import { hashKey } from "../../intake/hash-key.ts";

/** When to ask, and when to call it withholding. */
export interface WantedRules {
  /** Rounds in which all relays that could be reached were asked, before an alarm. */
  readonly withholdingRounds: number;
  /** Until the second round; each later one takes twice as long. */
  readonly retryMs: number;
  /** Longest time between two rounds. */
  readonly retryMostMs: number;
  /** Most hashes that are kept; more are asked for when there is room. */
  readonly limit: number;
}

interface Wanted {
  readonly hash: Bytes;
  /** Relays that did not have it in this round. */
  readonly askedBy: Set<string>;
  readonly since: number;
  rounds: number;
  askAtMs: number;
}

/** The hashes that are asked for. */
export class WantedBlocks {
  readonly #rules: WantedRules;
  readonly #wanted = new Map<string, Wanted>();

  constructor(rules: WantedRules) {
    this.#rules = rules;
  }

  /** How many are missed. */
  get size(): number {
    return this.#wanted.size;
  }

  /** When one of `relays` is to be asked next; infinite where none is. */
  nextAtMs({ relays, nowMs }: { readonly relays: readonly string[]; readonly nowMs: number }): number {
    let next = Number.POSITIVE_INFINITY;
    for (const { askAtMs, askedBy } of this.#wanted.values())
      if (relays.some((id) => !askedBy.has(id))) next = Math.min(next, Math.max(askAtMs, nowMs));
    return next;
  }

  /** Begins to ask for blocks, as something that was found missing at the moment `since` (moments are numbered). Where there are too many, those that were asked for longest in vain make room. */
  add(hashes: readonly Bytes[], { since, nowMs }: { readonly since: number; readonly nowMs: number }): void {
    for (const hash of hashes) {
      const key = hashKey(hash);
      if (this.#wanted.has(key)) continue;
      if (this.#wanted.size >= this.#rules.limit && !this.#dropOne()) return;
      const copy = hash.slice();
      this.#wanted.set(key, { hash: copy, askedBy: new Set(), rounds: 0, since, askAtMs: nowMs });
    }
  }

  /** It came. */
  remove(hash: Uint8Array): void {
    if (this.#wanted.size > 0) this.#wanted.delete(hashKey(hash));
  }

  /** The moment at which the newest one that `relay` is to be asked for now was found missing; undefined where there is none. */
  newestDueSince(relay: string, nowMs: number): number | undefined {
    let since: number | undefined;
    for (const wanted of this.#wanted.values())
      if (isDue(wanted, { relay, nowMs })) since = Math.max(since ?? 0, wanted.since);
    return since;
  }

  /** What to ask `relay` for now, at most `limit`. */
  due({ relay, nowMs, limit }: { readonly relay: string; readonly nowMs: number; readonly limit: number }): Bytes[] {
    const due: Bytes[] = [];
    for (const wanted of this.#wanted.values()) {
      if (due.length >= limit) break;
      if (isDue(wanted, { relay, nowMs })) due.push(wanted.hash);
    }
    return due;
  }

  /** `relay` does not have it. */
  wasNotWith(relay: string, hash: Uint8Array): void {
    this.#wanted.get(hashKey(hash))?.askedBy.add(relay);
  }

  /**
   * Ends the rounds of those that all of `reachable` were asked for, and gives the hashes for which that was the last round before an alarm.
   */
  endRounds({ reachable, nowMs }: { readonly reachable: readonly string[]; readonly nowMs: number }): readonly Bytes[] {
    const withheld: Bytes[] = [];
    const { retryMs, retryMostMs, withholdingRounds } = this.#rules;
    for (const wanted of this.#wanted.values()) {
      if (wanted.askedBy.size === 0 || !reachable.every((id) => wanted.askedBy.has(id))) continue;
      wanted.askedBy.clear();
      wanted.rounds += 1;
      wanted.askAtMs = nowMs + Math.min(retryMostMs, retryMs * 2 ** Math.min(wanted.rounds - 1, 20));
      if (wanted.rounds === withholdingRounds) withheld.push(wanted.hash);
    }
    return withheld;
  }

  #dropOne(): boolean {
    for (const [key, { rounds }] of this.#wanted) {
      if (rounds < this.#rules.withholdingRounds) continue;
      this.#wanted.delete(key);
      return true;
    }
    return false;
  }
}

function isDue(
  { askedBy, askAtMs }: Wanted,
  { relay, nowMs }: { readonly relay: string; readonly nowMs: number },
): boolean {
  return askAtMs <= nowMs && !askedBy.has(relay);
}
