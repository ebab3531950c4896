/**
 * The pieces of packages/room and packages/oplog put together as `RoomLog` puts them together, without bytes and keys: histories of the model
 * are given to it block by block.
 */
import type { Bytes } from "@coterie/bytes";
import { type Commit, createLinearizer, Dag, type Linearizer, type Segment } from "@coterie/oplog";
import { nodePrimitives } from "@coterie/primitives/node";
import {
  BlockJudge,
  type BlockVerdict,
  type ControlSet,
  EpochFacts,
  isControlBlock,
  type Membership,
  MembershipLog,
  type Operation,
  SafeEpochs,
} from "@coterie/room";
import type { Genesis } from "../src/rooms/acts.ts";
import { type Block, headsOf } from "../src/rooms/blocks.ts";
import { bytesOf, type ProductNames, textOf } from "./rooms-product-names.ts";

/** What the product says of a block when it is admitted. */
export interface ProductBlock {
  readonly block: Block;
  readonly index: number;
  readonly past: ControlSet;
  readonly pastAndSelf: ControlSet;
  /** Its number among control blocks. */
  readonly control: number | undefined;
  readonly membership: Membership;
  readonly verdict: BlockVerdict;
  readonly operations: readonly Operation[];
  /** By place of the operation; nothing is, of what is no control block. */
  readonly authorised: readonly boolean[];
}

export class ProductRoom {
  readonly names: ProductNames;
  readonly log: MembershipLog;
  readonly facts: EpochFacts;
  readonly safe: SafeEpochs;
  readonly linearizer: Linearizer;
  readonly segments: Segment[] = [];
  readonly dag = new Dag();
  readonly #hasKeys: boolean;
  readonly #judge: BlockJudge;
  readonly #blocks = new Map<Block, ProductBlock>();
  readonly #ordered: ProductBlock[] = [];
  readonly #controls: ProductBlock[] = [];
  readonly #finalVoid = new Map<number, boolean>();
  #all: ControlSet;
  #indexers: readonly number[];

  /** `hasKeys`: whether blocks are under epochs; where they are not, nothing is void because of its keys. */
  constructor(names: ProductNames, { genesis, hasKeys }: { readonly genesis: Genesis; readonly hasKeys: boolean }) {
    this.names = names;
    this.#hasKeys = hasKeys;
    const { logId } = names;
    const document = names.genesis(genesis);
    const deps = { primitives: nodePrimitives, verifyForkProof: provenFork };
    this.log = new MembershipLog(deps, { genesis: document, logId });
    const { sets, identities } = this.log;
    this.#all = sets.empty;
    this.facts = new EpochFacts({ sets, identities });
    this.safe = new SafeEpochs(this.facts);
    const { facts, safe } = this;
    this.#judge = new BlockJudge({ primitives: nodePrimitives, logId, facts, safe, identities });
    this.#indexers = [this.dag.numberWriter(document.writer)];
    const { mode, interval: checkpointInterval } = genesis;
    const indexers = this.#indexers;
    this.linearizer = createLinearizer(nodePrimitives, { dag: this.dag, mode, indexers, checkpointInterval });
  }

  /** M of everything, with what is decided. */
  get membership(): Membership {
    return this.log.evaluate(this.#all, this.log.commits);
  }

  get all(): ControlSet {
    return this.#all;
  }

  get blocks(): readonly ProductBlock[] {
    return this.#ordered;
  }

  find(block: Block): ProductBlock {
    const found = this.#blocks.get(block);
    if (found === undefined) throw new Error(`${block.name} was not admitted`);
    return found;
  }

  /** The block with a control number. */
  controlAt(control: number): Block | undefined {
    return this.#controls[control]?.block;
  }

  /** The control blocks in a past. */
  pastOf(past: ReadonlySet<Block>): ControlSet {
    const { sets } = this.log;
    return headsOf(past).reduce((set, head) => sets.union(set, this.find(head).pastAndSelf), sets.empty);
  }

  /** Takes a block whose past was taken, and whose commits are known. */
  admit(block: Block): ProductBlock {
    const { names, log, dag } = this;
    const heads = headsOf(block.past).filter((head) => head !== block.previous);
    const parents = [...(block.previous === undefined ? [] : [block.previous]), ...heads];
    const [hash, writer, epochId] = [bytesOf(block.name), bytesOf(block.writer), bytesOf(block.epoch, 16)];
    const { seq, lamport, commits } = block;
    const index = dag.add({
      hash,
      writer,
      seq,
      lamport,
      commits,
      parents: parents.map((parent) => this.find(parent).index),
    });
    const past = this.pastOf(block.past);
    const membership = log.evaluate(past, commits);
    const operations = block.operations.map((operation) => names.operation(operation, block.writer));
    const asJudged = this.#judge.judge({ writer, seq, epochId, past, membership, operations }, dag.writer(index));
    const isKept = this.#hasKeys || asJudged.reason === "not-a-writer";
    const verdict = isKept ? asJudged : { ...asJudged, reason: undefined };
    const judged = { block, index, past, membership, verdict, operations };
    const added = isControlBlock(operations)
      ? this.#addControl(judged, { hash, writer, epochId })
      : { ...judged, pastAndSelf: past, control: undefined, authorised: [] };
    this.#blocks.set(block, added);
    this.#ordered.push(added);
    this.linearizer.add(index);
    this.segments.push(...this.linearizer.advance((commit) => this.#commit(commit)));
    return added;
  }

  #addControl(
    judged: Omit<ProductBlock, "pastAndSelf" | "control" | "authorised">,
    { hash, writer, epochId }: { readonly hash: Bytes; readonly writer: Bytes; readonly epochId: Bytes },
  ): ProductBlock {
    const { block, past, operations, verdict } = judged;
    const { seq, lamport, commits } = block;
    const isVoid = verdict.reason !== undefined;
    const record = { lamport, hash, writer, seq, pastSet: past, commits, operations, isVoidByItself: isVoid };
    const { control, author, authorised } = this.log.add(record);
    const reason = verdict.reason ?? (author === undefined ? "not-a-writer" : undefined);
    const isVoidByItself = reason !== undefined;
    const at = { control, lamport, past };
    for (const operation of operations) {
      if (operation.kind === "grant") this.facts.addGrant({ ...at, operation });
      if (operation.kind === "rotate")
        this.facts.addRotate({ ...at, epochId, author: verdict.author?.index, operation, operations, isVoidByItself });
    }
    const pastAndSelf = this.log.sets.with(past, control);
    this.#all = this.log.sets.with(this.#all, control);
    const added = { ...judged, verdict: { ...verdict, reason }, pastAndSelf, control, authorised };
    this.#controls[control] = added;
    return added;
  }

  #commit({ leader, blocks, commit }: Commit): readonly number[] {
    const set = this.#at(leader).pastAndSelf;
    const before = this.log.evaluate(set, commit - 1);
    for (const block of blocks) this.#finalVoid.set(block, this.#isVoidBy(before, this.#at(block)));
    this.log.decide({ set, commit: commit - 1 });
    const named = this.log.evaluate(set, commit).indexers.map((writer) => this.dag.numberWriter(writer));
    if (named.length > 0) this.#indexers = named;
    return this.#indexers;
  }

  #at(index: number): ProductBlock {
    const found = this.#ordered[index];
    if (found === undefined) throw new RangeError(`there is no block ${index}`);
    return found;
  }

  /** Whether nothing of a block counts (§5.4). */
  isVoid(block: Block): boolean {
    const found = this.find(block);
    return this.#finalVoid.get(found.index) ?? this.#isVoidBy(this.membership, found);
  }

  #isVoidBy(membership: Membership, { block, control, verdict }: ProductBlock): boolean {
    if (verdict.reason !== undefined) return true;
    if (control !== undefined) return membership.isVoidControl(control);
    const isInPastOf = (restriction: number): boolean => this.#controls[restriction]?.block.past.has(block) ?? false;
    const { name, writer, seq } = block;
    return membership.isVoid({ writer: bytesOf(writer), seq, hash: bytesOf(name), isInPastOf });
  }
}

/** What a fork proof of these histories says; real ones are tested with @coterie/oplog. */
function provenFork({ proof }: { readonly proof: Uint8Array }): { readonly writer: Bytes; readonly seq: number } {
  const [writer = "", seq = "0"] = textOf(proof).split(" ");
  return { writer: bytesOf(writer), seq: Number(seq) };
}
