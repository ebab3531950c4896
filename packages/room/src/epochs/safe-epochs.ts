/**
 * Which epochs an author may write in, given what it knows (docs/protocol/rooms.md §7): those that nobody can read but members of whom nobody
 * doubts, that nobody can follow but members, and that were begun in knowledge of every removal.
 */
import type { ControlSet } from "../membership/control-sets.ts";
import type { EpochFacts, EpochNumber, MemberNumber, Strength } from "./epoch-facts.ts";
import { controlStrength, fullStrength } from "./walk-epochs.ts";

/** What the rules ask of M(P, c) (§5), which `Membership` answers. One object for one evaluation: results are remembered by it. */
export interface EpochMembership {
  /** Whether somebody is a member and not in doubt (§5.3). */
  readonly isSureAt: (member: MemberNumber) => boolean;
  /** Whether somebody is a member, in doubt or not. */
  readonly isMemberAt: (member: MemberNumber) => boolean;
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

/** Who of some people should not know an epoch: a member's number where it is one alone, else {@link nobody} or {@link several}. */
type Unsure = number;
const nobody: Unsure = -1;
const several: Unsure = -2;
/** Remembered, once no author can use the epoch. */
const unsafe = -3;

interface Remembered {
  /** For whom alone an epoch is safe, or {@link nobody} for all, or {@link unsafe}. */
  readonly safeFor: Map<EpochNumber, number>;
  /** About the epoch's own author, recipients and grants. */
  readonly holders: Map<EpochNumber, DoubtfulHolders>;
}

/** Whom an epoch was given to directly and, at some level, should not have been. */
interface DoubtfulHolders {
  /** Not sure, and above the level control. */
  readers: Unsure;
  /** Not sure, and at level full: they have what it wraps in full. */
  fullReaders: Unsure;
  /** No members, at any level: they have the control of what it wraps, and of what that wraps. */
  strangers: Unsure;
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
    let unsure = this.#holdersOf(epoch, view).readers;
    for (const over of this.#epochsOver(epoch, view, { inFull: true }))
      unsure = either(unsure, this.#holdersOf(over, view).fullReaders);
    for (const over of this.#epochsOver(epoch, view, { inFull: false })) {
      if (unsure === several) break;
      unsure = either(unsure, this.#holdersOf(over, view).strangers);
    }
    return unsure;
  }

  /** An epoch, and those that wrap it, and those that wrap these; `inFull`: by wraps of S alone. */
  *#epochsOver(
    epoch: EpochNumber,
    { past }: JudgedView,
    { inFull }: { readonly inFull: boolean },
  ): Generator<EpochNumber> {
    const seen = new Set([epoch]);
    // A set grows while it is walked; the epochs over one may form a circle where somebody cheats.
    for (const known of seen) {
      yield known;
      for (const { rotate, isFull } of this.#facts.get(known).wrappers)
        if ((isFull || !inFull) && this.#facts.sets.has(past, rotate.control)) seen.add(rotate.epoch);
    }
  }

  #holdersOf(epoch: EpochNumber, view: JudgedView): DoubtfulHolders {
    const known = view.remembered.holders.get(epoch);
    if (known !== undefined) return known;
    const holders = this.#findHolders(epoch, view);
    view.remembered.holders.set(epoch, holders);
    return holders;
  }

  #findHolders(epoch: EpochNumber, { past, membership }: JudgedView): DoubtfulHolders {
    const holders: DoubtfulHolders = { readers: nobody, fullReaders: nobody, strangers: nobody };
    const take = (member: MemberNumber, strength: Strength): void => {
      if (membership.isSureAt(member)) return;
      if (strength > controlStrength) holders.readers = either(holders.readers, member);
      if (strength === fullStrength) holders.fullReaders = either(holders.fullReaders, member);
      if (!membership.isMemberAt(member)) holders.strangers = either(holders.strangers, member);
    };
    for (const { control, author, recipients, strengths } of this.#facts.get(epoch).rotates) {
      if (!this.#facts.sets.has(past, control)) continue;
      if (author !== undefined) take(author, fullStrength);
      for (const [i, member] of recipients.entries()) take(member, strengths[i] ?? 0);
    }
    for (const { member, strength } of this.#facts.grantsIn(epoch, past)) take(member, strength);
    return holders;
  }

  #at(membership: EpochMembership, past: ControlSet): Remembered {
    let byPast = this.#remembered.get(membership);
    if (byPast === undefined) {
      byPast = new Map();
      this.#remembered.set(membership, byPast);
    }
    let remembered = byPast.get(past);
    if (remembered === undefined) {
      remembered = { safeFor: new Map(), holders: new Map() };
      byPast.set(past, remembered);
    }
    return remembered;
  }
}

interface JudgedView extends Omit<AuthorView, "author"> {
  readonly remembered: Remembered;
}

function either(a: Unsure, b: Unsure): Unsure {
  if (a === nobody || a === b) return b;
  return b === nobody ? a : several;
}
