/**
 * A room without its surroundings: blocks go in, order, members and epochs come out (docs/protocol/rooms.md). Synchronous and without I/O;
 * `Room` adds storage, views and a queue.
 */
import type { Bytes, Plaintext } from "@coterie/bytes";
import {
  type AdmittedBlock,
  type BlockIndex,
  type Commit,
  createLinearizer,
  Dag,
  type Envelope,
  Intake,
  type IntakeResult,
  type Linearizer,
  type PlacedEnvelope,
} from "@coterie/oplog";
import type { Primitives, RandomSource } from "@coterie/primitives";
import { CheckpointBook } from "../checkpoint/checkpoint-book.ts";
import type { BlockContext } from "../checkpoint/context.ts";
import type { ControlNumbers } from "../checkpoint/control-numbers.ts";
import type { FinalRecord } from "../checkpoint/final-record.ts";
import type { Keyring } from "../epochs/keyring.ts";
import type { SealingKeyHolder } from "../epochs/open-entries.ts";
import { deriveLogId, type Genesis } from "../membership/genesis.ts";
import type { ControlSet } from "../membership/control-sets.ts";
import type { Membership } from "../membership/membership.ts";
import type { MembershipLog } from "../membership/membership-log.ts";
import { isControlBlock, type Operation } from "../membership/operation.ts";
import { type OwnContent, RoomBlockReader, type StoredContent } from "./block-reading.ts";
import { BlockTable } from "./block-table.ts";
import { ForkReports } from "./fork-reports.ts";
import { IndexerEras } from "./indexer-eras.ts";
import type { RoomAlarm } from "./room-block.ts";
import { type CheckpointStart, indexersBefore, restoreStart } from "./restore-start.ts";
import { RoomControls } from "./room-controls.ts";
import { VoidMemo } from "./void-memo.ts";

/** What a room's log works with. */
export interface RoomLogDeps {
  readonly primitives: Primitives;
  readonly random: RandomSource;
  readonly keyring: Keyring;
  /** This member's identity key. */
  readonly identity: Bytes;
  /** This member's sealing keys, the newest first. */
  readonly sealingKeys: () => readonly SealingKeyHolder[];
  readonly onAlarm: (alarm: RoomAlarm) => void;
  /** Told of everything that becomes final, in order, with what {@link RoomLog.isVoid} says of it for good. */
  readonly onCommit?: (commit: Commit) => void;
}

/** One room, as far as this device knows it. */
export class RoomLog {
  readonly genesis: Genesis;
  readonly logId: Bytes;
  readonly dag: Dag = new Dag();
  readonly table: BlockTable = new BlockTable();
  readonly forkReports: ForkReports = new ForkReports();
  readonly #controls: RoomControls;
  readonly #deps: RoomLogDeps;
  readonly #reader: RoomBlockReader;
  readonly #intake: Intake;
  readonly #linearizer: Linearizer;
  /** Checkpoints, and the votes for them. */
  readonly checkpoints: CheckpointBook;
  /** Who were indexers when. Nothing is to be added from outside. */
  readonly indexerEras: IndexerEras;
  readonly #record: FinalRecord;
  readonly #voidMemo = new VoidMemo();
  readonly #authorByWriter = new Map<number, Bytes>();
  readonly #headByWriter: (BlockIndex | undefined)[] = [];
  readonly #contents = new Map<BlockIndex, Plaintext>();
  #indexers: readonly number[];
  #indexersOf: Membership | undefined;
  #eraHasValue = false;
  /** The last final block of each writer at the checkpoint that this device began with. */
  readonly #headSeqByWriter = new Map<number, number>();

  /** From the beginning, or from a checkpoint whose state was verified. */
  constructor(deps: RoomLogDeps, genesis: Genesis, start?: CheckpointStart) {
    const { primitives, keyring, identity, sealingKeys, onAlarm } = deps;
    this.#deps = deps;
    this.genesis = genesis;
    this.logId = deriveLogId(primitives, genesis);
    const { dag, logId } = this;
    this.#controls = new RoomControls({ primitives, keyring, logId, dag, onAlarm }, genesis);
    this.#reader = new RoomBlockReader({ primitives, keyring, logId, identity, sealingKeys, onAlarm });
    const { sha256, verify } = primitives;
    const host = {
      findFault: this.#findFault.bind(this),
      onAdmit: this.#onAdmit.bind(this),
      commitsKnown: () => this.membershipLog.commits,
    };
    this.#intake = new Intake({ sha256, verify, dag, opener: this.#reader, host }, { logTag: logId.subarray(0, 16) });
    const { mode, checkpointInterval } = genesis;
    const onConflict = ({ era, writers }: { readonly era: number; readonly writers: readonly Bytes[] }) =>
      onAlarm({ kind: "conflicting-checkpoint", era, writers });
    this.checkpoints = new CheckpointBook({ primitives, logId, mode, onConflict }, start?.chain);
    const { sets } = this.membershipLog;
    const { record, contexts, eraStart } = restoreStart(this, { primitives, sets, keyring, start });
    this.#record = record;
    this.#indexers = eraStart?.indexers ?? [dag.numberWriter(genesis.writer)];
    const indexers = this.#indexers;
    this.indexerEras = new IndexerEras(indexers, start && indexersBefore({ dag, genesis }, start));
    this.#linearizer = createLinearizer(primitives, { dag, mode, indexers, checkpointInterval, start: eraStart });
    for (const context of contexts) this.#addFinal(context);
    if (start !== undefined && start.voters.length > 0) this.checkpoints.add(start.state, { ...start, hasValue: true });
    for (const { writer, seq } of contexts) {
      const number = dag.numberWriter(writer);
      this.#headSeqByWriter.set(number, Math.max(seq, this.#headSeqByWriter.get(number) ?? 0));
    }
    for (const [number, seq] of this.#headSeqByWriter) this.#headByWriter[number] = dag.firstOf(number, seq);
  }

  /** Order and finality. Not to be advanced from outside. */
  get order(): Omit<Linearizer, "add" | "addFinal" | "advance"> {
    return this.#linearizer;
  }

  /** The blocks that wait to be admitted, as they came. */
  waitingBlocks(): readonly Bytes[] {
    return this.#intake.waitingBlocks();
  }

  /** What waits to be admitted. */
  get waiting(): Intake["waiting"] {
    return this.#intake.waiting;
  }

  /** Members, epochs, and the rules about them. Nothing is to be added from outside. */
  get controls(): RoomControls {
    return this.#controls;
  }

  /** Membership by any of the sets of control blocks. */
  get membershipLog(): MembershipLog {
    return this.#controls.membershipLog;
  }

  /** M of everything that is known, with what is decided now: who is a member as far as this device knows. */
  get membership(): Membership {
    return this.#controls.membership;
  }

  /** Takes blocks in, as `Intake.receive` does: without those that the checkpoint covers, which this log began with. */
  receive(blocks: readonly Uint8Array[]): IntakeResult {
    return this.#told(this.#intake.receive(blocks));
  }

  /** Takes blocks from this device's own storage in again, in their order. */
  receiveStored(blocks: readonly Uint8Array[]): IntakeResult {
    return this.#told(this.#intake.receiveStored(blocks));
  }

  /** Takes a block that this device has just made. */
  receiveOwn(envelope: Envelope): IntakeResult {
    return this.#told(this.#intake.receiveOwn(envelope));
  }

  /** Tries again what waits for keys: after this member got another sealing key. */
  unlock(): IntakeResult {
    return this.#told(this.#intake.unlock());
  }

  /** Whether what is below a checkpoint is known by its state alone. */
  get beganWithCheckpoint(): boolean {
    return this.#headSeqByWriter.size > 0;
  }

  /** Control blocks by their place in the final order. */
  get controlNumbers(): ControlNumbers {
    return this.#record.numbers;
  }

  /** Takes the context of a block below the checkpoint, verified, and goes on with what waited for it. */
  addContext(context: BlockContext): IntakeResult {
    this.#addFinal(context);
    return this.#told(this.#intake.resolve(context.hash));
  }

  /** Whether nothing of a block counts (§5.4): for final ones as they were judged, for others as of now. */
  isVoid(block: BlockIndex): boolean {
    const final = this.table.findFinalVoid(block);
    if (final !== undefined) return final;
    const { membership } = this;
    return this.#voidMemo.find({ membership, block }, () => this.#isVoidBy(membership, block));
  }

  /** The identity that wrote a block; undefined where the writer never had a right to. */
  findAuthor(block: BlockIndex): Bytes | undefined {
    return this.#authorByWriter.get(this.dag.writer(block));
  }

  /** A content that is still in memory. It stays the log's. */
  findContent(block: BlockIndex): Plaintext | undefined {
    return this.#contents.get(block);
  }

  /** Wipes a content from memory. */
  forgetContent(block: BlockIndex): void {
    this.#contents.get(block)?.destroy();
    this.#contents.delete(block);
  }

  /** Blocks with a content in memory. */
  contentBlocks(): Iterable<BlockIndex> {
    return this.#contents.keys();
  }

  /** Whether something that counts is not final yet. */
  hasOpenValue(): boolean {
    return this.#linearizer.tail().some((block) => this.table.isValue(block) && !this.isVoid(block));
  }

  /** The last block of a writer: the newest one of the branch that was known first. */
  findHead(writer: Uint8Array): BlockIndex | undefined {
    const number = this.dag.writerIndex(writer);
    return number === undefined ? undefined : this.#headByWriter[number];
  }

  /** The last blocks of a writer's branches, as far as the blocks themselves are here. */
  headsOf(writer: number): readonly BlockIndex[] {
    return this.dag.tipsOf(writer).filter((tip) => !this.table.isContext(tip));
  }

  /** The last block of each writer at the checkpoint that this device began with; only their contexts are here. */
  baseHeads(): readonly BlockIndex[] {
    return [...this.#headSeqByWriter].flatMap(([writer, seq]) => this.dag.firstOf(writer, seq) ?? []);
  }

  /** How many contents are in memory. */
  get contentCount(): number {
    return this.#contents.size;
  }

  /** What a block of this device holds that is not in the graph any more. The content is the caller's to destroy. */
  readOwn(block: Uint8Array): OwnContent {
    return this.#reader.readOwn(block);
  }

  /** Opens a content again that was wiped from memory, from the stored block. */
  readStored(block: Uint8Array): StoredContent {
    return this.#reader.readStored(block);
  }

  /** Whether a block stands in its chain where its writer has a final one below the checkpoint that this device began with. */
  isBelowHead(block: Uint8Array): boolean {
    const place = this.beganWithCheckpoint ? this.#reader.findPlace(block) : undefined;
    const writer = place && this.dag.writerIndex(place.writer);
    const head = writer === undefined ? undefined : this.#headSeqByWriter.get(writer);
    return place !== undefined && head !== undefined && place.seq <= head;
  }

  #pastOf(parents: readonly BlockIndex[]): ControlSet {
    const { sets } = this.membershipLog;
    return parents.reduce((set, parent) => sets.union(set, this.table.pastAndSelf(parent)), sets.empty);
  }

  /** Who cannot open the epoch could never be granted it: nobody would look for it in the past of what they build on the block. */
  #findFault({ envelope, parents }: PlacedEnvelope): string | undefined {
    const { epochId } = envelope.header;
    const past = this.#pastOf(parents);
    const begins = this.#reader.operationsOf(envelope).some(({ kind }) => kind === "rotate");
    return begins || this.#controls.isBegun({ epochId, past }) ? undefined : "epoch-not-begun";
  }

  #onAdmit(block: AdmittedBlock): void {
    const { index, envelope, control, content } = block;
    const past = this.#pastOf(this.dag.parents(index));
    const membership = this.membershipLog.evaluate(past, control.commits);
    const operations = this.#reader.operationsOf(envelope);
    const { writer, seq, epochId } = envelope.header;
    const judged = { writer, seq, epochId, past, membership, operations };
    const verdict = this.#controls.judge.judge(judged, this.dag.writer(index));
    const { lamport, commits } = control;
    const { hash } = envelope;
    const isControl = isControlBlock(operations);
    const { reason, pastAndSelf } = isControl
      ? this.#controls.take(
          { block: index, hash, writer, seq, lamport, commits, epochId, past, operations },
          { verdict, membership, envelope },
        )
      : { reason: verdict.reason, pastAndSelf: past };
    const isValue = isControl || envelope.content.length > 0;
    this.table.add({ past, pastAndSelf, isVoidByItself: reason !== undefined, isValue });
    this.#noteHead(index);
    if (verdict.author !== undefined) this.#authorByWriter.set(this.dag.writer(index), verdict.author.identity);
    if (content !== undefined) this.#contents.set(index, content);
    this.#takeVotes(operations, writer);
    if (reason !== undefined) this.#deps.onAlarm({ kind: "void-block", reason, hash, writer, seq });
    this.#linearizer.add(index);
    this.#linearizer.advance((commit) => this.#commit(commit));
  }

  #noteHead(index: BlockIndex): void {
    const writer = this.dag.writer(index);
    const head = this.#headByWriter[writer];
    const [previous] = this.dag.parents(index);
    if (head === undefined || previous === head) this.#headByWriter[writer] = index;
  }

  #commit(commit: Commit): readonly number[] {
    const set = this.table.pastAndSelf(commit.leader);
    // By the decisions before this commit (§5.4); what it decides itself says the same of its own blocks.
    const before = this.membershipLog.evaluate(set, commit.commit - 1);
    for (const block of commit.blocks) {
      this.table.settle(block, this.#isVoidBy(before, block));
      this.#eraHasValue ||= this.table.isValue(block);
      this.#note(block, commit.commit);
    }
    this.membershipLog.decide({ set, commit: commit.commit - 1 });
    this.#deps.onCommit?.(commit);
    const voters = this.#indexers;
    const after = this.membershipLog.evaluate(set, commit.commit);
    if (after !== this.#indexersOf) {
      this.#indexersOf = after;
      const named = after.indexers.map((writer) => this.dag.numberWriter(writer));
      if (named.length > 0) this.#indexers = named;
    }
    if (!isSameList(this.#indexers, voters)) this.indexerEras.add({ since: commit.commit, indexers: this.#indexers });
    if (this.#endsEra(commit)) this.#addCheckpoint(commit, voters);
    return this.#indexers;
  }

  // As the linearizer judges it once this returns (§4.2, 6).
  #endsEra({ position, blocks }: Commit): boolean {
    const { eraStart, indexers } = this.#linearizer;
    const isFull = position + blocks.length - eraStart.position >= this.genesis.checkpointInterval;
    return isFull || !isSameList(indexers, this.#indexers);
  }

  #addCheckpoint({ era, commit, position, blocks, leader, orderHash }: Commit, voters: readonly number[]): void {
    const keyOf = (writer: number): Bytes => this.dag.writerKey(writer);
    const anchor = this.dag.hash(leader);
    const state = this.#record.stateAt({
      era: era + 1,
      position: position + blocks.length,
      commits: commit,
      orderHash,
      anchor,
    });
    const hasValue = this.#eraHasValue;
    this.#eraHasValue = false;
    this.checkpoints.add(state, { indexers: this.#indexers.map(keyOf), voters: voters.map(keyOf), hasValue });
  }

  /** Notes a block that became final, for checkpoints. */
  #note(block: BlockIndex, finalAt: number): void {
    const { dag, table } = this;
    const at = {
      hash: dag.hash(block),
      writer: dag.writerKey(dag.writer(block)),
      seq: dag.seq(block),
      lamport: dag.lamport(block),
      commits: dag.commits(block),
    };
    const control = this.#controls.findControl(block);
    if (control !== undefined) {
      const { epochId, operations, past, isVoidByItself } = this.#controls.placeOf(control);
      this.#record.addControl({ ...at, control, epochId, operations, pastSet: past, isVoidByItself, finalAt });
    }
    this.#record.add({ ...at, pastAndSelf: table.pastAndSelf(block) });
  }

  /** Takes a final block of which only the context is known: blocks that come later may link to it. */
  #addFinal({ hash, writer, seq, lamport, commits, pastAndSelf }: BlockContext): void {
    if (this.dag.find(hash) === undefined) this.dag.add({ hash, writer, seq, lamport, commits, parents: [] });
    const block = this.table.size;
    this.table.add({ past: pastAndSelf, pastAndSelf, isVoidByItself: false, isValue: false, isContext: true });
    this.table.settle(block, false);
    this.#linearizer.addFinal(block);
  }

  /** Votes in a block, as far as its writer may have one. */
  #takeVotes(operations: readonly Operation[], writer: Bytes): void {
    for (const operation of operations)
      if (operation.kind === "vote") this.checkpoints.addVote({ ...operation, writer });
  }

  #isVoidBy(membership: Membership, block: BlockIndex): boolean {
    return this.table.isVoidByItself(block) || this.#controls.isVoidBy(membership, block);
  }

  #told(result: IntakeResult): IntakeResult {
    for (const refusal of result.refused) {
      const hash = refusal.reason === "not-a-block" ? undefined : refusal.hash;
      const reason = "detail" in refusal && refusal.detail !== undefined ? refusal.detail : refusal.reason;
      this.#deps.onAlarm({ kind: "refused-block", reason, hash });
    }
    this.forkReports.add(result.forks);
    for (const { writer, seq } of result.forks) this.#deps.onAlarm({ kind: "fork", writer, seq });
    return result;
  }
}

function isSameList(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((item, i) => item === b[i]);
}
