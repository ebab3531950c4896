/**
 * The way of blocks from outside into the graph, docs/protocol/rooms.md §3.1: any order, duplicates, parts of batches. What is admitted was
 * signed by its writer, opened, and follows blocks that were admitted before it; the same blocks give the same graph in whatever order they
 * come.
 */
import { type Bytes, equalBytes, isAllZero } from "@coterie/bytes";
import type { Primitives } from "@coterie/primitives";
import type { BlockIndex, Dag } from "../dag/dag.ts";
import { IntakeBusyError } from "../errors.ts";
import type { Envelope } from "../format/envelope.ts";
import { oplogLimits } from "../limits.ts";
import type { AdmittedBlock, BlockOpener, IntakeHost, OpenOutcome } from "./block-opener.ts";
import { decodeBatch } from "./decode-batch.ts";
import { hashKey } from "./hash-key.ts";
import {
  type Fork,
  type IntakeResult,
  type BlockRefusal,
  type BlockRefusalCause,
  refusalOf,
  type WaitingBlocks,
} from "./intake-result.ts";
import { judgePlace } from "./judge-place.ts";
import { readControl } from "./read-control.ts";
import { RefusedMemory } from "./refused-memory.ts";
import { isNext, type VerifiedBlock, verifyRuns } from "./verify-runs.ts";
import { type PendingBlock, WaitingRoom } from "./waiting-room.ts";

/** What the intake works with. It alone adds to `dag` after this. */
export interface IntakeDeps extends Pick<Primitives, "sha256" | "verify"> {
  readonly dag: Dag;
  readonly opener: BlockOpener;
  readonly host: IntakeHost;
}

/** How much waits and is remembered at most. */
export interface IntakeLimits {
  readonly waitingBlocks: number;
  readonly waitingBytes: number;
  readonly refusedBlocks: number;
}

/** Takes blocks of one log in. Synchronous, and without effects but those of its ports. */
export class Intake {
  readonly #deps: IntakeDeps;
  readonly #logTag: Bytes;
  readonly #limits: IntakeLimits;
  readonly #waiting = new WaitingRoom();
  readonly #refused: RefusedMemory;
  /** Blocks whose parents are all in the graph, oldest first. */
  #ready: PendingBlock[] = [];
  #keysVersion: number | undefined;
  #commitsKnown = 0;
  #isBusy = false;
  #result = emptyResult();

  /** `logTag`: 16 bytes. `limits`: those of the package where they are left out. */
  constructor(
    deps: IntakeDeps,
    { logTag, limits = {} }: { readonly logTag: Bytes; readonly limits?: Partial<IntakeLimits> },
  ) {
    this.#deps = deps;
    this.#logTag = logTag;
    this.#limits = { ...oplogLimits, ...limits };
    this.#refused = new RefusedMemory(this.#limits.refusedBlocks);
  }

  /**
   * Takes blocks in, as many as there are at once: one signature is verified for each run of a writer's chain. Takes the arrays over: nobody
   * may change them afterwards. Nothing that comes in makes it throw.
   * @throws IntakeBusyError where it is called from one of its own ports
   */
  receive(batch: readonly Uint8Array[]): IntakeResult {
    return this.#takeBatch(batch, { isVouched: this.#isVouched.bind(this) });
  }

  /**
   * Takes blocks in that were taken in before, from this device's own storage, in their order. Their signatures are not verified again: that
   * of a block inside of a run need not be one, and the page of the storage may end there.
   * @throws IntakeBusyError as `receive` does
   */
  receiveStored(batch: readonly Uint8Array[]): IntakeResult {
    return this.#takeBatch(batch, { isVouched: () => true });
  }

  #takeBatch(
    batch: readonly Uint8Array[],
    { isVouched }: { isVouched: (block: VerifiedBlock) => boolean },
  ): IntakeResult {
    return this.#run(() => {
      const isKnown = this.#isKnown.bind(this);
      const { candidates, refused } = decodeBatch(this.#deps, { batch, logTag: this.#logTag, isKnown });
      const { verified, forged } = verifyRuns(this.#deps, { candidates, isVouched });
      for (const refusal of refused) this.#result.refused.push(refusal);
      for (const envelope of forged) {
        this.#result.refused.push(refusalOf(envelope, { reason: "bad-signature" }));
        this.#waiting.missAgain(hashKey(envelope.hash));
      }
      // Keys first, so that few blocks have to wait for them.
      for (const { envelope } of verified) if (envelope.publicPart.length > 0) this.#deps.opener.offer(envelope);
      for (const block of verified) {
        this.#take(block);
        this.#settle();
      }
    });
  }

  /**
   * Takes a block that this process has just signed: its signature, which takes longer than everything else, is not verified again.
   * @throws IntakeBusyError as `receive` does
   */
  receiveOwn(envelope: Envelope): IntakeResult {
    return this.#run(() => {
      const key = hashKey(envelope.hash);
      if (this.#isKnown(envelope, key)) return;
      this.#take({ key, envelope });
      this.#settle();
    });
  }

  /** Goes on with what waits for a block that came into the graph by another way: with a checkpoint. */
  resolve(hash: Bytes): IntakeResult {
    return this.#run(() => {
      for (const waiter of this.#waiting.takeWaiters(hashKey(hash))) this.#proceed(waiter);
      this.#settle();
    });
  }

  /** Tries again what waits for keys or for commits: for whoever learnt of some outside of the ports. */
  unlock(): IntakeResult {
    this.#keysVersion = undefined;
    return this.#run(() => this.#settle());
  }

  /** The blocks that wait, as they came, oldest first. */
  waitingBlocks(): readonly Bytes[] {
    return [...this.#waiting.oldestFirst()].map(({ envelope }) => envelope.bytes);
  }

  /** What waits, and for what. Made anew at each call. */
  get waiting(): WaitingBlocks {
    return this.#waiting.describe();
  }

  #run(step: () => void): IntakeResult {
    if (this.#isBusy) throw new IntakeBusyError();
    this.#isBusy = true;
    try {
      step();
    } finally {
      this.#isBusy = false;
    }
    this.#crowdOut();
    const result = { ...this.#result, missing: this.#waiting.takeNewlyMissing() };
    this.#result = emptyResult();
    return result;
  }

  #isKnown({ hash }: Envelope, key: string): boolean {
    return this.#deps.dag.find(hash) !== undefined || this.#waiting.has(key) || this.#refused.has(key);
  }

  /** Whether the writer of this block signed one that names it as the one before, and that waits for it. */
  #isVouched({ key, envelope }: VerifiedBlock): boolean {
    for (const waiter of this.#waiting.waitersFor(key))
      if (isNext(envelope, waiter.envelope) && equalBytes(waiter.envelope.header.previous, envelope.hash)) return true;
    return false;
  }

  #take({ key, envelope }: VerifiedBlock): void {
    const block: PendingBlock = { key, envelope, control: undefined, content: undefined, missing: 0, isRefused: false };
    // Opened before anything else is judged: what one finds in a block may not depend on what came before it.
    const outcome = this.#deps.opener.open(envelope);
    if (outcome.kind === "locked") this.#waiting.awaitKeys(block);
    else this.#opened(block, outcome);
    const { previous } = envelope.header;
    if (!isAllZero(previous)) this.#follow(block, previous);
    this.#proceed(block);
  }

  /** Makes sure that a block waits for one that it builds on, or falls with it. */
  #follow(block: PendingBlock, hash: Bytes): void {
    if (block.isRefused || this.#deps.dag.find(hash) !== undefined) return;
    if (this.#refused.has(hashKey(hash))) this.#refuse(block, { reason: "builds-on-refused" });
    else this.#waiting.awaitBlock(block, hash);
  }

  #opened(block: PendingBlock, outcome: Exclude<OpenOutcome, { kind: "locked" }>): void {
    if (outcome.kind === "refused") {
      this.#refuse(block, { reason: "not-opened", detail: outcome.reason });
      return;
    }
    block.content = outcome.content;
    const control = readControl(block.envelope, outcome.control);
    if (control === undefined) {
      this.#refuse(block, { reason: "malformed-control" });
      return;
    }
    block.control = control;
    for (const link of control.links) this.#follow(block, link);
  }

  #proceed(block: PendingBlock): void {
    if (!block.isRefused && block.control !== undefined && block.missing === 0) this.#ready.push(block);
  }

  /** Admits all that can be, and what can be after that. */
  #settle(): void {
    const { opener, host } = this.#deps;
    for (;;) {
      this.#admitReady();
      const keysVersion = opener.keysVersion();
      const commitsKnown = host.commitsKnown();
      if (keysVersion !== this.#keysVersion) {
        const epochs = this.#keysVersion === undefined ? undefined : opener.epochsSince?.(this.#keysVersion);
        this.#keysVersion = keysVersion;
        this.#openLocked(epochs);
      } else if (commitsKnown > this.#commitsKnown) {
        const range = { from: this.#commitsKnown, to: commitsKnown };
        this.#commitsKnown = commitsKnown;
        for (const block of this.#waiting.takeByCommits(range)) this.#ready.push(block);
      } else if (this.#ready.length === 0) return;
    }
  }

  #admitReady(): void {
    // The list grows while it is read. What an error of the host leaves is kept for the next call.
    let next = 0;
    try {
      for (; next < this.#ready.length; next++) {
        const block = this.#ready[next];
        if (block !== undefined) this.#admit(block);
      }
    } finally {
      this.#ready = this.#ready.slice(next);
    }
  }

  #openLocked(epochs: readonly Bytes[] | undefined): void {
    for (const blocks of this.#waiting.lockedEpochs(epochs)) {
      for (const block of blocks) {
        const outcome = this.#deps.opener.open(block.envelope);
        // Then all of its epoch are.
        if (outcome.kind === "locked") break;
        this.#waiting.unlock(block);
        this.#opened(block, outcome);
        this.#proceed(block);
      }
    }
  }

  #admit(block: PendingBlock): void {
    const { dag, host } = this.#deps;
    const { key, envelope, control, content } = block;
    if (control === undefined || dag.find(envelope.hash) !== undefined) return;
    const judgement = judgePlace(dag, { header: envelope.header, control });
    if (judgement.kind === "refused") {
      this.#refuse(block, judgement);
      return;
    }
    const { writer, seq } = envelope.header;
    if (control.commits > host.commitsKnown()) {
      this.#waiting.awaitCommits(block, control.commits);
      return;
    }
    const detail = host.findFault({ envelope, parents: judgement.parents });
    if (detail !== undefined) {
      this.#refuse(block, { reason: "malformed-by-past", detail });
      return;
    }
    const { lamport, commits } = control;
    const index = dag.add({ hash: envelope.hash, writer, seq, lamport, commits, parents: judgement.parents });
    this.#waiting.remove(block);
    for (const waiter of this.#waiting.takeWaiters(key)) this.#proceed(waiter);
    const admitted = { index, envelope, control, content };
    this.#result.admitted.push(admitted);
    const other = forkedFrom(dag, index);
    if (other !== undefined) this.#result.forks.push({ writer, seq, blocks: [other, index] });
    host.onAdmit(admitted);
  }

  /** Refuses a block for ever, and all that builds on it: in a loop, since a hostile chain is as long as its writer likes. */
  #refuse(first: PendingBlock, cause: BlockRefusalCause): void {
    const falling = [first];
    for (let block = falling.pop(); block !== undefined; block = falling.pop()) {
      if (block.isRefused) continue;
      block.isRefused = true;
      this.#refused.add(block.key);
      this.#drop(block, block === first ? cause : { reason: "builds-on-refused" });
      for (const waiter of this.#waiting.takeWaiters(block.key)) falling.push(waiter);
    }
  }

  /** Keeps the waiting bounded. Who was crowded out is fetched again, once somebody builds on it or asks for it. */
  #crowdOut(): void {
    const { waitingBlocks, waitingBytes } = this.#limits;
    for (const oldest of this.#waiting.oldestFirst()) {
      if (this.#waiting.size <= waitingBlocks && this.#waiting.costBytes <= waitingBytes) return;
      this.#drop(oldest, { reason: "crowded-out" });
      this.#waiting.missAgain(oldest.key);
    }
  }

  #drop(block: PendingBlock, cause: BlockRefusalCause): void {
    this.#waiting.remove(block);
    block.content?.destroy();
    this.#result.refused.push(refusalOf(block.envelope, cause));
  }
}

interface GrowingResult {
  readonly admitted: AdmittedBlock[];
  readonly forks: Fork[];
  readonly refused: BlockRefusal[];
}

function emptyResult(): GrowingResult {
  return { admitted: [], forks: [], refused: [] };
}

/** The block that this one contradicts: it follows the same one, or begins the same chain. Where both only continue a fork, there is none. */
function forkedFrom(dag: Dag, index: BlockIndex): BlockIndex | undefined {
  const previous = dag.seq(index) === 0 ? undefined : dag.parents(index)[0];
  const first = previous === undefined ? dag.firstOf(dag.writer(index), dag.seq(index)) : dag.successorOf(previous);
  return first === index ? undefined : first;
}
