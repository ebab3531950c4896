/**
 * The control blocks of a room and who is a member by which of them: docs/protocol/rooms.md §5. Synchronous and without I/O; the same blocks
 * give the same answers in whatever order they are added, as long as parents come first.
 */
import type { Bytes } from "@coterie/bytes";
import { ControlOrderError } from "../errors.ts";
import { appendControl } from "./append-control.ts";
import { authorise, type AuthoriseDeps } from "./authorise.ts";
import { ControlFacts } from "./control-facts.ts";
import { type ControlBlock, nobody } from "./control-record.ts";
import type { ControlSet, ControlSets } from "./control-sets.ts";
import { Decisions } from "./decisions.ts";
import type { Genesis } from "./genesis.ts";
import type { KeyIndex } from "./key-index.ts";
import { Membership } from "./membership.ts";
import { OutcomeCache } from "./outcome-cache.ts";

/** What a {@link MembershipLog} needs. */
export type MembershipDeps = Pick<AuthoriseDeps, "primitives" | "verifyForkProof">;

/** A control block that was added. */
export interface AddedControl {
  /** Its number: 0, 1, 2… */
  readonly control: number;
  /** The identity that wrote it; undefined where its writer had no right to write, or it is void by itself. */
  readonly author: Bytes | undefined;
  /** For each operation whether it counts. The others are ignored for ever. */
  readonly authorised: readonly boolean[];
}

/** A commit. */
export interface CommitInput {
  /** The control blocks in the past of the leader, and the leader. */
  readonly set: ControlSet;
  /** How many commits there were before. */
  readonly commit: number;
}

/** What a commit decided. */
export interface DecidedCommit {
  /** Control blocks that are final now, ascending by number; `isVoid` as they were judged, for good. */
  readonly controls: readonly { readonly control: number; readonly isVoid: boolean }[];
}

const nothingDecided: DecidedCommit = { controls: [] };
const maxRemembered = 4_096;
/** Restrictions in what is remembered, each counted once for each membership: a hostile member may make thousands. */
const maxRememberedRestrictions = 65_536;
/** Sets and moments are fewer. */
const pairFactor = 0x400_0000;

/**
 * Membership of one room.
 *
 * @example
 * import { verifyForkProof } from "@coterie/oplog";
 * import { nodePrimitives, systemRandom } from "@coterie/primitives/node";
 * import { createGenesis, deriveLogId, MembershipLog } from "@coterie/room";
 *
 * const { publicKey: identity } = nodePrimitives.deriveSigningKeyPair(new Uint8Array(32).fill(1));
 * const { publicKey: writer } = nodePrimitives.deriveSigningKeyPair(new Uint8Array(32).fill(2));
 * const { publicKey: sealingKey } = nodePrimitives.deriveAgreementKeyPair(new Uint8Array(32).fill(3));
 * const genesis = createGenesis(
 *   { primitives: nodePrimitives, random: systemRandom },
 *   { identity, sealingKey, writer, mode: "majority", checkpointInterval: 10_000 },
 * );
 * const deps = {
 *   primitives: nodePrimitives,
 *   verifyForkProof: (input: { proof: Uint8Array; logTag: Uint8Array }) => verifyForkProof(nodePrimitives, input),
 * };
 * const log = new MembershipLog(deps, { genesis, logId: deriveLogId(nodePrimitives, genesis) });
 * log.evaluate(log.sets.empty, 0).members.length; // 1: the founder
 */
export class MembershipLog {
  readonly #deps: AuthoriseDeps;
  readonly #facts: ControlFacts;
  readonly #decisions = new Decisions();
  readonly #outcomes: OutcomeCache;
  readonly #membershipByPair = new Map<number, Membership>();
  #rememberedRestrictions = 0;

  constructor(deps: MembershipDeps, { genesis, logId }: { readonly genesis: Genesis; readonly logId: Bytes }) {
    this.#facts = new ControlFacts(genesis);
    this.#deps = { ...deps, facts: this.#facts, logId };
    this.#outcomes = new OutcomeCache(this.#facts, this.#decisions);
  }

  /** The sets of this room's control blocks. */
  get sets(): ControlSets {
    return this.#facts.sets;
  }

  /** Everybody who was ever named, by dense numbers. */
  get identities(): KeyIndex {
    return this.#facts.identities;
  }

  /** How many control blocks there are. */
  get size(): number {
    return this.#facts.records.length;
  }

  /** How many commits are known. */
  get commits(): number {
    return this.#decisions.commitCount;
  }

  /** All control blocks that are final. */
  get finalSet(): ControlSet {
    return this.#decisions.finalSet;
  }

  /**
   * Takes up a control block; those in its past come first.
   * @throws ControlOrderError where `pastSet` names a block that was not added, or `commits` a commit that is not known
   */
  add(block: ControlBlock): AddedControl {
    const membership = this.evaluate(block.pastSet, block.commits);
    const authorisation = authorise(this.#deps, { block, membership });
    const control = appendControl(this.#facts, { block, membership, authorisation });
    const { author, authorised } = authorisation;
    const isNobodys = author === nobody || block.isVoidByItself === true;
    return { control, author: isNobodys ? undefined : this.#facts.identities.key(author), authorised };
  }

  /**
   * M(P, c): who is a member by the control blocks of `set`, which holds their pasts as well, and the decisions of the first `commits` commits.
   * @throws ControlOrderError where more commits are named than are known, or a control block that was not added
   */
  evaluate(set: ControlSet, commits: number): Membership {
    if (commits > this.commits) throw new ControlOrderError("a commit that is not known yet");
    const moment = this.#decisions.momentOf(commits);
    const key = moment * pairFactor + set;
    const known = this.#membershipByPair.get(key);
    if (known !== undefined) return known;
    if (this.sets.last(set) >= this.size) throw new ControlOrderError("a control block that was not added");
    const outcome = this.#outcomes.outcomeOf(set, moment);
    const membership = new Membership(this.#facts, { set, outcome });
    this.#rememberedRestrictions += outcome.strict.heldCount;
    if (this.#membershipByPair.size >= maxRemembered || this.#rememberedRestrictions > maxRememberedRestrictions) {
      this.#membershipByPair.clear();
      this.#rememberedRestrictions = outcome.strict.heldCount;
    }
    this.#membershipByPair.set(key, membership);
    return membership;
  }

  /**
   * A commit: the restrictions that become final with it are decided, and its control blocks judged, for good. Called once for every commit,
   * in their order, also where no control block is in it.
   * @throws ControlOrderError where it is another commit than the next one
   */
  decide({ set, commit }: CommitInput): DecidedCommit {
    if (commit !== this.commits) throw new ControlOrderError("commits come in their order");
    const { sets, restrictionsByControl } = this.#facts;
    const settled = sets.difference(set, this.finalSet);
    if (settled.length === 0) {
      this.#decisions.skip(commit + 1);
      return nothingDecided;
    }
    const { actual } = this.#outcomes.outcomeOf(set, this.#decisions.momentOf(commit));
    const standings = new Map(settled.map((control) => [control, actual.standingOf(control)]));
    const restrictions = settled.flatMap((control) => restrictionsByControl.get(control) ?? []);
    const holds = new Map(restrictions.map((restriction) => [restriction.id, actual.isHeld(restriction)]));
    this.#decisions.commit({ finalSet: sets.union(this.finalSet, set), standings, holds });
    return { controls: settled.map((control) => ({ control, isVoid: standings.get(control) === "void" })) };
  }

  /**
   * Counts commits up to `commits` that no control block became final with: between those of a checkpoint, which names the others.
   * @throws ControlOrderError where more are known
   */
  skipCommits(commits: number): void {
    if (commits < this.commits) throw new ControlOrderError("commits come in their order");
    this.#decisions.skip(commits);
  }
}
