/** Which restrictions hold: rules 1 and 2 of docs/protocol/rooms.md §5.2. */
import { type Act, comparePlaces, isRestriction, type Place } from "./acts.ts";
import { type Block, compareBlocks } from "./blocks.ts";
import { type Facts, standingOf } from "./standing.ts";

export interface Judgement {
  readonly held: ReadonlySet<Act>;
  /** Not decided void. */
  readonly open: ReadonlySet<Act>;
  /** Whether what is decided makes a block void, for good. */
  readonly isLost: (block: Block) => boolean;
}

export function judge(facts: Facts): Judgement {
  const { acts, decisions, rules } = facts;
  const decided = [...decisions.restrictions].filter(([, holds]) => holds).map(([act]) => act);
  const settled = standingOf(facts, new Set(decided));
  const held = new Set(decided);
  // Forks as well: whoever else has both blocks says so too, and a removed one could go on saying it.
  const isDecidedVoid = (act: Act): boolean => {
    if (rules.aboveDecidedCap === "undecided") return false;
    return rules.aboveDecidedCap === "decided void" ? !settled.isEffective(act) : !stands(act, settled.isEffective);
  };
  const undecided = acts.filter((act) => isRestriction(act) && !decisions.restrictions.has(act) && !isDecidedVoid(act));
  const open = new Set([...held, ...undecided]);
  const rest = undecided.filter((act) => !(isUpwards(act) && isOnCycle(act, undecided)));
  for (const act of rest.sort(compareActs)) if (stands(act, standingOf(facts, held).isEffective)) held.add(act);
  return { held, open, isLost: settled.isCutOff };
}

/** Forks have no author. */
function stands(act: Act, isEffective: (act: Act) => boolean): boolean {
  return act.operation.kind === "fork" || isEffective(act);
}

/** Forks first, since nothing that holds makes them void; then by the author's seniority. */
function compareActs(a: Act, b: Act): number {
  const byKind = Number(b.operation.kind === "fork") - Number(a.operation.kind === "fork");
  const bySeniority = comparePlaces(a.authorship.seniority, b.authorship.seniority);
  return byKind || bySeniority || compareBlocks(a.block, b.block) || a.index - b.index;
}

function isUpwards({ authorship, target }: Act): boolean {
  return target !== undefined && comparePlaces(target, authorship.seniority) < 0;
}

/** Whether the author can be reached from the target over what the undecided are about. */
function isOnCycle({ authorship, target }: Act, edges: readonly Act[]): boolean {
  const reached: Place[] = target === undefined ? [] : [target];
  for (const from of reached) {
    if (comparePlaces(from, authorship.seniority) === 0) return true;
    for (const { authorship: author, target: next } of edges) {
      if (next === undefined || comparePlaces(author.seniority, from) !== 0) continue;
      if (!reached.some((known) => comparePlaces(known, next) === 0)) reached.push(next);
    }
  }
  return false;
}
