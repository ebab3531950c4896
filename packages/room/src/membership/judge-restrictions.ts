/** Which restrictions of a set hold: rules 1 and 2 of docs/protocol/rooms.md §5.2, and the other extreme, in which all do (§5.3). */
import type { ControlFacts } from "./control-facts.ts";
import { comparePlaces, type Place, type Restriction } from "./control-record.ts";
import type { ControlSet } from "./control-sets.ts";
import type { Decisions, Moment } from "./decisions.ts";
import { findStrongParts } from "./find-cycles.ts";
import { Judgement } from "./judgement.ts";

/** How the restrictions of a set come out. */
export interface Outcome {
  /** Under those that were decided to hold. */
  readonly settled: Judgement;
  /** Under those that hold. */
  readonly actual: Judgement;
  /** Under all that are not decided void; the same object where all of them hold. */
  readonly strict: Judgement;
  /** Control blocks with a restriction that is not decided void. */
  readonly openSet: ControlSet;
  /** Those that no commit has decided, and that may still change. */
  readonly undecided: readonly Restriction[];
}

/** What is judged: the restrictions of `restrictionSet` (control blocks), as of a moment. */
export interface JudgedSet {
  readonly restrictionSet: ControlSet;
  readonly decisions: Decisions;
  readonly moment: Moment;
}

/** The outcome for a set of restrictions. */
export function judgeRestrictions(facts: ControlFacts, judged: JudgedSet): Outcome {
  const { decisions, moment } = judged;
  const all = facts.sets.ids(judged.restrictionSet).flatMap((id) => facts.restrictionsByControl.get(id) ?? []);
  const decided = all.filter(({ id }) => decisions.decisionAt(moment, id) === true);
  const settled = judgementOf(facts, { judged, held: decided });
  // What stands above a decided cap changes nothing any more, else who was removed could go on casting doubt for ever.
  const undecided = all.filter(
    (restriction) => decisions.decisionAt(moment, restriction.id) === undefined && settled.stands(restriction),
  );
  const actual = undecided.length === 0 ? settled : judgementOf(facts, { judged, held: decided });
  holdUndecided(actual, undecided);
  const open = [...decided, ...undecided];
  const strict = actual.heldCount === open.length ? actual : judgementOf(facts, { judged, held: open });
  return { settled, actual, strict, openSet: facts.sets.of(open.map(({ control }) => control)), undecided };
}

/**
 * The outcome with a few more undecided restrictions, found from what is there: where each cuts nothing off that is known, stands, and cannot be
 * part of a circle. So it is in almost every room. Undefined where it must be judged anew.
 */
export function judgeMore(
  facts: ControlFacts,
  { outcome, more }: { readonly outcome: Outcome; readonly more: readonly Restriction[] },
): Outcome | undefined {
  let next: Outcome = outcome;
  for (const restriction of more) {
    const { settled, actual, strict, undecided, openSet } = next;
    const mayCircle = restriction.targetSeniority !== undefined && undecided.length > 0;
    if (mayCircle || !settled.stands(restriction) || !actual.stands(restriction)) return undefined;
    const actually = actual.with(restriction);
    const strictly = actual === strict ? actually : strict.with(restriction);
    if (actually === undefined || strictly === undefined) return undefined;
    next = {
      settled,
      actual: actually,
      strict: strictly,
      openSet: facts.sets.with(openSet, restriction.control),
      undecided: [...undecided, restriction],
    };
  }
  return next;
}

function judgementOf(
  facts: ControlFacts,
  { judged, held }: { readonly judged: JudgedSet; readonly held: readonly Restriction[] },
): Judgement {
  const judgement = new Judgement(facts, judged);
  for (const restriction of held) judgement.hold(restriction);
  return judgement;
}

/** Rule 2. Forks come first: they have no author whom anything could stop. */
function holdUndecided(judgement: Judgement, undecided: readonly Restriction[]): void {
  for (const restriction of undecided) if (restriction.kind === "fork") judgement.hold(restriction);
  const against = againstSeniors(undecided);
  const others = undecided.filter((restriction) => restriction.kind !== "fork" && !against.has(restriction));
  others.sort((a, b) => comparePlaces(a.seniority, b.seniority) || comparePlaces(a, b));
  for (const restriction of others) if (judgement.stands(restriction)) judgement.hold(restriction);
}

/** Rule 1: what is about somebody more senior than its author and lies on a cycle. */
function againstSeniors(undecided: readonly Restriction[]): ReadonlySet<Restriction> {
  const nodeByPlace = new Map<string, number>();
  const edges: number[][] = [];
  const nodeOf = ({ control, index }: Place): number => {
    const name = `${control}/${index}`;
    const node = nodeByPlace.get(name) ?? edges.push([]) - 1;
    nodeByPlace.set(name, node);
    return node;
  };
  const upward: { readonly restriction: Restriction; readonly from: number; readonly to: number }[] = [];
  for (const restriction of undecided) {
    const { seniority, targetSeniority } = restriction;
    if (targetSeniority === undefined) continue;
    const [from, to] = [nodeOf(seniority), nodeOf(targetSeniority)];
    edges[from]?.push(to);
    if (comparePlaces(targetSeniority, seniority) < 0) upward.push({ restriction, from, to });
  }
  if (upward.length === 0) return new Set();
  const parts = findStrongParts(edges);
  return new Set(upward.filter(({ from, to }) => parts[from] === parts[to]).map(({ restriction }) => restriction));
}
