/**
 * Four indexers in mode strict, all in step, of whom the first one lies: in every round it writes one block in each of two chains, and
 * every honest one sees either, both or none of them. All ways to see, for some rounds; then what each block shows is compared.
 */
import { type Block, makeBlock } from "../src/rooms/blocks.ts";
import { type Era, leadersIn } from "../src/rooms/order.ts";
import { conflictIn } from "./rooms-order-schedule.ts";

const honest = ["1", "2", "3"] as const;

export interface Lockstep {
  ways: number;
  withCommit: number;
  conflicts: number;
}

/** Which of the two blocks each honest one sees, by round. */
type Way = readonly (readonly number[])[];

/** All ways for so many rounds after the first, one for those that differ only in the names of the honest. */
export function tryAllWays(rounds: number): Lockstep {
  const sights = honest.map(() => [0, 1, 2, 3]);
  const perRound = sights.reduce<number[][]>(
    (all, some) => all.flatMap((one) => some.map((sight) => [...one, sight])),
    [[]],
  );
  let ways: Way[] = [[]];
  for (let round = 0; round < rounds; round++) ways = ways.flatMap((way) => perRound.map((sight) => [...way, sight]));
  const result: Lockstep = { ways: 0, withCommit: 0, conflicts: 0 };
  for (const way of ways) {
    if (!isFirstOfItsKind(way)) continue;
    const finals = play(way);
    result.ways++;
    if (finals.some((names) => names.length > 0)) result.withCommit++;
    if (conflictIn(finals)) result.conflicts++;
  }
  return result;
}

/** What each honest one saw, round after round, ascends from the first to the last of them. */
function isFirstOfItsKind(way: Way): boolean {
  const seen = honest.map((_, i) => way.map((round) => round[i]).join(""));
  return seen.every((one, i) => i === 0 || (seen[i - 1] ?? "") <= one);
}

/** The leaders that are final for whoever knows the past of an honest block of the last round, and for who knows everything. */
function play(way: Way): string[][] {
  const era: Era = { number: 0, anchor: undefined, indexers: ["0", ...honest], mode: "strict", rounds: new Map() };
  const all: Block[] = [];
  const write = (writer: string, previous: Block | undefined, links: Iterable<Block>): Block => {
    const block = makeBlock({ name: `${all.length}`, writer, previous, links });
    all.push(block);
    return block;
  };
  let twins = [write("0", undefined, []), write("0", undefined, [])];
  let others = honest.map((writer) => write(writer, undefined, []));
  // The twins of the first round are alike but for their names, which stand for hashes.
  for (const sights of way) {
    const [before, lies] = [others, twins];
    others = honest.map((writer, i) =>
      write(writer, before[i], [...before, ...lies.filter((_, twin) => ((sights[i] ?? 0) & (1 << twin)) !== 0)]),
    );
    twins = lies.map((twin) => write("0", twin, [twin, ...before]));
  }
  const views = [...others.map((block) => new Set([...block.past, block])), new Set(all)];
  return views.map((view) => leadersIn(era, view).map(({ name }) => name));
}
