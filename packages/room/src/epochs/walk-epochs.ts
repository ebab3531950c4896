/** Epochs from the newest to the oldest, with what each gives of the ones that it wraps. */
import type { ControlSet } from "../membership/control-sets.ts";
import type { EpochFact, EpochFacts, EpochNumber, RotateFact, Strength, WrapFact } from "./epoch-facts.ts";

/** The strength of who may only follow the log. */
export const controlStrength: Strength = 1;
/** The strength of who holds S. */
export const fullStrength: Strength = 4;

/** Epochs whose rotate is in a set, the newest first, each with its rotates there. */
export function* epochsIn(
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

/** The wraps of an epoch that were not found to be false. */
export function trueWraps({ fault }: EpochFact, rotates: readonly RotateFact[]): readonly WrapFact[] {
  return rotates.flatMap(({ wraps }) => wraps.filter(({ epoch }) => fault?.falseWraps.has(epoch) !== true));
}

/** What a wrap gives to who reaches the epoch around it. */
export function strengthThrough({ isFull }: WrapFact, strength: Strength): Strength {
  if (strength === fullStrength && isFull) return fullStrength;
  return strength === 0 ? 0 : controlStrength;
}
