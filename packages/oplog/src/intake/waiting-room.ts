/** Blocks that cannot be admitted yet, found by what they wait for: hashes, keys of epochs, or commits. */
import type { Bytes, Plaintext } from "@coterie/bytes";
import type { DecodedControl } from "../format/control-prefix.ts";
import type { Envelope } from "../format/envelope.ts";
import { hashKey } from "./hash-key.ts";
import type { WaitingBlocks } from "./intake-result.ts";

/** A verified block on its way into the graph. */
export interface PendingBlock {
  readonly key: string;
  readonly envelope: Envelope;
  /** Undefined until it was opened. */
  control: DecodedControl | undefined;
  content: Plaintext | undefined;
  /** How many of the blocks that it builds on are missing, as far as they are known. */
  missing: number;
  isRefused: boolean;
}

/** A hash that somebody waits for. */
interface Awaited {
  readonly hash: Bytes;
  readonly waiters: Set<PendingBlock>;
}

interface LockedEpoch {
  readonly epochId: Bytes;
  readonly blocks: Set<PendingBlock>;
}

/** What a block takes beside its parts, and for each hash that it may wait for: measured in Node, and rounded up. */
const blockCostBytes = 2_048;
const linkCostBytes = 384;

/** Every block in here waits for at least one thing. The oldest comes first. */
export class WaitingRoom {
  readonly #blocks = new Map<string, PendingBlock>();
  readonly #awaited = new Map<string, Awaited>();
  readonly #locked = new Map<string, LockedEpoch>();
  readonly #byCommits = new Map<number, Set<PendingBlock>>();
  #costBytes = 0;
  #newlyMissing: Bytes[] = [];

  get size(): number {
    return this.#blocks.size;
  }

  /** An estimate of the memory that waiting takes. */
  get costBytes(): number {
    return this.#costBytes;
  }

  /** All of them; they may be removed meanwhile. */
  oldestFirst(): Iterable<PendingBlock> {
    return this.#blocks.values();
  }

  has(key: string): boolean {
    return this.#blocks.has(key);
  }

  /** Who waits for the block with this key. */
  waitersFor(key: string): Iterable<PendingBlock> {
    return this.#awaited.get(key)?.waiters ?? [];
  }

  /** Lets a block wait for another one. */
  awaitBlock(block: PendingBlock, hash: Bytes): void {
    this.#enter(block);
    block.missing += 1;
    const key = hashKey(hash);
    const awaited = this.#awaited.get(key);
    if (awaited !== undefined) {
      awaited.waiters.add(block);
      return;
    }
    this.#awaited.set(key, { hash, waiters: new Set([block]) });
    this.#newlyMissing.push(hash);
  }

  /** Lets a block wait for the keys of its epoch. */
  awaitKeys(block: PendingBlock): void {
    this.#enter(block);
    const { epochId } = block.envelope.header;
    const key = hashKey(epochId);
    const locked = this.#locked.get(key);
    if (locked === undefined) this.#locked.set(key, { epochId, blocks: new Set([block]) });
    else locked.blocks.add(block);
  }

  /** Lets a block wait until this many commits are known. */
  awaitCommits(block: PendingBlock, commits: number): void {
    this.#enter(block);
    const waiters = this.#byCommits.get(commits);
    if (waiters === undefined) this.#byCommits.set(commits, new Set([block]));
    else waiters.add(block);
  }

  /** Says that what came for this key was of no use, so that it is fetched again if somebody waits for it. */
  missAgain(key: string): void {
    const awaited = this.#awaited.get(key);
    if (awaited !== undefined) this.#newlyMissing.push(awaited.hash);
  }

  /** Those who waited for the block with this key; they do so no more. */
  takeWaiters(key: string): readonly PendingBlock[] {
    const awaited = this.#awaited.get(key);
    if (awaited === undefined) return [];
    this.#awaited.delete(key);
    for (const waiter of awaited.waiters) waiter.missing -= 1;
    return [...awaited.waiters];
  }

  /** The blocks of each locked epoch, or of each of `epochs` that is, as they stand: the caller takes out what it could open. */
  lockedEpochs(epochs?: readonly Bytes[]): Iterable<ReadonlySet<PendingBlock>> {
    const locked = epochs?.flatMap((epochId) => this.#locked.get(hashKey(epochId)) ?? []) ?? [...this.#locked.values()];
    return locked.map(({ blocks }) => blocks);
  }

  /** Says that a block waits no more for the keys of its epoch. */
  unlock(block: PendingBlock): void {
    const key = hashKey(block.envelope.header.epochId);
    const locked = this.#locked.get(key);
    if (locked?.blocks.delete(block) === true && locked.blocks.size === 0) this.#locked.delete(key);
  }

  /** Those who waited for a number of commits above `from` and up to `to`; they do so no more. */
  takeByCommits({ from, to }: { readonly from: number; readonly to: number }): readonly PendingBlock[] {
    const taken: PendingBlock[] = [];
    const take = (commits: number): void => {
      const waiters = this.#byCommits.get(commits);
      if (waiters === undefined) return;
      this.#byCommits.delete(commits);
      for (const waiter of waiters) taken.push(waiter);
    };
    // Whichever is shorter: a hostile block may name any number, and a host may learn of many commits at once.
    if (to - from < this.#byCommits.size) for (let commits = from + 1; commits <= to; commits++) take(commits);
    else for (const commits of this.#byCommits.keys()) if (commits <= to) take(commits);
    return taken;
  }

  /** Takes a block out, whatever it waited for. */
  remove(block: PendingBlock): void {
    if (!this.#blocks.delete(block.key)) return;
    this.#costBytes -= costOf(block);
    this.unlock(block);
    const { control, envelope } = block;
    this.#stopAwaiting(block, envelope.header.previous);
    for (const link of control?.links ?? []) this.#stopAwaiting(block, link);
    const commits = control?.commits ?? 0;
    const waiters = this.#byCommits.get(commits);
    if (waiters?.delete(block) === true && waiters.size === 0) this.#byCommits.delete(commits);
  }

  /** Hashes that are missed since the last call and still are, each once. */
  takeNewlyMissing(): readonly Bytes[] {
    const missing = new Map<string, Bytes>();
    for (const hash of this.#newlyMissing) {
      const key = hashKey(hash);
      if (this.#isMissing(key)) missing.set(key, hash);
    }
    this.#newlyMissing = [];
    return [...missing.values()];
  }

  describe(): WaitingBlocks {
    const missing = [...this.#awaited].filter(([key]) => this.#isMissing(key)).map(([, { hash }]) => hash);
    const lockedEpochs = [...this.#locked.values()].map(({ epochId }) => epochId);
    const awaitingCommits = [...this.#byCommits.values()].reduce((sum, { size }) => sum + size, 0);
    return { blocks: this.size, lengthBytes: this.#costBytes, missing, lockedEpochs, awaitingCommits };
  }

  #isMissing(key: string): boolean {
    return this.#awaited.has(key) && !this.#blocks.has(key);
  }

  #enter(block: PendingBlock): void {
    if (this.#blocks.has(block.key)) return;
    this.#blocks.set(block.key, block);
    this.#costBytes += costOf(block);
  }

  #stopAwaiting(block: PendingBlock, hash: Bytes): void {
    const key = hashKey(hash);
    const awaited = this.#awaited.get(key);
    if (awaited?.waiters.delete(block) === true && awaited.waiters.size === 0) this.#awaited.delete(key);
  }
}

/**
 * The same at any time: what is encrypted is counted twice, since it may be open as well, and the control part has no more links than its
 * length allows.
 */
function costOf({ envelope: { bytes, control } }: PendingBlock): number {
  return blockCostBytes + 2 * bytes.length + linkCostBytes * Math.floor(control.length / 32);
}
