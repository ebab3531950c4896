/**
 * Outcomes of restrictions, found once. Most blocks change nothing about them: an outcome is shared by all sets with the same restrictions,
 * and by later moments for as long as commits only confirm it.
 */
import type { ControlFacts } from "./control-facts.ts";
import type { ControlSet } from "./control-sets.ts";
import type { Decisions, Moment } from "./decisions.ts";
import { judgeMore, judgeRestrictions, type Outcome } from "./judge-restrictions.ts";

const maxRememberedSets = 16_384;
const maxRememberedOutcomes = 32;
/** How many of the last outcomes may be what a new one grows from, and by how much. */
const lookedAt = 4;
const extendedBy = 8;
/** In all of them together; the last one stays, however many it has. */
const maxRememberedRestrictions = 65_536;

interface DatedOutcome {
  readonly moment: Moment;
  readonly outcome: Outcome;
}

/** The outcomes of one room. */
export class OutcomeCache {
  readonly #facts: ControlFacts;
  readonly #decisions: Decisions;
  readonly #restrictionsBySet = new Map<ControlSet, ControlSet>();
  /** By set of restrictions: the last one that was asked for. The oldest is forgotten first. */
  readonly #outcomeByRestrictions = new Map<ControlSet, DatedOutcome>();

  constructor(facts: ControlFacts, decisions: Decisions) {
    this.#facts = facts;
    this.#decisions = decisions;
  }

  /** The outcome for the restrictions of `set` at `moment`. */
  outcomeOf(set: ControlSet, moment: Moment): Outcome {
    const restrictionSet = this.#restrictionsOf(set);
    const known = this.#outcomeByRestrictions.get(restrictionSet);
    if (known !== undefined && known.moment === moment) return known.outcome;
    const carried = known !== undefined && known.moment < moment ? this.#carry(known, moment) : undefined;
    const outcome =
      carried ??
      this.#extend(restrictionSet, moment) ??
      judgeRestrictions(this.#facts, { restrictionSet, decisions: this.#decisions, moment });
    this.#outcomeByRestrictions.delete(restrictionSet);
    this.#outcomeByRestrictions.set(restrictionSet, { moment, outcome });
    this.#forgetOldest();
    return outcome;
  }

  #forgetOldest(): void {
    const remembered = this.#outcomeByRestrictions;
    const largest = Math.max(...[...remembered.values()].map(({ outcome }) => outcome.strict.heldCount));
    const limit = Math.min(
      maxRememberedOutcomes,
      Math.max(1, Math.floor(maxRememberedRestrictions / Math.max(1, largest))),
    );
    for (const oldest of remembered.keys()) {
      if (remembered.size <= limit) return;
      remembered.delete(oldest);
    }
  }

  /** From the outcome of almost the same restrictions at the same moment, where one of the last few is. */
  #extend(restrictionSet: ControlSet, moment: Moment): Outcome | undefined {
    const { sets, restrictionsByControl } = this.#facts;
    const last = [...this.#outcomeByRestrictions].slice(-lookedAt).toReversed();
    for (const [smaller, { moment: at, outcome }] of last) {
      if (at !== moment || !sets.isSubset(smaller, restrictionSet)) continue;
      const controls = sets.difference(restrictionSet, smaller);
      const more = controls.flatMap((control) => restrictionsByControl.get(control) ?? []);
      const isDecided = more.some(({ id }) => this.#decisions.decisionAt(moment, id) !== undefined);
      if (isDecided || more.length > extendedBy) continue;
      return judgeMore(this.#facts, { outcome, more });
    }
    return undefined;
  }

  // All control blocks of a set are added before the set is used, so its restrictions never change.
  #restrictionsOf(set: ControlSet): ControlSet {
    const known = this.#restrictionsBySet.get(set);
    if (known !== undefined) return known;
    const restrictions = this.#facts.sets.intersection(set, this.#facts.restrictionSet);
    if (this.#restrictionsBySet.size >= maxRememberedSets) this.#restrictionsBySet.clear();
    this.#restrictionsBySet.set(set, restrictions);
    return restrictions;
  }

  /** The same outcome at a later moment, where the commits between only confirmed it; else undefined. */
  #carry({ moment: earlier, outcome }: DatedOutcome, moment: Moment): Outcome | undefined {
    const { settled, actual, strict, undecided } = outcome;
    for (const control of this.#decisions.settledBetween(earlier, moment)) {
      const standing = this.#decisions.standingAt(moment, control);
      if ([settled, actual, strict].some((judgement) => judgement.standingOf(control) !== standing)) return undefined;
    }
    const decided = undecided.filter(({ id }) => this.#decisions.decisionAt(moment, id) !== undefined);
    if (decided.length === 0) return outcome;
    // What is decided comes before what is not, which may then come out differently.
    if (decided.length < undecided.length) return undefined;
    const isConfirmed = actual === strict && decided.every(({ id }) => this.#decisions.decisionAt(moment, id) === true);
    return isConfirmed ? { ...outcome, settled: actual, undecided: [] } : undefined;
  }
}
