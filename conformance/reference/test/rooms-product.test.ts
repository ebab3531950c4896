import { describe, expect, it } from "vitest";
import type { Rules } from "../src/rooms/rules.ts";
import { ProductNames } from "./rooms-product-names.ts";
import { type Cast, runTwins } from "./rooms-product-runs.ts";
import { emptyTwinTally, type TwinTally } from "./rooms-product-twins.ts";

const names = new ProductNames();

function histories(cast: Cast, seeds: { from: number; count: number }, rules: Partial<Rules> = {}): TwinTally {
  const tally = emptyTwinTally();
  for (let seed = seeds.from; seed < seeds.from + seeds.count && tally.differences.length === 0; seed++)
    runTwins({ seed, cast, rules }, { names, tally });
  return tally;
}

/** Rivals of rules that the model is given, and a history that shows the difference. */
const rivals: readonly { readonly cast: Cast; readonly rules: Partial<Rules>; readonly seed: number }[] = [
  { cast: "honest", rules: { doubt: "own removals" }, seed: 4 },
  { cast: "honest", rules: { triggers: "removals" }, seed: 4 },
  { cast: "honest", rules: { lateJoiners: "ignored" }, seed: 1 },
  { cast: "honest", rules: { demotion: "last in order" }, seed: 32 },
  { cast: "honest", rules: { keys: "not void" }, seed: 105 },
  { cast: "honest", rules: { ownUpdates: "known" }, seed: 36 },
  { cast: "honest", rules: { inDoubt: "nothing" }, seed: 4 },
  { cast: "honest", rules: { grants: "what is due or nothing" }, seed: 8 },
  { cast: "gang", rules: { inDoubt: "control, for good" }, seed: 19 },
  { cast: "gang", rules: { wraps: "all known" }, seed: 1 },
  { cast: "gang", rules: { ownAdds: "of all admins" }, seed: 194 },
  { cast: "gang without keys", rules: { caps: "as written" }, seed: 2 },
  { cast: "gang without keys", rules: { aboveDecidedCap: "undecided" }, seed: 16 },
  { cast: "gang without keys", rules: { aboveDecidedCap: "decided void, save forks" }, seed: 16 },
];

describe("packages/room and packages/oplog against the model (docs/protocol/rooms.md §4 to §7)", () => {
  it.each([
    { cast: "honest", count: 80 },
    { cast: "gang", count: 80 },
    { cast: "gang without keys", count: 80 },
  ] as const)("say the same of members, epochs and order in $count histories: $cast", ({ cast, count }) => {
    const tally = histories(cast, { from: 1, count });
    expect(tally.differences).toEqual([]);
    expect(tally.blocks).toBeGreaterThan(15 * count);
    expect(tally.commits).toBeGreaterThan(count);
    expect(tally.restrictions).toBeGreaterThan(count / 3);
    if (cast !== "gang without keys") expect(Math.min(tally.plans, tally.epochs)).toBeGreaterThan(5 * count);
    if (cast !== "honest") expect(tally.void).toBeGreaterThan(count / 4);
  });

  it.each(rivals)("would be found to differ from a model with $rules", ({ cast, rules, seed }) => {
    expect(histories(cast, { from: seed, count: 1 }).differences).toEqual([]);
    expect(histories(cast, { from: seed, count: 1 }, rules).differences).toHaveLength(1);
  });
});
