/** The write rule (docs/protocol/rooms.md §7): in which epoch an author writes, whom a new one is sealed to, and who is granted what. */
import type { Bytes } from "@coterie/bytes";
import { roomLimits } from "../limits.ts";
import type { ControlSet } from "../membership/control-sets.ts";
import type { MemberHistory } from "../membership/operation.ts";
import {
  type EpochFact,
  type EpochFacts,
  type EpochNumber,
  type MemberNumber,
  type RotateFact,
  type Strength,
  strengthOf,
  type WrapFact,
} from "./epoch-facts.ts";
import { type EpochLevel, epochLevels, reachesLevel } from "./level-secret.ts";
import type { AuthorView, EpochMembership, SafeEpochs } from "./safe-epochs.ts";
import type { SealingRecipient } from "./seal-entries.ts";

/** A member to whom epochs are sealed. */
export interface SealedMember {
  readonly index: MemberNumber;
  /** Ed25519 identity key, 32 bytes. */
  readonly identity: Bytes;
  /** X25519 public key, 32 bytes. */
  readonly sealingKey: Bytes;
  readonly history: MemberHistory;
  /** The number of the control block of the admission; undefined for whom the new block itself adds. */
  readonly admission: { readonly control: number } | undefined;
}

/** M(P, c) for whoever writes. */
export interface WriterMembership extends EpochMembership {
  /** Members who are not in doubt (§5.3). */
  readonly sureMembers: readonly SealedMember[];
  /** The member with that number, in doubt or not. */
  readonly memberAt: (index: MemberNumber) => SealedMember | undefined;
}

/** What the author holds: a keyring. */
export interface HeldLevels {
  /** Changes with what `findLevel` gives. */
  readonly revision: number;
  readonly findLevel: (epochId: Bytes) => EpochLevel | undefined;
}

/** An author about to write. */
export interface WriterView extends AuthorView {
  readonly membership: WriterMembership;
  readonly held: HeldLevels;
  /** Whom the new block adds, with the right to. */
  readonly adds: readonly SealedMember[];
}

/** A level of an epoch that is to be granted. */
export interface DueGrant extends SealingRecipient {
  /** 16 bytes. */
  readonly epochId: Bytes;
}

/** What a new block does about epochs: it is written in one that is there, or begins one. Grants go with it in both cases. */
export type WritePlan =
  | { readonly kind: "write"; readonly epochId: Bytes; readonly grants: readonly DueGrant[] }
  | {
      readonly kind: "rotate";
      readonly recipients: readonly SealingRecipient[];
      /** Epochs to wrap, the newest first. */
      readonly wrapped: readonly Bytes[];
      readonly grants: readonly DueGrant[];
    };

/** What planning needs. */
export interface WriteRuleDeps {
  readonly facts: EpochFacts;
  readonly safe: SafeEpochs;
}

/** Those to whom a block may give something, each once. */
type People = readonly SealedMember[];
/** What the block's own rotate wraps, where it has one. */
type NewWraps = readonly WrapFact[] | undefined;

const control = 1;
const full = 4;
const levelByHistory: Readonly<Record<MemberHistory, EpochLevel>> = {
  all: "full",
  snapshot: "snapshot",
  "since-join": "read",
};

/** The level at which a member gets new epochs. */
export function levelOfHistory(history: MemberHistory): EpochLevel {
  return levelByHistory[history];
}

/** The write rule for one author. It remembers that nobody is due anything, which is so for almost every block. */
export class WriteRule {
  readonly #deps: WriteRuleDeps;
  #settled: { readonly view: WriterView; readonly facts: number; readonly held: number } | undefined;

  constructor(deps: WriteRuleDeps) {
    this.#deps = deps;
  }

  /**
   * What the next block does. It rotates where no epoch is safe, where it adds somebody without the whole history, or where `rotates` asks
   * for it.
   */
  plan({ rotates, ...view }: WriterView & { readonly rotates: boolean }): WritePlan {
    const mustRotate = rotates || view.adds.some(({ history }) => history !== "all");
    const epochId = mustRotate ? undefined : chooseEpoch(this.#deps, view);
    if (epochId !== undefined && this.#isSettled(view)) return { kind: "write", epochId, grants: [] };
    const people = distinct([...view.membership.sureMembers, ...view.adds]);
    if (epochId === undefined) return this.#planRotate(view, people);
    const grants = findDueGrants(this.#deps, { view, people, wraps: undefined });
    if (grants.length === 0 && view.adds.length === 0)
      this.#settled = { view, facts: this.#deps.facts.revision, held: view.held.revision };
    return { kind: "write", epochId, grants };
  }

  #planRotate(view: WriterView, people: People): WritePlan {
    const { facts } = this.#deps;
    const author = view.membership.memberAt(view.author);
    // An author in doubt knows the epoch anyway: so may its other devices.
    const recipients = distinct([...people, ...(author === undefined ? [] : [author])]).map(
      ({ identity, sealingKey, history }) => ({ identity, sealingKey, level: levelOfHistory(history) }),
    );
    const wraps = chooseWraps(this.#deps, view);
    const wrapped = wraps.map(({ epoch }) => facts.get(epoch).epochId);
    const grants = findDueGrants(this.#deps, { view, people, wraps });
    return { kind: "rotate", recipients, wrapped, grants };
  }

  #isSettled({ past, membership, held, adds }: WriterView): boolean {
    const settled = this.#settled;
    return (
      settled !== undefined &&
      adds.length === 0 &&
      settled.view.past === past &&
      settled.view.membership === membership &&
      settled.facts === this.#deps.facts.revision &&
      settled.held === held.revision
    );
  }
}

/** The id of the epoch to write in: of the safe and complete ones whose content the author can make, the latest; undefined for none. */
export function chooseEpoch(
  { facts, safe }: WriteRuleDeps,
  { held, ...view }: AuthorView & { readonly held: HeldLevels },
): Bytes | undefined {
  for (const { epoch, control: id } of facts.newestFirst()) {
    if (!facts.sets.has(view.past, id)) continue;
    const { epochId, fault } = facts.get(epoch);
    const level = fault === undefined ? held.findLevel(epochId) : undefined;
    if (level !== undefined && reachesLevel(level, "read") && safe.isSafe(epoch, view)) return epochId;
  }
  return undefined;
}

/** Epochs that a new one wraps: those held, but what another wrapped one reaches as well as the author could; the newest first. */
export function chooseWraps(
  { facts }: Pick<WriteRuleDeps, "facts">,
  { past, held }: { readonly past: ControlSet; readonly held: HeldLevels },
): readonly WrapFact[] {
  const reached = new Map<EpochNumber, Strength>();
  const wraps: WrapFact[] = [];
  for (const { fact, rotates } of epochsIn(facts, past)) {
    const { epoch, epochId } = fact;
    const level = held.findLevel(epochId);
    const isFull = level === "full";
    let strength = reached.get(epoch) ?? 0;
    if (level !== undefined && strength < (isFull ? full : control) && wraps.length < roomLimits.wrapsPerRotate) {
      wraps.push({ epoch, isFull });
      strength = isFull ? full : control;
    }
    for (const wrap of trueWraps(fact, rotates))
      reached.set(wrap.epoch, Math.max(reached.get(wrap.epoch) ?? 0, strengthThrough(wrap, strength)));
  }
  return wraps;
}

/**
 * Who is due more of an epoch than it reaches, and the author can give it: the newest epochs first, as many as one block holds. What is
 * granted reaches further through wraps, so that nobody is granted a chain of epochs one by one.
 */
function findDueGrants(
  { facts }: WriteRuleDeps,
  { view, people, wraps }: { readonly view: WriterView; readonly people: People; readonly wraps: NewWraps },
): readonly DueGrant[] {
  const reach = new Reach(people);
  if (wraps !== undefined)
    reach.pass(
      people.map(({ history }) => strengthOf(levelOfHistory(history))),
      wraps,
    );
  const limit = roomLimits.sealingsPerBlock - (wraps === undefined ? 0 : 1);
  const grants: DueGrant[] = [];
  for (const { fact, rotates } of epochsIn(facts, view.past)) {
    const strengths = reach.take(fact.epoch);
    addGiven(facts, { reach, strengths, fact, rotates, past: view.past });
    const held = view.held.findLevel(fact.epochId);
    const canGive = held === undefined ? 0 : strengthOf(held);
    // Where all who held more were removed, what is left is handed on: else it would be lost with whoever has it.
    const best = strengths.reduce((a, b) => Math.max(a, b), canGive);
    for (const [i, person] of people.entries()) {
      const due = Math.min(best, dueStrength(facts, { person, rotates }));
      if ((strengths[i] ?? 0) >= due || canGive < due || grants.length >= limit) continue;
      const { identity, sealingKey } = person;
      grants.push({ epochId: fact.epochId, identity, sealingKey, level: levelOfStrength(due) });
      strengths[i] = due;
    }
    reach.pass(strengths, trueWraps(fact, rotates));
  }
  return grants;
}

/** Raises what rotates and grants gave directly, as far as it was not found to be missing or false. */
function addGiven(
  facts: EpochFacts,
  {
    reach,
    strengths,
    fact,
    rotates,
    past,
  }: {
    readonly reach: Reach;
    readonly strengths: Uint8Array;
    readonly fact: EpochFact;
    readonly rotates: readonly RotateFact[];
    readonly past: ControlSet;
  },
): void {
  for (const { recipients, strengths: given } of rotates)
    for (const [i, member] of recipients.entries())
      if (fact.fault?.missing.has(member) !== true) reach.raise(strengths, { member, strength: given[i] ?? 0 });
  for (const grant of facts.grantsIn(fact.epoch, past)) if (!grant.isFalse) reach.raise(strengths, grant);
}

/** What somebody is due of an epoch: everything, or its level from its admission on, and before that what following the log takes. */
function dueStrength(
  { sets }: EpochFacts,
  { person, rotates }: { readonly person: SealedMember; readonly rotates: readonly RotateFact[] },
): Strength {
  const { history, admission } = person;
  if (history === "all") return full;
  const knewOf = ({ pastAndSelf }: RotateFact): boolean =>
    admission !== undefined && sets.has(pastAndSelf, admission.control);
  return rotates.some(knewOf) ? strengthOf(levelOfHistory(history)) : control;
}

/** Who reaches epochs at which strength, while they are walked from the newest to the oldest. */
class Reach {
  readonly #placeByMember = new Map<MemberNumber, number>();
  readonly #strengths = new Map<EpochNumber, Uint8Array>();

  constructor(people: People) {
    for (const [place, { index }] of people.entries()) this.#placeByMember.set(index, place);
  }

  none(): Uint8Array {
    return new Uint8Array(this.#placeByMember.size);
  }

  /** What later epochs gave of this one; it is not needed again. */
  take(epoch: EpochNumber): Uint8Array {
    const strengths = this.#strengths.get(epoch) ?? this.none();
    this.#strengths.delete(epoch);
    return strengths;
  }

  raise(
    strengths: Uint8Array,
    { member, strength }: { readonly member: MemberNumber; readonly strength: Strength },
  ): void {
    const place = this.#placeByMember.get(member);
    if (place !== undefined) strengths[place] = Math.max(strengths[place] ?? 0, strength);
  }

  pass(strengths: ArrayLike<Strength>, wraps: readonly WrapFact[]): void {
    for (const wrap of wraps) {
      const below = this.#strengths.get(wrap.epoch) ?? this.none();
      for (let i = 0; i < below.length; i++)
        below[i] = Math.max(below[i] ?? 0, strengthThrough(wrap, strengths[i] ?? 0));
      this.#strengths.set(wrap.epoch, below);
    }
  }
}

/** Epochs whose rotate is in a set, the newest first, each with its rotates there. */
function* epochsIn(
  facts: EpochFacts,
  past: ControlSet,
): Generator<{ readonly fact: EpochFact; readonly rotates: readonly RotateFact[] }> {
  const seen = new Set<EpochNumber>();
  for (const { epoch, control: id } of facts.newestFirst()) {
    if (!facts.sets.has(past, id) || seen.has(epoch)) continue;
    seen.add(epoch);
    const fact = facts.get(epoch);
    yield { fact, rotates: fact.rotates.filter((rotate) => facts.sets.has(past, rotate.control)) };
  }
}

function trueWraps({ fault }: EpochFact, rotates: readonly RotateFact[]): readonly WrapFact[] {
  return rotates.flatMap(({ wraps }) => wraps.filter(({ epoch }) => fault?.falseWraps.has(epoch) !== true));
}

/** What a wrap gives to who reaches the epoch around it. */
function strengthThrough({ isFull }: WrapFact, strength: Strength): Strength {
  if (strength === full && isFull) return full;
  return strength === 0 ? 0 : control;
}

/** Each member once: a block may add somebody twice. */
function distinct(people: People): People {
  return [...new Map(people.toReversed().map((person) => [person.index, person])).values()].toReversed();
}

function levelOfStrength(strength: Strength): EpochLevel {
  return epochLevels[epochLevels.length - strength] ?? "control";
}
