/** Keys, doubt and finality together: while a quorum of indexers is there, doubts end and everything becomes final (I6), whoever is in doubt. */
import type { Genesis } from "../src/rooms/acts.ts";
import type { Block } from "../src/rooms/blocks.ts";
import { rotateOf } from "../src/rooms/epochs.ts";
import { quorumOf } from "../src/rooms/order.ts";
import type { Peer } from "../src/rooms/peer.ts";
import { type Rules, theRules } from "../src/rooms/rules.ts";
import {
  builtOn,
  excessIn,
  followersOf,
  heardBy,
  type History,
  leaksIn,
  missingIn,
  quarrelsIn,
  strangersIn,
  theftsIn,
} from "./rooms-checks.ts";
import { isSplit } from "./rooms-histories.ts";
import { Schedule } from "./rooms-schedule.ts";

export interface LiveChoice {
  readonly seed: number;
  readonly mode: Genesis["mode"];
  /** How many of the first members are indexers. */
  readonly indexers: number;
  readonly rules?: Partial<Rules>;
}

export interface LiveTally {
  histories: number;
  blocks: number;
  rotations: number;
  /** Histories in which somebody was in doubt when all met. */
  doubtful: number;
  /** Histories in which a quorum was not there any more when all met (F15), which promises nothing. */
  withoutQuorum: number;
  /** Histories by how many times everybody had to write until nobody was in doubt and all was final. */
  rounds: Record<number, number>;
  faults: string[];
}

export function emptyLiveTally(): LiveTally {
  return { histories: 0, blocks: 0, rotations: 0, doubtful: 0, withoutQuorum: 0, rounds: {}, faults: [] };
}

/** People who keep to the rules, in partitions; then they meet, acknowledge and write on. */
export function runLive(choice: LiveChoice, tally: LiveTally): Schedule {
  const { seed, mode, indexers, rules = {} } = choice;
  const people = Math.max(4 + (seed % 4), indexers + 1);
  const schedule = new Schedule({ seed, rules: { ...theRules, ...rules }, people, steps: 0, genesis: { mode } });
  const fault = (what: string): void => {
    tally.faults.push(`${what}: runLive(${JSON.stringify(choice)}, emptyLiveTally())`);
  };
  schedule.nameIndexers(indexers);
  schedule.run(20 + (seed % 30));
  schedule.heal();
  if (doubtsIn(schedule).length > 0) tally.doubtful++;
  let round = 0;
  for (; round < 5; round++) {
    if (schedule.settle() > 40) fault("no silence");
    if (openIn(schedule).length === 0 && missingIn(schedule, builtOn(schedule)).length === 0) break;
    schedule.writeRound();
  }
  if (hasQuorum(schedule)) {
    for (const what of openIn(schedule).slice(0, 1)) fault(what);
    tally.rounds[round] = (tally.rounds[round] ?? 0) + 1;
  } else tally.withoutQuorum++;
  checkRest(schedule, fault);
  tally.histories++;
  tally.blocks += schedule.blocks.size;
  tally.rotations += [...schedule.blocks].filter((block) => rotateOf(block) !== undefined).length;
  return schedule;
}

/** What keys must be like at any end, and that people rest. */
function checkRest(schedule: Schedule, fault: (what: string) => void): void {
  for (let i = 0; i < 3; i++) schedule.writeRound();
  const before = schedule.blocks.size;
  schedule.writeRound();
  const last = [...schedule.blocks].slice(before);
  if (last.some((block) => rotateOf(block) !== undefined)) fault("rotations go on");
  for (const what of [...followersOf(schedule, last), ...quarrelsIn(schedule)].slice(0, 1)) fault(what);
  const leak = leaksIn(schedule)[0];
  if (leak !== undefined) fault(`${leak.who} reads ${leak.block}`);
  const missing = missingIn(schedule, builtOn(schedule))[0];
  for (const what of [missing, theftsIn(schedule)[0], excessIn(schedule)[0], strangersIn(schedule)[0]])
    if (what !== undefined) fault(what);
  if (schedule.silenced > 0) fault("a member could not write");
}

/** Members, by all that there is, who can write. */
export function thereIn({ room, peers }: History): Peer[] {
  const heard = heardBy(peers);
  const { members, writers } = room.state(heard, room.commitsIn(heard).length);
  return peers.filter(({ identity, writer }) => members.has(identity) && writers.includes(writer));
}

/** Whether a quorum of the indexers is among the members, in every era that one of them is in. */
export function hasQuorum(schedule: History): boolean {
  const there = thereIn(schedule);
  const eras = new Set(there.map(({ room, commits }) => room.eraAfter(commits)));
  return [...eras].every((era) => there.filter(({ writer }) => era.indexers.includes(writer)).length >= quorumOf(era));
}

function doubtsIn(schedule: Schedule): string[] {
  const { room, blocks } = schedule;
  const { members, sure } = room.state(blocks, room.commitsIn(blocks).length);
  return [...members.keys()].filter((identity) => !sure.has(identity)).map((identity) => `${identity} is in doubt`);
}

/** Whom somebody doubts, and what is not final for somebody. */
export function openIn(schedule: History): string[] {
  return thereIn(schedule).flatMap(({ identity, room, applied, commits, state }) => {
    const doubts = [...state.members.keys()]
      .filter((one) => !state.sure.has(one))
      .map((one) => `${identity} doubts ${one}`);
    const final = new Set(room.commitsIn(applied).flatMap(({ segment }) => segment));
    const { standOf } = room.state(applied, commits);
    const isOpen = (block: Block): boolean => block.hasContent && !final.has(block) && standOf(block) !== "void";
    const open = [...applied].filter(isOpen).map(({ name }) => `${name} is not final for ${identity}`);
    return [...doubts, ...open];
  });
}

/** Some histories; two orders in a room whose people keep to the rules are a fault. */
export function runManyLive(
  choice: Omit<LiveChoice, "seed">,
  seeds: { readonly from: number; readonly count: number },
  tally: LiveTally = emptyLiveTally(),
): LiveTally {
  for (let seed = seeds.from; seed < seeds.from + seeds.count; seed++) {
    try {
      runLive({ ...choice, seed }, tally);
    } catch (error) {
      if (!isSplit(error)) throw error;
      tally.faults.push(`two orders: ${JSON.stringify({ ...choice, seed })}`);
    }
  }
  return tally;
}
