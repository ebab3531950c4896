/** Schedules of the order from seeds, with what was wrong at their ends. */
import { Room } from "../src/rooms/room.ts";
import { theRules } from "../src/rooms/rules.ts";
import { isSplit } from "./rooms-histories.ts";
import { conflictIn, type OrderChoice, OrderSchedule } from "./rooms-order-schedule.ts";

export interface OrderTally {
  schedules: number;
  blocks: number;
  commits: number;
  eras: number;
  mostRounds: number;
  /** Where two orders became final; a fault, unless more lie than the mode bears. */
  splits: number;
  faults: string[];
}

export function emptyOrderTally(): OrderTally {
  return { schedules: 0, blocks: 0, commits: 0, eras: 0, mostRounds: 0, splits: 0, faults: [] };
}

interface Run {
  readonly seed: number;
  readonly choice?: Partial<OrderChoice>;
}

/** Two to nine writers, one to seven indexers; some of the spare ones are away for good. */
function complete({ seed, choice = {} }: Run): OrderChoice {
  const mode = choice.mode ?? (seed % 2 === 0 ? "strict" : "majority");
  const writers = 2 + (seed % 8);
  const indexers = choice.indexers ?? Math.min(writers, 1 + (seed % 7));
  const quorum = Math.floor((mode === "majority" ? indexers / 2 : (2 * indexers) / 3) + 1e-9) + 1;
  const absent = Math.max(0, Math.min(indexers - quorum - (choice.liars ?? 0), seed % 3));
  const interval = seed % 5 === 0 ? 12 : 1000;
  const varied = { seed, mode, indexers, absent, interval, changesEras: seed % 3 === 0 };
  return { ...varied, writers: Math.max(writers, indexers), ...choice };
}

export function runOrder(run: Run, tally: OrderTally): void {
  const choice = complete(run);
  const { seed, mode, indexers, liars = 0 } = choice;
  const isBearable = liars === 0 || (mode === "strict" && 3 * liars < indexers);
  const fault = (what: string): void => {
    if (isBearable) tally.faults.push(`${what}: runOrder(${JSON.stringify({ seed, choice })}, emptyOrderTally())`);
  };
  try {
    play(choice, { tally, fault });
  } catch (error) {
    if (!isSplit(error) || isBearable) throw error;
    tally.splits++;
  }
}

function play(choice: OrderChoice, { tally, fault }: { tally: OrderTally; fault: (what: string) => void }): void {
  const schedule = new OrderSchedule(choice);
  schedule.run(40 + (choice.seed % 60));
  const rounds = schedule.settle();
  if (rounds > 30) fault("no silence (I6)");
  else tally.mostRounds = Math.max(tally.mostRounds, rounds);
  if (schedule.openContent() > 0) fault("content that is not final (I6)");
  schedule.reunite();
  schedule.settle();
  if (conflictIn(schedule.finals())) {
    fault("two orders (I3)");
    tally.splits++;
  }
  const { honest, chance, genesis } = schedule;
  const [one] = honest;
  if (one === undefined) return;
  const shuffled = [...one.applied].map((block) => ({ block, at: chance.next() })).sort((a, b) => a.at - b.at);
  const fresh = new Room(genesis, { ...theRules, epoch: "none" });
  const names = (room: Room, blocks: Parameters<Room["orderOf"]>[0]): string =>
    room
      .orderOf(blocks)
      .map(({ name }) => name)
      .join();
  const again = names(fresh, new Set(shuffled.map(({ block }) => block)));
  if (again !== names(one.room, one.applied)) fault("another order of arrival, another order (I4, I5)");
  const commits = one.room.commitsIn(one.applied);
  tally.schedules++;
  tally.blocks += schedule.blocks.size;
  tally.commits += commits.length;
  tally.eras += commits.at(-1)?.era.number ?? 0;
}
