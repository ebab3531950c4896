/**
 * Who is in a room, by a set of control blocks and the decisions of some commits: M(P, c) of docs/protocol/rooms.md §5.2 and §5.3. A value:
 * it never changes, though what it says is found when asked for.
 */
import type { Bytes } from "@coterie/bytes";
import type { EpochLevel } from "../epochs/level-secret.ts";
import type { ControlFacts } from "./control-facts.ts";
import {
  type AddFact,
  comparePlaces,
  genesisId,
  type KeyFact,
  nobody,
  type Place,
  type Restriction,
} from "./control-record.ts";
import type { ControlSet } from "./control-sets.ts";
import { type CutReason, findCutReason, type PlacedBlock } from "./cut-reason.ts";
import { findIndexers } from "./find-indexers.ts";
import type { Outcome } from "./judge-restrictions.ts";
import type { Judgement } from "./judgement.ts";
import type { MemberHistory, MemberRole } from "./operation.ts";

/** A member. */
export interface Member {
  /** Its dense number in the room. */
  readonly index: number;
  readonly identity: Bytes;
  readonly sealingKey: Bytes;
  /** The version of the sealing key: 0 for the one that it was added with. */
  readonly keyVersion: number;
  readonly role: MemberRole;
  readonly history: MemberHistory;
  /** The level of epochs that know of the admission; of earlier ones who has not the whole history is due `control` (§7). */
  readonly dueLevel: EpochLevel;
  /** Where it was admitted: the control block's number, or -1 for the founder. Members compare by it in seniority, see `comparePlaces`. */
  readonly admission: Place;
}

/** Thousands of memberships are remembered, and each is asked about a few members again and again. */
const maxRememberedMembers = 32;

const dueLevels: Readonly<Record<MemberHistory, EpochLevel>> = {
  all: "full",
  snapshot: "snapshot",
  "since-join": "read",
};

/** The members of a room as of a set of control blocks. */
export class Membership {
  /** The control blocks that this is about. */
  readonly set: ControlSet;
  readonly #facts: ControlFacts;
  readonly #outcome: Outcome;
  readonly #members = new Map<number, Member | undefined>();
  #triggers: ControlSet | undefined;
  #indexers: readonly Bytes[] | undefined;

  constructor(facts: ControlFacts, { set, outcome }: { readonly set: ControlSet; readonly outcome: Outcome }) {
    this.#facts = facts;
    this.set = set;
    this.#outcome = outcome;
  }

  /** Everybody, the most senior one first. */
  get members(): readonly Member[] {
    const members: Member[] = [];
    for (let index = 0; index < this.#facts.identities.size; index++) {
      const member = this.#findMember(index);
      if (member !== undefined) members.push(member);
    }
    return members.sort((a, b) => comparePlaces(a.admission, b.admission));
  }

  /** Members of whom no restriction that may still come to hold makes anything else (§5.3): who may be sealed to. */
  get sureMembers(): readonly Member[] {
    return this.members.filter(({ index }) => this.isSureAt(index));
  }

  /** Control blocks that a safe epoch's rotate block has in its past, or is (§7). */
  get triggers(): ControlSet {
    const { sets, otherTriggerSet } = this.#facts;
    this.#triggers ??= sets.union(this.#outcome.openSet, sets.intersection(this.set, otherTriggerSet));
    return this.#triggers;
  }

  /** Who makes blocks final, in the order of their turns. Empty where nobody has a valid writer. */
  get indexers(): readonly Bytes[] {
    this.#indexers ??= findIndexers(this.#facts, { membership: this, judgement: this.#outcome.actual });
    return this.#indexers;
  }

  /** Writers that forked, with the first seq that is void. */
  get frozenWriters(): readonly { readonly writer: Bytes; readonly seq: number }[] {
    const forks = this.#outcome.actual.forks();
    return forks.map(({ writer, seq }) => ({ writer: this.#facts.writerKeys.key(writer), seq }));
  }

  /** The member with that identity. */
  find(identity: Uint8Array): Member | undefined {
    const index = this.#facts.identities.find(identity);
    return index === undefined ? undefined : this.memberAt(index);
  }

  /** Whether an identity is a member, and not in doubt. */
  isSure(identity: Uint8Array): boolean {
    const index = this.#facts.identities.find(identity);
    return index !== undefined && this.isSureAt(index);
  }

  /** Whether the identity with that dense number is a member, in doubt or not. */
  isMemberAt(index: number): boolean {
    return this.#admitting(index, this.#outcome.actual).length > 0;
  }

  /** Whether the identity with that dense number is a member, and not in doubt. */
  isSureAt(index: number): boolean {
    const { actual, strict } = this.#outcome;
    return this.isMemberAt(index) && (actual === strict || this.#admitting(index, strict).length > 0);
  }

  /**
   * Whether the identity with that dense number is an admin, and not in doubt as one: whoever is added by somebody else gets no keys before
   * the doubt is over (§7).
   */
  isSureAdmin(index: number): boolean {
    const { actual, strict } = this.#outcome;
    if (this.memberAt(index)?.role !== "admin") return false;
    return actual === strict || (this.#admitting(index, strict).length > 0 && this.#isAdmin(index, strict));
  }

  /**
   * Whether a member may give keys to whom it adds by that writer (§7): as an admin who is not in doubt, by a writer that stays valid whatever
   * restriction comes to hold. A writer that is not known yet begins with that block.
   */
  mayGiveKeys({ index, writer }: { readonly index: number; readonly writer: Uint8Array }): boolean {
    const number = this.#facts.writerKeys.find(writer);
    const { actual, strict } = this.#outcome;
    const isKnown = number !== undefined && this.#facts.claimIn(this.set, number) !== undefined;
    return (
      this.isSureAdmin(index) &&
      (!isKnown || actual === strict || this.#maySign(number, { seq: Number.POSITIVE_INFINITY, judgement: strict }))
    );
  }

  /** The member with that dense number. */
  memberAt(index: number): Member | undefined {
    if (this.#members.has(index)) return this.#members.get(index);
    const member = this.#findMember(index);
    if (this.#members.size >= maxRememberedMembers) this.#members.clear();
    this.#members.set(index, member);
    return member;
  }

  /** The newest sealing key that an identity signed, member or not: what to name who adds it again, where it sent no newer one. */
  newestKeyOf(identity: Uint8Array): Bytes | undefined {
    const index = this.#facts.identities.find(identity);
    return index === undefined ? undefined : this.#bestUpdate(index, () => true)?.sealingKey;
  }

  /** The member whose writer this is, where the writer may write its block `seq`; a block that certifies its own writer is not asked about. */
  findAuthor(writer: Uint8Array, seq: number): Member | undefined {
    const index = this.#facts.writerKeys.find(writer);
    return index === undefined ? undefined : this.#authorOf(index, seq);
  }

  /** Writers of a member that ever were certified here, the first one first, also those that were stopped: a removal names all of them. */
  writersOf(identity: Uint8Array): readonly Bytes[] {
    const index = this.#facts.identities.find(identity);
    if (index === undefined) return [];
    const { writers } = this.#facts.member(index);
    const known = writers.filter(({ place }) => this.#facts.isIn(place.control, this.set));
    known.sort((a, b) => comparePlaces(a.place, b.place));
    // Who forks a first block certifies one writer twice.
    return [...new Set(known.map(({ writer }) => writer))].map((writer) => this.#facts.writerKeys.key(writer));
  }

  /** Writers of a member that may write, the first one first. */
  validWritersOf({ identity }: Member): readonly Bytes[] {
    return this.writersOf(identity).filter((writer) => this.isValidWriter(writer));
  }

  /** Whether a writer may write: certified by a member, neither revoked nor frozen. */
  isValidWriter(writer: Uint8Array): boolean {
    return this.findAuthor(writer, Number.POSITIVE_INFINITY) !== undefined;
  }

  /** Whether a writer was ever certified here, by whomever. */
  isKnownWriter(writer: Uint8Array): boolean {
    const index = this.#facts.writerKeys.find(writer);
    return index !== undefined && this.#facts.claimIn(this.set, index) !== undefined;
  }

  /** Whether a restriction of the set holds, decided or not. */
  holds(restriction: Restriction): boolean {
    return this.#outcome.actual.isHeld(restriction);
  }

  /** Whether a restriction of the set was decided to hold. */
  isDecided(restriction: Restriction): boolean {
    return this.#outcome.settled.isHeld(restriction);
  }

  /** Whether a control block of the set is void (rule 3). */
  isVoidControl(control: number): boolean {
    return this.#outcome.actual.standingOf(control) === "void";
  }

  /**
   * Whether a control block that is not final is void for good, whatever its keys: its writer is nobody by M of it, or what was decided cuts it
   * off. Nobody builds on it (§4.2).
   */
  isLostControl(control: number): boolean {
    return this.#outcome.settled.isCutOff(control);
  }

  /**
   * Whether a control block holds a sealing key of somebody who is a member. It counts though the block be void (rule 4): everybody must see it
   * (§4.2), or some would seal to a key that others know to be replaced.
   */
  renewsKey(control: number): boolean {
    return this.holdsKey(control) && this.memberAt(this.#facts.record(control).author) !== undefined;
  }

  /** Whether a control block holds a sealing key of its author, member or not: whoever is none may be added again. */
  holdsKey(control: number): boolean {
    const { author } = this.#facts.record(control);
    return author !== nobody && this.#facts.member(author).keys.some((key) => key.control === control);
  }

  /** Whether a block that is no control block is void (rule 3). Final ones are never judged again: ask before they are. */
  isVoid(block: PlacedBlock): boolean {
    return this.findCutReason(block) !== undefined;
  }

  /** Whether a block that is no control block is void for good, since what was decided cuts it off. */
  isLost(block: PlacedBlock): boolean {
    return findCutReason(this.#facts, { judgement: this.#outcome.settled, set: this.set, block }) !== undefined;
  }

  /** Why a block is void, to show it; undefined where it is not. */
  findCutReason(block: PlacedBlock): CutReason | undefined {
    return findCutReason(this.#facts, { judgement: this.#outcome.actual, set: this.set, block });
  }

  #findMember(index: number): Member | undefined {
    const { actual } = this.#outcome;
    const adds = this.#admitting(index, actual);
    const [admission] = adds;
    const latest = adds.at(-1);
    if (admission === undefined || latest === undefined) return undefined;
    return {
      index,
      identity: this.#facts.identities.key(index),
      ...this.#sealingKeyOf(index, latest),
      role: this.#isAdmin(index, actual) ? "admin" : "member",
      history: admission.history,
      dueLevel: dueLevels[admission.history],
      admission,
    };
  }

  /** Adds that admit a member under a judgement (rule 4), the earliest one first. */
  #admitting(index: number, judgement: Judgement): readonly AddFact[] {
    const removals = judgement.removalsOf(index);
    const adds = this.#facts.member(index).adds.filter((add) => this.#isEffective(add, judgement));
    const admitting = adds.filter(({ control }) =>
      removals.every((removal) => this.#facts.isBefore(removal.control, control)),
    );
    return admitting.length > 1 ? admitting.toSorted(comparePlaces) : admitting;
  }

  #isAdmin(index: number, judgement: Judgement): boolean {
    const limits = [...judgement.removalsOf(index), ...judgement.demotionsOf(index)];
    const isAfterAll = ({ control }: Place): boolean =>
      limits.every((limit) => this.#facts.isBefore(limit.control, control));
    return this.#facts.member(index).powers.some((power) => this.#isEffective(power, judgement) && isAfterAll(power));
  }

  /**
   * The best update that the latest add does not replace, else the key of that add (rule 4). Updates in void blocks count: the identity signed
   * them, and the key before may be in wrong hands.
   */
  #sealingKeyOf(index: number, latest: AddFact): Pick<Member, "sealingKey" | "keyVersion"> {
    const isReplaced = ({ control }: KeyFact): boolean => this.#facts.isBefore(control, latest.control);
    const best = this.#bestUpdate(index, (update) => !isReplaced(update));
    return { sealingKey: best?.sealingKey ?? latest.sealingKey, keyVersion: best?.version ?? 0 };
  }

  #bestUpdate(index: number, isCandidate: (update: KeyFact) => boolean): KeyFact | undefined {
    const updates = this.#facts.member(index).keys.filter((update) => this.#facts.isIn(update.control, this.set));
    return updates.filter(isCandidate).sort((a, b) => b.version - a.version || comparePlaces(b, a))[0];
  }

  #isEffective(place: Place, judgement: Judgement): boolean {
    return this.#facts.isIn(place.control, this.set) && judgement.isGood(place);
  }

  #authorOf(writer: number, seq: number): Member | undefined {
    const claim = this.#facts.claimIn(this.set, writer);
    if (claim === undefined || !this.#maySign(writer, { seq, judgement: this.#outcome.actual })) return undefined;
    return this.memberAt(claim.member);
  }

  /** Whether nothing that holds stops a writer before a block, nor leaves its member without an add. */
  #maySign(writer: number, { seq, judgement }: { readonly seq: number; readonly judgement: Judgement }): boolean {
    const claim = this.#facts.claimIn(this.set, writer);
    if (claim === undefined) return false;
    const isStopped =
      // Two first blocks are a fork, and only one of them can be the one that certified the writer.
      (claim.certificate !== genesisId && seq === 0) ||
      (claim.certificate !== genesisId && judgement.standingOf(claim.certificate) === "void") ||
      judgement.revocationsOf(writer).length > 0 ||
      judgement.forksOf(writer).some((fork) => seq >= fork.seq);
    if (isStopped) return false;
    const removals = judgement.removalsOf(claim.member);
    if (claim.certificate === genesisId) return removals.length === 0;
    const { admitters } = this.#facts.record(claim.certificate);
    return admitters.some(
      (add) => judgement.isGood(add) && removals.every((removal) => this.#facts.isBefore(removal.control, add.control)),
    );
  }
}
