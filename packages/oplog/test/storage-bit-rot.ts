/** One changed bit in the files of a closed store: found, and nothing else is worse for it. */
import { type Ciphertext, equalBytes } from "@coterie/bytes";
import type { RandomSource } from "@coterie/primitives";
import {
  type Disk,
  type LogStore,
  type OpenedLogStore,
  openSegmentLogStore,
  StateDamagedError,
  StoreDamagedError,
} from "../src/index.ts";
import { type Chance, createChance, SimulatedDisk } from "../src/testing.ts";

/** A closed store, and what is in it. */
export interface RottingScene {
  readonly disk: SimulatedDisk;
  readonly blocks: readonly Ciphertext<"block">[];
  readonly state: ReadonlyMap<string, Ciphertext<"state">>;
}

/** What became of one changed bit. */
export interface RotOutcome {
  readonly file: string;
  readonly isDetected: boolean;
  /** Blocks or values that were read and are not what was stored. */
  readonly wrong: number;
  /** Blocks that were damaged: the changed one alone. */
  readonly damaged: number;
  /** Blocks still damaged after all of them were put back. */
  readonly unhealed: number;
}

/** A store with some segments, healed blocks among them, state in the list and in files of its own. */
export async function makeRottingScene(seed: number): Promise<RottingScene> {
  const chance = createChance(seed);
  const disk = new SimulatedDisk({ seed });
  const blocks = Array.from({ length: 60 }, (_unused, i) => blockOf(chance, i));
  const state = new Map([
    stateOf(chance, "keyring", 300),
    stateOf(chance, "view", 6_000),
    stateOf(chance, "cursor", 8),
  ]);
  const { store } = await openScene(disk);
  for (let i = 0; i < blocks.length; i += 5) await store.append(blocks.slice(i, i + 5));
  await store.save(state);
  await store.close();
  return { disk, blocks, state };
}

/** Changes a bit of a copy of the store, looks, heals and looks again. */
export async function rot(scene: RottingScene, seed: number): Promise<RotOutcome> {
  const chance = createChance(seed);
  const disk = scene.disk.copy({ seed });
  const file = flipAnyBit(disk, chance);
  const { store, recovery } = await openScene(disk);
  const { wrong, damaged } = await readEverything(store, scene);
  const state = await readState(store, scene);
  const isDetected = damaged.length + state.damaged + recovery.repaired > 0 || recovery.isStateLost;
  for (const position of damaged) await store.heal(position, scene.blocks[position] ?? blockOf(chance, position));
  await store.close();
  // What was put back is there for every later start as well.
  const later = await openScene(disk);
  const again = await readEverything(later.store, scene);
  await later.store.close();
  return {
    file,
    isDetected,
    wrong: wrong + state.wrong + again.wrong,
    damaged: damaged.length,
    unhealed: again.damaged.length,
  };
}

/** Many changed bits, one at a time, in stores of various content: how often something was not as it must be, and in which kinds of files. */
export async function rotMany(count: number): Promise<{
  readonly undetected: number;
  readonly wrong: number;
  readonly damagedBesides: number;
  readonly unhealed: number;
  readonly files: readonly string[];
}> {
  const faults = { undetected: 0, wrong: 0, damagedBesides: 0, unhealed: 0 };
  const files = new Set<string>();
  let scene = await makeRottingScene(0);
  for (let seed = 0; seed < count; seed++) {
    if (seed % 100 === 99) scene = await makeRottingScene(seed);
    const outcome = await rot(scene, seed);
    faults.undetected += outcome.isDetected ? 0 : 1;
    faults.wrong += outcome.wrong;
    faults.damagedBesides += Math.max(0, outcome.damaged - 1);
    faults.unhealed += outcome.unhealed;
    files.add(/^(value|state|mark)|(blocks|healed)$/.exec(outcome.file)?.[0] ?? outcome.file);
  }
  return { ...faults, files: [...files] };
}

/** Opens with small segments. */
export async function openScene(disk: SimulatedDisk, spoil = (honest: Disk): Disk => honest): Promise<OpenedLogStore> {
  const names = createChance(disk.calls + 1);
  const random: RandomSource = { fill: (target) => target.forEach((_byte, i) => (target[i] = names(256))) };
  return await openSegmentLogStore({ disk: spoil(disk.open()), random }, { segmentBytes: 6_000 });
}

/** Every position by reading, and once more by `findDamage`, which must agree. */
export async function readEverything(
  store: LogStore,
  { blocks }: Pick<RottingScene, "blocks">,
): Promise<{ readonly wrong: number; readonly damaged: readonly number[] }> {
  let wrong = store.length() === blocks.length ? 0 : 1;
  const damaged: number[] = [];
  for (let next = store.first(); next < store.length(); ) {
    try {
      const page = await store.read(next, 1_000);
      for (const [i, block] of page.entries()) wrong += isSame(block, blocks[next + i]) ? 0 : 1;
      next += page.length;
    } catch (error) {
      if (!(error instanceof StoreDamagedError)) throw error;
      const range = error.ranges.find(({ from, to }) => from <= next && next < to);
      if (range === undefined) throw error;
      for (; next < range.to; next++) damaged.push(next);
    }
  }
  const found = (await store.findDamage()).flatMap(({ from, to }) =>
    Array.from({ length: to - from }, (_, i) => from + i),
  );
  return { wrong: wrong + (found.join() === damaged.join() ? 0 : 1), damaged };
}

async function readState(store: LogStore, { state }: RottingScene): Promise<{ wrong: number; damaged: number }> {
  const outcome = { wrong: 0, damaged: 0 };
  for (const [key, value] of state) {
    try {
      if (!isSame(await store.load(key), value)) outcome.wrong++;
    } catch (error) {
      if (!(error instanceof StateDamagedError)) throw error;
      outcome.damaged++;
    }
  }
  return outcome;
}

function flipAnyBit(disk: SimulatedDisk, chance: Chance): string {
  const files = [...disk.sizes];
  let at = chance(files.reduce((sum, [, size]) => sum + size, 0));
  for (const [name, size] of files) {
    if (at < size) {
      disk.flip(name, 8 * at + chance(8));
      return name;
    }
    at -= size;
  }
  throw new Error("there is nothing to rot");
}

function isSame(found: Uint8Array | undefined, stored: Uint8Array | undefined): boolean {
  return found !== undefined && stored !== undefined && equalBytes(found, stored);
}

function blockOf(chance: Chance, i: number): Ciphertext<"block"> {
  const block = Uint8Array.from({ length: 40 + chance(900) }, () => chance(256));
  new DataView(block.buffer).setUint32(0, i);
  // brand: a store does not look inside
  return block as Ciphertext<"block">;
}

function stateOf(chance: Chance, key: string, lengthBytes: number): [string, Ciphertext<"state">] {
  // brand: a store does not look inside
  return [key, Uint8Array.from({ length: lengthBytes }, () => chance(256)) as Ciphertext<"state">];
}
