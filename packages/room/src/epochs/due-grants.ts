/** Who is due what of the epochs that are there (docs/protocol/rooms.md §7), and is to be granted it. */
import type { Bytes } from "@coterie/bytes";
import { roomLimits } from "../limits.ts";
import type { ControlSet } from "../membership/control-sets.ts";
import type { MemberHistory } from "../membership/operation.ts";
import {
  type EpochFact,
  type EpochFacts,
  type EpochNumber,
  type GrantFact,
  type MemberNumber,
  type RotateFact,
  type Strength,
  strengthOf,
  type WrapFact,
} from "./epoch-facts.ts";
import { type EpochLevel, epochLevels } from "./level-secret.ts";
import type { SealingRecipient } from "./seal-entries.ts";
import { controlStrength, epochsIn, fullStrength, strengthThrough, trueWraps } from "./walk-epochs.ts";

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

/** Somebody to whom a block may give something. */
export interface DuePerson extends SealedMember {
  /** Whether there is doubt about it: then it follows, and reads no content (§5.3). */
  readonly isInDoubt: boolean;
}

/** What the author holds: a keyring. */
export interface HeldLevels {
  /** Changes with what `findLevel` gives. */
  readonly revision: number;
  readonly findLevel: (epochId: Bytes) => EpochLevel | undefined;
}

/** A level of an epoch that is to be granted. */
export interface DueGrant extends SealingRecipient {
  /** 16 bytes. */
  readonly epochId: Bytes;
}

/** Those to whom a block may give something, each once. */
export type People = readonly DuePerson[];
/** What the block's own rotate wraps, where it has one. */
type NewWraps = readonly WrapFact[] | undefined;

/** What operations and sealings of a block take together at most, less than an envelope without content. */
const sealedBytes = 1_000_000;
/** An entry, and the name in the operation. */
const recipientBytes = 48 + 33;
/** Eight entries with their head, and the operation. */
const grantBytes = 8 * 48 + 50 + 51;

const levelByHistory: Readonly<Record<MemberHistory, EpochLevel>> = {
  all: "full",
  snapshot: "snapshot",
  "since-join": "read",
};

/** The level at which a member gets new epochs. */
export function levelOfHistory(history: MemberHistory): EpochLevel {
  return levelByHistory[history];
}

/** The level at which somebody gets a new epoch. */
export function levelOfPerson({ isInDoubt, history }: DuePerson): EpochLevel {
  return isInDoubt ? "control" : levelOfHistory(history);
}

/** Who can tell whether grants hold what they say. */
export interface GrantTruth {
  /** Begins to look at grants for a new block. */
  readonly begin: () => void;
  /** Whether somebody may be believed to have what was granted. */
  readonly isTrue: (grant: GrantFact) => boolean;
  /** Whether so many were looked at since it began that others are believed for now. */
  readonly hasMore: boolean;
}

/** What findDueGrants is asked. */
export interface GrantQuestion {
  /** The control blocks in the past of the new block. */
  readonly past: ControlSet;
  readonly held: HeldLevels;
  readonly people: People;
  readonly wraps: NewWraps;
  readonly truth: GrantTruth;
}

/**
 * Who is due more of an epoch than it reaches, and the author can give it: the newest epochs first, as many as one block holds. What is
 * granted reaches further through wraps, so that nobody is granted a chain of epochs one by one.
 */
export function findDueGrants(
  facts: EpochFacts,
  { past, held, people, wraps, truth }: GrantQuestion,
): readonly DueGrant[] {
  truth.begin();
  const reach = new Reach(people);
  if (wraps !== undefined)
    reach.pass(
      people.map((person) => strengthOf(levelOfPerson(person))),
      wraps,
    );
  const limit = wraps === undefined ? roomLimits.sealingsPerBlock : grantsBeside(people.length);
  const grants: DueGrant[] = [];
  for (const { fact, rotates } of epochsIn(facts, past)) {
    const strengths = reach.take(fact.epoch);
    addGiven(facts, { reach, strengths, fact, rotates, past, truth });
    const level = held.findLevel(fact.epochId);
    const canGive = level === undefined ? 0 : strengthOf(level);
    for (const [i, person] of people.entries()) {
      // Less than what is due where the author has no more: else who is due more than anybody has could not even follow the log.
      const given = Math.min(canGive, dueStrength(facts, { person, rotates }));
      if ((strengths[i] ?? 0) >= given || grants.length >= limit) continue;
      const { identity, sealingKey } = person;
      grants.push({ epochId: fact.epochId, identity, sealingKey, level: levelOfStrength(given) });
      strengths[i] = given;
    }
    reach.pass(strengths, trueWraps(fact, rotates));
  }
  return grants;
}

/** How many grants a block has room for beside a rotate of so many: both go by a limit of numbers, and by the length of a block. */
function grantsBeside(recipients: number): number {
  const left = Math.floor((sealedBytes - recipients * recipientBytes) / grantBytes);
  return Math.max(0, Math.min(left, roomLimits.sealingsPerBlock - 1));
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
    truth,
  }: {
    readonly reach: Reach;
    readonly strengths: Uint8Array;
    readonly fact: EpochFact;
    readonly rotates: readonly RotateFact[];
    readonly past: ControlSet;
    readonly truth: GrantTruth;
  },
): void {
  for (const { recipients, strengths: given } of rotates)
    for (const [i, member] of recipients.entries())
      if (fact.fault?.missing.has(member) !== true) reach.raise(strengths, { member, strength: given[i] ?? 0 });
  for (const grant of facts.grantsIn(fact.epoch, past))
    if (reach.isRaisedBy(strengths, grant) && truth.isTrue(grant)) reach.raise(strengths, grant);
}

/**
 * What somebody is due of an epoch: everything, or its level from its admission on, and before that, or in doubt, what following the log takes.
 */
function dueStrength(
  { sets }: EpochFacts,
  { person, rotates }: { readonly person: DuePerson; readonly rotates: readonly RotateFact[] },
): Strength {
  const { history, admission, isInDoubt } = person;
  if (isInDoubt) return controlStrength;
  if (history === "all") return fullStrength;
  const knewOf = ({ pastAndSelf }: RotateFact): boolean =>
    admission !== undefined && sets.has(pastAndSelf, admission.control);
  return rotates.some(knewOf) ? strengthOf(levelOfHistory(history)) : controlStrength;
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

  /** Whether a grant gives somebody more than is known so far. */
  isRaisedBy(strengths: Uint8Array, { member, strength }: GrantFact): boolean {
    const place = this.#placeByMember.get(member);
    return place !== undefined && (strengths[place] ?? 0) < strength;
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

function levelOfStrength(strength: Strength): EpochLevel {
  return epochLevels[epochLevels.length - strength] ?? "control";
}
