/**
 * Keys of (epoch, writer) that were derived lately. Deriving takes longer than opening a block, and a room has few writers and epochs at a
 * time; a bound keeps a room of many from holding every key it ever used.
 */
import { equalBytes } from "@coterie/bytes";
import { type BlockKeyPlace, type BlockKeys, destroyBlockKeys } from "./block-keys.ts";
import { byteKey } from "./byte-key.ts";

/**
 * At most `limit` entries in two generations: what is used moves to the young one; when that holds half the limit, the old one is wiped. A hit
 * costs no deletion, unlike in a list ordered by use.
 */
export class BlockKeyCache {
  readonly #generationSize: number;
  #young = new Map<string, BlockKeys>();
  #old = new Map<string, BlockKeys>();
  #latest: BlockKeys | undefined;

  /** `limit`: at least 2. */
  constructor(limit: number) {
    this.#generationSize = Math.max(1, Math.floor(limit / 2));
  }

  /** How many are held. */
  get size(): number {
    return this.#young.size + this.#old.size;
  }

  /**
   * The keys of `place`, from `derive` where they are not held; undefined where that has none. They stay the cache's: use them at once, and
   * neither keep nor destroy them.
   */
  find(place: BlockKeyPlace, derive: () => BlockKeys | undefined): BlockKeys | undefined {
    // Blocks arrive in runs of one writer.
    if (this.#latest !== undefined && isAt(this.#latest, place)) return this.#latest;
    const key = keyOf(place);
    const keys = this.#young.get(key) ?? this.#old.get(key) ?? derive();
    if (keys === undefined) return undefined;
    if (!this.#young.has(key)) this.#add(key, keys);
    this.#latest = keys;
    return keys;
  }

  /** Wipes what belongs to an epoch: its secret is now a better one, or gone. */
  forget(epochId: Uint8Array): void {
    for (const generation of [this.#young, this.#old]) {
      for (const [key, keys] of generation) {
        if (!equalBytes(keys.epochId, epochId)) continue;
        generation.delete(key);
        destroyBlockKeys(keys);
      }
    }
    this.#latest = undefined;
  }

  /** Wipes everything. The cache may be used again. */
  destroy(): void {
    for (const generation of [this.#young, this.#old]) wipe(generation);
    this.#latest = undefined;
  }

  #add(key: string, keys: BlockKeys): void {
    this.#old.delete(key);
    if (this.#young.size >= this.#generationSize) {
      wipe(this.#old);
      [this.#young, this.#old] = [this.#old, this.#young];
    }
    this.#young.set(key, keys);
  }
}

function isAt(keys: BlockKeys, { epochId, writer }: BlockKeyPlace): boolean {
  return equalBytes(keys.writer, writer) && equalBytes(keys.epochId, epochId);
}

function keyOf({ epochId, writer }: BlockKeyPlace): string {
  return byteKey(epochId) + byteKey(writer);
}

function wipe(generation: Map<string, BlockKeys>): void {
  for (const keys of generation.values()) destroyBlockKeys(keys);
  generation.clear();
}
