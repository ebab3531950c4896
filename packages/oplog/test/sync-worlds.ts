// Runs of worlds: what each kind of them must end with.
import { expect } from "vitest";
import { World, type WorldKind } from "./sync-world.ts";

const nobody = { liars: 0, honest: 0, isLossy: false, spoilsFrames: false, hasFork: false };

/** The kinds of worlds; a seed runs in one of them. */
const kinds: readonly (WorldKind & { readonly name: string })[] = [
  { ...nobody, name: "a relay, over a network that loses", honest: 1, isLossy: true },
  { ...nobody, name: "two relays, over a network that loses", honest: 2, isLossy: true },
  { ...nobody, name: "a writer that forks", honest: 2, hasFork: true },
  { ...nobody, name: "a relay that lies", liars: 1 },
  { ...nobody, name: "two relays, one of which lies", liars: 1, honest: 1 },
  { ...nobody, name: "answers that are spoilt", honest: 1, spoilsFrames: true },
  { name: "everything", liars: 1, honest: 1, isLossy: true, spoilsFrames: true, hasFork: true },
];

/** How many worlds ended in which way, and what was done in them. */
export interface WorldEnds {
  converged: number;
  /** Not all blocks came, and somebody was told that something is wrong. */
  alarmed: number;
  /** Newest blocks did not come that nothing builds on where they are missed: a relay that hides those is found out by whoever meets others. */
  hidden: number;
  tricks: number;
}

/** Runs a world for each seed; fails with the journal of the first one that ends badly. */
export async function runWorlds({ from, to }: { readonly from: number; readonly to: number }): Promise<WorldEnds> {
  const ends: WorldEnds = { converged: 0, alarmed: 0, hidden: 0, tricks: 0 };
  for (let seed = from; seed <= to; seed++) {
    const kind = kinds[seed % kinds.length] ?? { ...nobody, name: "" };
    const world = new World(seed, kind);
    await world.run(14 + (seed % 20));
    world.check();
    await world.end({ repent: seed % 3 === 0 });
    judge(world, kind, ends);
    ends.tricks += world.journal.entries.length;
    if (world.isConverged) continue;
    // Devices that meet have no need of the relay.
    await world.meet();
    if (!world.isConverged) expect.fail(`${kind.name}: not even after meeting\n${world.describe()}`);
  }
  return ends;
}

function judge(world: World, { name, liars, honest, spoilsFrames }: (typeof kinds)[number], ends: WorldEnds): void {
  const isHonest = liars === 0 && !spoilsFrames;
  if (isHonest && world.alarms.some(({ alarm }) => alarm.kind !== "fork"))
    expect.fail(`${name}: an alarm about nobody\n${world.describe()}`);
  if (world.isConverged) ends.converged += 1;
  else if (honest > 0) expect.fail(`${name}: there is an honest relay, and yet\n${world.describe()}`);
  else if (world.alarms.length > 0) ends.alarmed += 1;
  else if (world.isWaiting) expect.fail(`${name}: neither all blocks nor an alarm\n${world.describe()}`);
  else ends.hidden += 1;
}
