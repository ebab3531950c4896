/** The write rule (docs/protocol/rooms.md §7): in which epoch an author writes, whom a new one is sealed to, and who is granted what. */
import type { Bytes } from "@coterie/bytes";
import { roomLimits } from "../limits.ts";
import type { ControlSet } from "../membership/control-sets.ts";
import {
  type DueGrant,
  type DuePerson,
  findDueGrants,
  type GrantTruth,
  type HeldLevels,
  levelOfPerson,
  type People,
  type SealedMember,
} from "./due-grants.ts";
import type { EpochFacts, EpochNumber, MemberNumber, Strength, WrapFact } from "./epoch-facts.ts";
import { reachesLevel } from "./level-secret.ts";
import type { AuthorView, EpochMembership, SafeEpochs } from "./safe-epochs.ts";
import type { SealingRecipient } from "./seal-entries.ts";
import { controlStrength, epochsIn, fullStrength, strengthThrough, trueWraps } from "./walk-epochs.ts";

/** M(P, c) for whoever writes. */
export interface WriterMembership extends EpochMembership {
  /** All of them, in doubt or not (§5.3). */
  readonly members: readonly SealedMember[];
}

/** An author about to write. */
export interface WriterView extends AuthorView {
  readonly membership: WriterMembership;
  readonly held: HeldLevels;
  /** Whom the new block adds, with the right to. */
  readonly adds: readonly SealedMember[];
  /** Whom it removes: they are granted nothing more. */
  readonly removes: readonly MemberNumber[];
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
  readonly truth: GrantTruth;
}

/** The write rule for one author. It remembers that nobody is due anything, which is so for almost every block. */
export class WriteRule {
  readonly #deps: WriteRuleDeps;
  #settled: { readonly view: WriterView; readonly facts: number; readonly held: number } | undefined;

  constructor(deps: WriteRuleDeps) {
    this.#deps = deps;
  }

  /**
   * What the next block does. It rotates where no epoch is safe, or where `rotates` asks for it, as it must for who is added without the whole
   * history.
   */
  plan({ rotates, ...view }: WriterView & { readonly rotates: boolean }): WritePlan {
    const epochId = rotates ? undefined : chooseEpoch(this.#deps, view);
    if (epochId !== undefined && this.#isSettled(view)) return { kind: "write", epochId, grants: [] };
    const people = peopleOf(view);
    if (epochId === undefined) return this.#planRotate(view, people);
    const { facts, truth } = this.#deps;
    const grants = findDueGrants(facts, { ...view, people: grantees(people, view), wraps: undefined, truth });
    if (grants.length === 0 && view.adds.length === 0 && view.removes.length === 0 && !truth.hasMore)
      this.#settled = { view, facts: facts.revision, held: view.held.revision };
    return { kind: "write", epochId, grants };
  }

  #planRotate(view: WriterView, everybody: People): WritePlan {
    const { facts, truth } = this.#deps;
    const people = withinRoom(everybody, view.author);
    // An author in doubt knows the epoch anyway: so may its other devices.
    const recipients = people.map((person) => ({
      identity: person.identity,
      sealingKey: person.sealingKey,
      level: levelOfPerson(person.index === view.author ? { ...person, isInDoubt: false } : person),
    }));
    const wraps = chooseWraps(this.#deps, view);
    const wrapped = wraps.map(({ epoch }) => facts.get(epoch).epochId);
    const grants = findDueGrants(facts, { ...view, people: grantees(people, view), wraps, truth });
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
      settled.view.held === held &&
      settled.held === held.revision
    );
  }
}

/** The id of the epoch to write in: of the safe and complete ones whose content the author can make, the latest; undefined for none. */
export function chooseEpoch(
  { facts, safe }: Pick<WriteRuleDeps, "facts" | "safe">,
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
    if (
      level !== undefined &&
      strength < (isFull ? fullStrength : controlStrength) &&
      wraps.length < roomLimits.wrapsPerRotate
    ) {
      wraps.push({ epoch, isFull });
      strength = isFull ? fullStrength : controlStrength;
    }
    for (const wrap of trueWraps(fact, rotates))
      reached.set(wrap.epoch, Math.max(reached.get(wrap.epoch) ?? 0, strengthThrough(wrap, strength)));
  }
  return wraps;
}

/** Who may be given something: whom the block adds as its add says, though there was doubt about them. */
function peopleOf({ membership, adds }: WriterView): People {
  const members = membership.members.map((member) => ({ ...member, isInDoubt: !membership.isSureAt(member.index) }));
  const sure = members.filter(({ isInDoubt }) => !isInDoubt);
  const added = adds.map((add) => ({ ...add, isInDoubt: false }));
  return distinct([...sure, ...added, ...members.filter(({ isInDoubt }) => isInDoubt)]);
}

/**
 * As many as an epoch has entries for, the most senior ones and the author: who added more, in one go or while others did, has nobody shut out. The
 * blocks that follow grant the others the epoch.
 */
function withinRoom(people: People, author: MemberNumber): People {
  if (people.length <= roomLimits.sealedEntries) return people;
  const isAuthor = ({ index }: DuePerson): boolean => index === author;
  const others = people.filter((person) => !isAuthor(person)).slice(0, roomLimits.sealedEntries - 1);
  return [...people.filter(isAuthor), ...others];
}

/** All but those whom the block removes. The author too: what this device found by another way, its member's other devices may lack. */
function grantees(people: People, { removes }: WriterView): People {
  return removes.length === 0 ? people : people.filter(({ index }) => !removes.includes(index));
}

/** Each member once: a block may add somebody twice. */
function distinct(people: People): People {
  return [...new Map(people.toReversed().map((person) => [person.index, person])).values()].toReversed();
}
