/** What stands under given restrictions: rule 3 of docs/protocol/rooms.md §5.2. */
import { type Act, accepts, type Authorship, demotes, type Genesis, isAfterAll, type Place, removes } from "./acts.ts";
import type { Block } from "./blocks.ts";
import type { Rules } from "./rules.ts";

/** All of a block; all but what needed an admin; nothing. */
export type Stand = "good" | "powerless" | "void";

/** What some commits have settled. */
export interface Decisions {
  /** Whether a decided restriction holds. */
  readonly restrictions: ReadonlyMap<Act, boolean>;
  /** How final blocks were judged, for good. */
  readonly final: ReadonlyMap<Block, Stand>;
}

export interface Facts {
  readonly genesis: Genesis;
  readonly rules: Rules;
  readonly acts: readonly Act[];
  readonly decisions: Decisions;
  /** Whose a block is by M of it; nobody's where its writer may not write there. */
  readonly authorshipOf: (block: Block) => Authorship | undefined;
  readonly isVoidByItself: (block: Block) => boolean;
}

export interface Standing {
  readonly standOf: (block: Block) => Stand;
  /** Whether neither its block is void, nor the right that it needs. */
  readonly isEffective: (act: Act) => boolean;
  /** Whether it would be void even if its keys were right. */
  readonly isCutOff: (block: Block) => boolean;
}

export function standingOf(
  { rules, decisions, authorshipOf, isVoidByItself }: Facts,
  held: ReadonlySet<Act>,
): Standing {
  const known = new Map<Block, Stand>(decisions.final);
  const standOf = (block: Block): Stand => {
    const before = known.get(block);
    if (before !== undefined) return before;
    const stand = isVoidByItself(block) ? "void" : judgeBlock(block);
    known.set(block, stand);
    return stand;
  };

  const judgeBlock = (block: Block): Stand => {
    const authorship = authorshipOf(block);
    if (authorship === undefined) return "void";
    const { certificate, identity, admitters, powers } = authorship;
    if (certificate !== undefined && certificate !== block && standOf(certificate) === "void") return "void";
    const limits = [...held].filter((act) => !accepts(act, block, rules));
    if (limits.some(({ operation }) => "writer" in operation && operation.writer === block.writer)) return "void";
    const removals = limits.filter((act) => removes(act, identity));
    if (!admitters.some((add) => isGood(add) && isAfterAll(add, removals))) return "void";
    const demotions = limits.filter((act) => demotes(act, identity));
    const stays = powers.some((power) => isGood(power) && isAfterAll(power, [...removals, ...demotions]));
    return stays ? "good" : "powerless";
  };

  /** Adds and roles need an admin themselves. */
  const isGood = ({ block }: Place): boolean => block === undefined || standOf(block) === "good";
  const isEffective = ({ block, needsAdmin }: Act): boolean =>
    standOf(block) === "good" || (standOf(block) === "powerless" && !needsAdmin);
  const isCutOff = (block: Block): boolean => !decisions.final.has(block) && judgeBlock(block) === "void";
  return { standOf, isEffective, isCutOff };
}
