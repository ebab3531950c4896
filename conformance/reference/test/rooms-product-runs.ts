/** Random histories that the model and the product are both given. */
import { type Rules, theRules } from "../src/rooms/rules.ts";
import { gangOf, isSplit, mingle } from "./rooms-histories.ts";
import type { ProductNames } from "./rooms-product-names.ts";
import { compareWithProduct, type TwinTally } from "./rooms-product-twins.ts";
import { Schedule } from "./rooms-schedule.ts";

/** Who writes: people who keep to the rules; a gang among them; a gang in rooms without keys, where all that it writes counts. */
export type Cast = "honest" | "gang" | "gang without keys";

export interface TwinChoice {
  readonly seed: number;
  readonly cast: Cast;
  /** Of the model; those of the product are what they are. */
  readonly rules?: Partial<Rules>;
}

/** One history, as far as the two agree. */
export function runTwins(choice: TwinChoice, { names, tally }: { names: ProductNames; tally: TwinTally }): void {
  const { seed, cast, rules = {} } = choice;
  const epoch = cast === "gang without keys" ? "none" : "safe";
  const genesis = { mode: seed % 2 === 0 ? "majority" : "strict", interval: seed % 3 === 0 ? 10 : 1000 } as const;
  const schedule = new Schedule({
    seed,
    rules: { ...theRules, epoch, ...rules },
    people: 4 + (seed % 4),
    steps: 0,
    genesis,
  });
  if (seed % 4 > 0) schedule.nameIndexers(seed % 4);
  try {
    if (cast === "honest") schedule.run(10 + (seed % 40));
    else runGang(schedule, { seed, isApart: epoch === "safe" });
    schedule.heal();
    if (seed % 2 === 1) schedule.settle();
    schedule.writeRound();
    const [difference] = compareWithProduct(schedule, names, tally);
    if (difference !== undefined) tally.differences.push(`${difference}: ${JSON.stringify(choice)}`);
  } catch (error) {
    // Of liars that made two orders final, nothing can be compared.
    if (!isSplit(error)) throw error;
  }
}

function runGang(schedule: Schedule, { seed, isApart }: { seed: number; isApart: boolean }): void {
  const { room, chance, peers } = schedule;
  const people = peers.map(({ identity }) => identity);
  const identities = new Set(gangOf(people, seed));
  // With keys those of the gang write forged blocks only.
  if (isApart) peers.splice(0, peers.length, ...peers.filter(({ identity }) => !identities.has(identity)));
  mingle(schedule, { room, chance, identities, prefix: "x", keepsKeys: seed % 3 === 0 }, people);
}
