/**
 * Which epochs an author may write in, given what it knows (docs/protocol/rooms.md §7): those that nobody knows but members of whom nobody
 * doubts, and that were begun in knowledge of every removal.
 */
import type { ControlSet } from "../membership/control-sets.ts";
import type { EpochFacts, EpochNumber, MemberNumber, RotateFact } from "./epoch-facts.ts";

/** What the rules ask of M(P, c) (§5), which `Membership` answers. One object for one evaluation: results are remembered by it. */
export interface EpochMembership {
  /** Whether somebody is a member and not in doubt (§5.3). */
  readonly isSureAt: (member: MemberNumber) => boolean;
  /** The control blocks that a new epoch must know of (§7). */
  readonly triggers: ControlSet;
}

/** An author and what it knows. */
export interface AuthorView {
  /** The control blocks in the past. */
  readonly past: ControlSet;
  /** M(past). */
  readonly membership: EpochMembership;
  readonly author: MemberNumber;
}

/** Who of those that know an epoch is not sure: a member's number where it is one alone, else {@link nobody} or {@link several}. */
type Unsure = number;
const nobody: Unsure = -1;
const several: Unsure = -2;
/** Remembered, once no author can use the epoch. */
const unsafe = -3;

interface Remembered {
  /** For whom alone an epoch is safe, or {@link nobody} for all, or {@link unsafe}. */
  readonly safeFor: Map<EpochNumber, number>;
  /** Of the epoch's own recipients and grants, those who are not sure. */
  readonly unsure: Map<EpochNumber, Unsure>;
}

/**
 * The judgement of epochs. Blocks come in long runs with one past, so that almost every answer is remembered: facts about the control blocks
 * of a past are added before that past is asked about.
 */
export class SafeEpochs {
  readonly #facts: EpochFacts;
  readonly #remembered = new WeakMap<EpochMembership, Map<ControlSet, Remembered>>();

  constructor(facts: EpochFacts) {
    this.#facts = facts;
  }

  /** Whether an epoch is safe at `past` for `author`. */
  isSafe(epoch: EpochNumber, { past, membership, author }: AuthorView): boolean {
    const remembered = this.#at(membership, past);
    let safeFor = remembered.safeFor.get(epoch);
    if (safeFor === undefined) {
      safeFor = this.#judge(epoch, { past, membership, remembered });
      remembered.safeFor.set(epoch, safeFor);
    }
    return safeFor === nobody || safeFor === author;
  }

  #judge(epoch: EpochNumber, view: JudgedView): number {
    const rotate = this.#facts.findOnlyRotate(epoch, view.past);
    if (rotate === undefined || rotate.isVoidByItself) return unsafe;
    if (!this.#facts.sets.isSubset(view.membership.triggers, rotate.heeded)) return unsafe;
    const unsure = this.#unsureKnowers(epoch, view);
    return unsure === several ? unsafe : unsure;
  }

  /** Of all who can know an epoch: directly, or by an epoch that wraps it, or one that wraps that one. */
  #unsureKnowers(epoch: EpochNumber, view: JudgedView): Unsure {
    const seen = new Set([epoch]);
    let unsure: Unsure = nobody;
    // A set grows while it is walked; the epochs over one may form a circle where somebody cheats.
    for (const knownBy of seen) {
      unsure = either(unsure, this.#ownUnsure(knownBy, view));
      if (unsure === several) return several;
      for (const { epoch: over, control } of this.#facts.get(knownBy).wrappers)
        if (this.#facts.sets.has(view.past, control)) seen.add(over);
    }
    return unsure;
  }

  #ownUnsure(epoch: EpochNumber, view: JudgedView): Unsure {
    const known = view.remembered.unsure.get(epoch);
    if (known !== undefined) return known;
    const unsure = this.#findOwnUnsure(epoch, view);
    view.remembered.unsure.set(epoch, unsure);
    return unsure;
  }

  #findOwnUnsure(epoch: EpochNumber, { past, membership }: JudgedView): Unsure {
    let unsure: Unsure = nobody;
    for (const rotate of this.#facts.get(epoch).rotates)
      if (this.#facts.sets.has(past, rotate.control)) unsure = either(unsure, unsureOf(rotate, membership));
    for (const { member } of this.#facts.grantsIn(epoch, past))
      if (!membership.isSureAt(member)) unsure = either(unsure, member);
    return unsure;
  }

  #at(membership: EpochMembership, past: ControlSet): Remembered {
    let byPast = this.#remembered.get(membership);
    if (byPast === undefined) {
      byPast = new Map();
      this.#remembered.set(membership, byPast);
    }
    let remembered = byPast.get(past);
    if (remembered === undefined) {
      remembered = { safeFor: new Map(), unsure: new Map() };
      byPast.set(past, remembered);
    }
    return remembered;
  }
}

interface JudgedView extends Omit<AuthorView, "author"> {
  readonly remembered: Remembered;
}

function unsureOf({ author, recipients }: RotateFact, membership: EpochMembership): Unsure {
  let unsure: Unsure = author === undefined || membership.isSureAt(author) ? nobody : author;
  for (const member of recipients) {
    if (membership.isSureAt(member)) continue;
    unsure = either(unsure, member);
    if (unsure === several) break;
  }
  return unsure;
}

function either(a: Unsure, b: Unsure): Unsure {
  if (a === nobody || a === b) return b;
  return b === nobody ? a : several;
}
