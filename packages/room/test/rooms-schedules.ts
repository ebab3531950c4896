/** Many schedules, one after the other: what they come to together, and the first fault with all that it takes to see it again. */
import { Schedule, type ScheduleInput } from "./rooms-schedule.ts";
import { judgeSchedule, type Restarting, type Verdict } from "./rooms-verdict.ts";

const sums = ["blocks", "members", "removals", "secrets", "due"] as const;

/** Sums over all schedules. */
export type ScheduleTally = Record<(typeof sums)[number] | "schedules" | "refusals", number>;

/** Which schedules: seeds from `from` on. */
export interface ManySchedules {
  /** Of the shape, for whoever reads of a fault. */
  readonly name: string;
  readonly from: number;
  readonly count: number;
  readonly shapeOf: (seed: number) => Omit<ScheduleInput, "seed">;
  readonly restarting: Restarting;
}

/** Plays and judges them. Throws after the last one where some are not as they should be: with their seeds, the faults, and what happened. */
export async function playSchedules({ name, from, count, shapeOf, restarting }: ManySchedules): Promise<ScheduleTally> {
  const tally: ScheduleTally = { schedules: 0, refusals: 0, blocks: 0, members: 0, removals: 0, secrets: 0, due: 0 };
  const failures: string[] = [];
  for (let seed = from; seed < from + count; seed++) {
    const schedule = new Schedule({ seed, ...shapeOf(seed) });
    const verdict = await playAndJudge(schedule, restarting);
    tally.schedules++;
    tally.refusals += schedule.refusals;
    for (const sum of sums) tally[sum] += verdict[sum];
    if (verdict.faults.length > 0)
      failures.push(`${name}, seed ${seed}: ${verdict.faults.join("; ")}\n${schedule.trace}`);
  }
  if (failures.length > 0) throw new Error(`${failures.length} of ${count} schedules\n${failures.join("\n")}`);
  return tally;
}

const nothing: Verdict = { faults: [], blocks: 0, members: 0, removals: 0, secrets: 0, due: 0 };

async function playAndJudge(schedule: Schedule, restarting: Restarting): Promise<Verdict> {
  try {
    await schedule.play();
    return await judgeSchedule(schedule, restarting);
  } catch (error) {
    return { ...nothing, faults: [error instanceof Error ? `${error.stack ?? error.message}` : String(error)] };
  }
}
