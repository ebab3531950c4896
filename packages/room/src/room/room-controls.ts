/** The control blocks of a room: membership, epochs, and what is judged by them (docs/protocol/rooms.md §5, §7). */
import { type Bytes, equalBytes } from "@coterie/bytes";
import { type BlockIndex, type Dag, type Envelope, verifyForkProof } from "@coterie/oplog";
import type { Primitives } from "@coterie/primitives";
import { EpochFacts, type GrantFact } from "../epochs/epoch-facts.ts";
import type { Keyring } from "../epochs/keyring.ts";
import { isBegunIn } from "../epochs/read-rule.ts";
import { SafeEpochs } from "../epochs/safe-epochs.ts";
import type { ControlSet } from "../membership/control-sets.ts";
import type { Genesis } from "../membership/genesis.ts";
import type { PlacedBlock } from "../membership/cut-reason.ts";
import type { Membership } from "../membership/membership.ts";
import { MembershipLog } from "../membership/membership-log.ts";
import type { Operation } from "../membership/operation.ts";
import { BlockJudge, type BlockVerdict } from "./block-judge.ts";
import { EpochChecks } from "./epoch-checks.ts";
import { GrantChecks } from "./grant-checks.ts";
import { Pasts } from "./is-in-past.ts";
import type { RoomAlarm } from "./room-block.ts";

/** What the control blocks of a room are kept with. */
export interface RoomControlsDeps {
  readonly primitives: Primitives;
  readonly keyring: Keyring;
  readonly logId: Bytes;
  readonly dag: Dag;
  readonly onAlarm: (alarm: RoomAlarm) => void;
}

/** A control block, without its envelope. */
export interface ControlPlace {
  /** Undefined where the block itself is not here: it was before the checkpoint that this device began with. */
  readonly block: BlockIndex | undefined;
  readonly hash: Bytes;
  readonly writer: Bytes;
  readonly seq: number;
  readonly lamport: number;
  readonly commits: number;
  readonly epochId: Bytes;
  readonly past: ControlSet;
  readonly operations: readonly Operation[];
}

/** A control block as it counts. */
export interface TakenControl {
  readonly control: number;
  readonly pastAndSelf: ControlSet;
  readonly reason: BlockVerdict["reason"];
}

const restricting: ReadonlySet<Operation["kind"]> = new Set(["remove", "role", "revoke-writer", "fork"]);

/** The control blocks of one room. */
export class RoomControls {
  readonly membershipLog: MembershipLog;
  readonly facts: EpochFacts;
  readonly safe: SafeEpochs;
  readonly judge: BlockJudge;
  readonly checks: EpochChecks;
  readonly truth: GrantChecks;
  readonly #dag: Dag;
  readonly #pasts: Pasts;
  readonly #places: (ControlPlace & { readonly isVoidByItself: boolean })[] = [];
  readonly #controlByBlock = new Map<BlockIndex, number>();
  /** Without restrictions nothing is void but by itself, which almost every room can be quick about. */
  #hasRestrictions = false;
  #lastBegun: { readonly epochId: Bytes; readonly past: ControlSet } | undefined;
  #all: ControlSet;

  constructor({ primitives, keyring, logId, dag, onAlarm }: RoomControlsDeps, genesis: Genesis) {
    this.#dag = dag;
    this.#pasts = new Pasts(dag);
    const verifyProof = (input: { readonly proof: Uint8Array; readonly logTag: Uint8Array }) =>
      verifyForkProof(primitives, input);
    this.membershipLog = new MembershipLog({ primitives, verifyForkProof: verifyProof }, { genesis, logId });
    const { identities, sets } = this.membershipLog;
    this.#all = sets.empty;
    this.facts = new EpochFacts({ sets, identities });
    this.safe = new SafeEpochs(this.facts);
    this.judge = new BlockJudge({ primitives, logId, facts: this.facts, safe: this.safe, identities });
    const checkDeps = { primitives, keyring, logId, facts: this.facts, onAlarm };
    this.checks = new EpochChecks(checkDeps);
    this.truth = new GrantChecks(checkDeps);
  }

  /** All control blocks that are known. */
  get all(): ControlSet {
    return this.#all;
  }

  /** M of everything that is known, with what is decided now. */
  get membership(): Membership {
    return this.membershipLog.evaluate(this.#all, this.membershipLog.commits);
  }

  /** The number of a control block; undefined for others. */
  findControl(block: BlockIndex): number | undefined {
    return this.#controlByBlock.get(block);
  }

  /** What is known of a control block by its number. */
  placeOf(control: number): ControlPlace & { readonly isVoidByItself: boolean } {
    const place = this.#places[control];
    if (place === undefined) throw new RangeError("a control block of another room");
    return place;
  }

  /** Takes a control block that was admitted. */
  take(
    place: ControlPlace,
    {
      verdict,
      membership,
      envelope,
    }: { readonly verdict: BlockVerdict; readonly membership: Membership; readonly envelope: Envelope },
  ): TakenControl {
    const { grants, ...taken } = this.#add(place, verdict);
    const { operations } = place;
    this.truth.add({ envelope, operations, facts: grants, membership });
    for (const operation of operations)
      if (operation.kind === "rotate") this.checks.add({ envelope, operation, operations, membership });
    return taken;
  }

  /** Takes a control block from a checkpoint, whose judgement by itself is known. */
  restore(place: ControlPlace, isVoidByItself: boolean): number {
    const membership = this.membershipLog.evaluate(place.past, place.commits);
    const { author } = this.judge.judge({ ...place, membership }, -1);
    return this.#add(place, { author, reason: isVoidByItself ? "not-a-writer" : undefined }).control;
  }

  /** Whether a block is void by M. */
  isVoidBy(membership: Membership, block: BlockIndex): boolean {
    if (!this.#hasRestrictions) return false;
    const control = this.#controlByBlock.get(block);
    return control === undefined ? membership.isVoid(this.#placed(block)) : membership.isVoidControl(control);
  }

  /** Whether a block that is not final is void by M for good: by what is decided. */
  isLostBy(membership: Membership, block: BlockIndex): boolean {
    if (!this.#hasRestrictions) return false;
    const control = this.#controlByBlock.get(block);
    return control === undefined ? membership.isLost(this.#placed(block)) : membership.isLostControl(control);
  }

  #placed(block: BlockIndex): PlacedBlock {
    const dag = this.#dag;
    return {
      writer: dag.writerKey(dag.writer(block)),
      seq: dag.seq(block),
      hash: dag.hash(block),
      isInPastOf: (restriction) => this.#isBefore(block, restriction),
    };
  }

  /** Whether some rotate of an epoch is in a set of control blocks. Blocks come in runs: most ask what the one before asked. */
  isBegun({ epochId, past }: { readonly epochId: Bytes; readonly past: ControlSet }): boolean {
    const last = this.#lastBegun;
    if (last !== undefined && last.past === past && equalBytes(last.epochId, epochId)) return true;
    const isBegun = isBegunIn(this.facts, { epochId, past });
    if (isBegun) this.#lastBegun = { epochId, past };
    return isBegun;
  }

  /** Whether an epoch was begun in knowledge of a block. */
  knewOf({ epochId, block }: { readonly epochId: Bytes; readonly block: BlockIndex }): boolean {
    const epoch = this.facts.find(epochId);
    const rotates = epoch === undefined ? [] : this.facts.get(epoch).rotates;
    return rotates.some(({ control }) => this.#isBefore(block, control));
  }

  // A restriction from before the checkpoint has nothing in its past that is judged here.
  #isBefore(block: BlockIndex, control: number): boolean {
    const later = this.#places[control]?.block;
    return later !== undefined && this.#pasts.has({ earlier: block, later });
  }

  #add(place: ControlPlace, verdict: BlockVerdict): TakenControl & { readonly grants: readonly GrantFact[] } {
    const { block, hash, writer, seq, lamport, commits, epochId, past, operations } = place;
    const isVoid = verdict.reason !== undefined;
    const added = this.membershipLog.add({
      lamport,
      hash,
      writer,
      seq,
      pastSet: past,
      commits,
      operations,
      isVoidByItself: isVoid,
    });
    const { control } = added;
    const reason = verdict.reason ?? (added.author === undefined ? "not-a-writer" : undefined);
    const at = { control, lamport, past };
    const grants: GrantFact[] = [];
    for (const operation of operations) {
      if (operation.kind === "grant") grants.push(this.facts.addGrant({ ...at, operation }));
      const isVoidByItself = reason !== undefined;
      if (operation.kind === "rotate")
        this.facts.addRotate({ ...at, epochId, author: verdict.author?.index, operation, operations, isVoidByItself });
    }
    this.#places[control] = { ...place, isVoidByItself: reason !== undefined };
    if (block !== undefined) this.#controlByBlock.set(block, control);
    this.#hasRestrictions ||= operations.some(({ kind }) => restricting.has(kind));
    const { sets } = this.membershipLog;
    this.#all = sets.with(this.#all, control);
    return { control, pastAndSelf: sets.with(past, control), reason, grants };
  }
}
