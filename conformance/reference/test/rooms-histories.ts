/** Whole histories from seeds, with everything that was wrong at their ends; each fault says how to run it again. */
import { adds, isRestriction, removes } from "../src/rooms/acts.ts";
import type { Block } from "../src/rooms/blocks.ts";
import { rotateOf } from "../src/rooms/epochs.ts";
import type { State } from "../src/rooms/membership.ts";
import { Room } from "../src/rooms/room.ts";
import { type Rules, theRules } from "../src/rooms/rules.ts";
import {
  builtOn,
  excessIn,
  followersOf,
  leaksIn,
  missingIn,
  quarrelsIn,
  strangersIn,
  theftsIn,
} from "./rooms-checks.ts";
import { forge, type Gang } from "./rooms-mischief.ts";
import { Schedule } from "./rooms-schedule.ts";

export interface Tally {
  histories: number;
  blocks: number;
  forged: number;
  removals: number;
  restrictions: number;
  rotations: number;
  leaks: number;
  /** By how many times everybody had to write until all could read everything. */
  rounds: Record<number, number>;
  /** Where a gang had a quorum of indexers, and two orders became final. */
  splits: number;
  faults: string[];
}

export function emptyTally(): Tally {
  const none = { histories: 0, blocks: 0, forged: 0, removals: 0, restrictions: 0, rotations: 0, leaks: 0, splits: 0 };
  return { ...none, rounds: {}, faults: [] };
}

interface Choice {
  readonly seed: number;
  readonly rules?: Partial<Rules>;
}

function count(tally: Tally, { room, blocks }: Schedule): void {
  tally.histories++;
  tally.blocks += blocks.size;
  const acts = [...blocks].flatMap((block) => room.actsOf(block));
  tally.removals += acts.filter(({ operation }) => operation.kind === "remove").length;
  tally.restrictions += acts.filter(isRestriction).length;
  tally.rotations += [...blocks].filter((block) => rotateOf(block) !== undefined).length;
}

/** People who keep to the rules, in partitions; then they meet and write on (K1 to K4). */
export function runHonest({ seed, rules = {} }: Choice, tally: Tally): Schedule {
  const schedule = new Schedule({ seed, rules: { ...theRules, ...rules }, people: 4 + (seed % 4), steps: 0 });
  const fault = (what: string): void => {
    tally.faults.push(`${what}: runHonest(${JSON.stringify({ seed, rules })}, emptyTally())`);
  };
  schedule.run(30 + (seed % 40));
  schedule.heal();
  let round = 0;
  for (; round < 4; round++) {
    if (schedule.settle() > 30) fault("no silence");
    if (missingIn(schedule, builtOn(schedule)).length === 0) break;
    schedule.writeRound();
  }
  tally.rounds[round] = (tally.rounds[round] ?? 0) + 1;
  for (let i = 0; i < 3; i++) schedule.writeRound();
  const before = schedule.blocks.size;
  schedule.writeRound();
  const last = [...schedule.blocks].slice(before);
  if (last.some((block) => rotateOf(block) !== undefined)) fault("rotations go on");
  for (const what of [...followersOf(schedule, last), ...quarrelsIn(schedule)].slice(0, 1)) fault(what);
  const leaks = leaksIn(schedule);
  tally.leaks += leaks.length;
  if (leaks[0] !== undefined) fault(`${leaks[0].who} reads ${leaks[0].block}`);
  const [missing] = missingIn(schedule, builtOn(schedule));
  for (const one of [missing, theftsIn(schedule)[0], excessIn(schedule)[0], strangersIn(schedule)[0]])
    if (one !== undefined) fault(one);
  if (schedule.silenced > 0) fault("a member could not write");
  count(tally, schedule);
  return schedule;
}

/** What a state says, as text; without what may be new and void. */
export function textOf({ members, sure, indexers, open, held }: State, isWhole: boolean): string {
  const people = [...members].map(([identity, { admission, powers, keyVersion }]) =>
    [identity, powers.length > 0, admission.block?.name, keyVersion, sure.has(identity)].join(),
  );
  const names = (acts: State["open"]): string[] => [...acts].map(({ block, index }) => `${block.name}/${index}`).sort();
  return JSON.stringify([people.sort(), indexers, names(open), isWhole ? names(held) : []]);
}

/** A gang of one or two admins writes what it likes among people who keep to the rules, without keys (membership). */
export function runMischief({ seed, rules: chosen = {} }: Choice, tally: Tally): void {
  const rules: Rules = { ...theRules, epoch: "none", ...chosen };
  const schedule = new Schedule({ seed, rules, people: 4 + (seed % 4), steps: 0 });
  const people = schedule.peers.map(({ identity }) => identity);
  const { room, chance } = schedule;
  const gang: Gang = { room, chance, identities: new Set(gangOf(people, seed)), prefix: "x" };
  try {
    tally.forged += mingle(schedule, gang, people).size;
    schedule.heal();
    schedule.settle();
    count(tally, schedule);
    for (const what of [impurityIn(schedule), interferenceIn(schedule, { gang, people, tally })]) {
      if (what === undefined) continue;
      tally.faults.push(`${what}: runMischief(${JSON.stringify({ seed, rules: chosen })}, emptyTally())`);
    }
  } catch (error) {
    if (!isSplit(error)) throw error;
    tally.splits++;
  }
}

/** Two orders became final: a liar was an indexer. */
export function isSplit(error: unknown): boolean {
  return error instanceof Error && error.message.startsWith("I3");
}

/** Turns of everybody, and in between blocks of a gang, which reach some at once. */
export function mingle(schedule: Schedule, gang: Gang, people: readonly string[]): Set<Block> {
  const { chance, peers, blocks } = schedule;
  const forged = new Set<Block>();
  for (let i = 0; i < 12; i++) {
    schedule.run(1 + chance.below(5));
    const block = forge(gang, blocks, people);
    if (block === undefined) continue;
    blocks.add(block);
    forged.add(block);
    for (const peer of peers) if (chance.isLess(0.5)) peer.receive([...block.past, block]);
  }
  return forged;
}

export function gangOf(people: readonly string[], seed: number): string[] {
  return people.filter((_, i) => i === 1 + (seed % 2) || (i === 3 && seed % 3 === 0));
}

/** The same blocks in any order mean the same, to everybody. */
function impurityIn({ room, chance, peers, blocks }: Schedule): string | undefined {
  const commits = room.commitsIn(blocks).length;
  const expected = textOf(room.state(blocks, commits), true);
  const shuffled = new Set(
    [...blocks]
      .map((block) => ({ block, at: chance.next() }))
      .sort((a, b) => a.at - b.at)
      .map(({ block }) => block),
  );
  const fresh = new Room(room.genesis, room.rules);
  if (fresh.commitsIn(shuffled).length !== commits) return "other commits in another order";
  if (textOf(fresh.state(shuffled, commits), true) !== expected) return "another state in another order";
  const knowAll = peers.filter(({ applied }) => applied.size === blocks.size);
  return knowAll.every((peer) => textOf(peer.state, true) === expected) ? undefined : "two peers disagree";
}

/** Those of a gang whose removal is decided to hold, and who were not added since. */
export function bannedOf({ room, blocks }: Schedule, identities: Iterable<string>): string[] {
  const acts = [...blocks].flatMap((block) => room.actsOf(block));
  const decided = [...(room.commitsIn(blocks).at(-1)?.decisions.restrictions ?? [])];
  const held = decided.filter(([, holds]) => holds).map(([act]) => act);
  return [...identities].filter((identity) =>
    held.some(
      (removal) =>
        removes(removal, identity) && !acts.some((act) => adds(act, identity) && act.block.past.has(removal.block)),
    ),
  );
}

/** What removed people write once their removal is decided changes nothing at all, whoever hears of it. */
function interferenceIn(
  schedule: Schedule,
  { gang, people, tally }: { gang: Gang; people: readonly string[]; tally: Tally },
): string | undefined {
  const { room, blocks } = schedule;
  const commits = room.commitsIn(blocks).length;
  const before = room.state(blocks, commits);
  const banned = bannedOf(schedule, gang.identities);
  if (banned.length === 0) return undefined;
  const late: Gang = { ...gang, identities: new Set(banned), prefix: "y" };
  const all = new Set(blocks);
  for (let i = 0; i < 30; i++) {
    const block = forge(late, all, people);
    if (block === undefined) continue;
    all.add(block);
    tally.forged++;
  }
  if (room.commitsIn(all).length !== commits) return "the removed moved what is final";
  const isSame = textOf(room.state(all, commits), false) === textOf(before, false);
  return isSame ? undefined : `${banned.join()} had a say after the removal was decided`;
}
