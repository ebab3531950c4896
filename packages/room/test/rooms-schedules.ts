/** Many schedules, one after the other: what they come to together, and the first fault with all that it takes to see it again. */
import { Schedule, type ScheduleInput } from "./rooms-schedule.ts";
import { judgeSchedule, type Verdict } from "./rooms-verdict.ts";

const sums = ["blocks", "members", "removals", "secrets", "due"] as const;

/** Sums over all schedules. */
export type ScheduleTally = Record<(typeof sums)[number] | "schedules" | "refusals", number>;

/** Which schedules: seeds from `from` on. */
export interface ManySchedules {
  readonly from: number;
  readonly count: number;
  readonly shapeOf: (seed: number) => Omit<ScheduleInput, "seed">;
}

/** Plays and judges them. Throws where one is not as it should be: with its seed, the faults, and what happened. */
export async function playSchedules({ from, count, shapeOf }: ManySchedules): Promise<ScheduleTally> {
  const tally: ScheduleTally = { schedules: 0, refusals: 0, blocks: 0, members: 0, removals: 0, secrets: 0, due: 0 };
  for (let seed = from; seed < from + count; seed++) {
    const schedule = new Schedule({ seed, ...shapeOf(seed) });
    const verdict = await playAndJudge(schedule, seed);
    tally.schedules++;
    tally.refusals += schedule.refusals;
    for (const sum of sums) tally[sum] += verdict[sum];
  }
  return tally;
}

async function playAndJudge(schedule: Schedule, seed: number): Promise<Verdict> {
  try {
    await schedule.play();
    const verdict = await judgeSchedule(schedule);
    if (verdict.faults.length === 0) return verdict;
    throw new Error(verdict.faults.join("; "));
  } catch (cause) {
    throw new Error(`seed ${seed}: ${String(cause)}\n${schedule.trace}`, { cause });
  }
}
