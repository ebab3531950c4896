import { describe, expect, it } from "vitest";
import { shouldAcknowledge } from "../src/rooms/acknowledging.ts";
import { explore } from "./rooms-explore.ts";
import { tryAllWays } from "./rooms-lockstep.ts";
import { emptyOrderTally, type OrderTally, runOrder } from "./rooms-order-runs.ts";
import { add, Scene } from "./rooms-scene.ts";

function runs(from: number, count: number, choice: Parameters<typeof runOrder>[0]["choice"] = {}): OrderTally {
  const tally = emptyOrderTally();
  for (let seed = from; seed < from + count; seed++) runOrder({ seed, choice }, tally);
  return tally;
}

describe("the order of rooms (D3; docs/protocol/rooms.md §4)", () => {
  it("keeps I1 to I6 in 200 schedules with partitions, absent people and lists that change", () => {
    const tally = runs(1, 200);
    expect(tally.faults).toEqual([]);
    expect(tally.eras).toBeGreaterThan(100);
    expect(tally.mostRounds).toBeLessThanOrEqual(12);
  });

  it("keeps them in mode strict while fewer than a third of the indexers lie", () => {
    const [four, seven] = [
      runs(1, 30, { mode: "strict", liars: 1, indexers: 4 }),
      runs(1, 3, { mode: "strict", liars: 2, indexers: 7 }),
    ];
    expect([...four.faults, ...seven.faults]).toEqual([]);
    expect(four.commits).toBeGreaterThan(50);
  });

  it("breaks I3 in mode majority where one of three lies, which the hashes of the two orders show", () => {
    const tally = runs(1, 40, { mode: "majority", liars: 1, indexers: 3 });
    expect(tally.splits).toBeGreaterThan(0);
    expect(tally.faults).toEqual([]);
  });

  /** How often indexers write until nobody has to; each votes once for the end of every era. */
  function writesUntilSilence(votesAsk: boolean): number {
    const people = ["a", "b", "c"];
    const scene = new Scene(people, { epoch: "none" }, { interval: 4 });
    scene.writes("a", add("b"), add("c"));
    scene.tellAll();
    for (const one of ["b", "c"]) scene.writes(one);
    scene.tellAll();
    scene.writes("a", { kind: "set indexers", writers: people.map((one) => `${one}.0`) });
    const voted = new Map<string, number>();
    for (let writes = 0; ; ) {
      const before = writes;
      for (const one of people) {
        scene.tellAll();
        const peer = scene.peer(one);
        const at = peer.position();
        if (at === undefined) continue;
        const { number } = scene.room.eraAfter(at.commits);
        const acknowledges = shouldAcknowledge(scene.room, peer.applied, { writer: peer.writer, at, votesAsk });
        if (number > (voted.get(one) ?? 0)) scene.votes(one);
        else if (acknowledges) scene.acknowledges(one);
        else continue;
        voted.set(one, number);
        writes++;
      }
      if (writes === before || writes > 60) return writes;
    }
  }

  it("comes to silence though checkpoints are voted for, since votes ask for nothing (F7)", () => {
    expect(writesUntilSilence(false)).toBeLessThan(30);
    expect(writesUntilSilence(true)).toBeGreaterThan(60);
  });

  it("never changes what is final, in all graphs of a few blocks", () => {
    const choices = [
      { mode: "majority", indexers: 2, blocks: 12 },
      { mode: "majority", indexers: 3, blocks: 7 },
      { mode: "majority", indexers: 4, blocks: 6 },
      { mode: "strict", indexers: 3, blocks: 10 },
      { mode: "majority", indexers: 2, next: ["0", "1", "2"], blocks: 6 },
      { mode: "majority", indexers: 2, next: ["2", "3"], blocks: 6 },
      { mode: "majority", indexers: 3, next: ["1", "2"], blocks: 6 },
      { mode: "majority", indexers: 3, next: ["1"], blocks: 6 },
    ] as const;
    const results = choices.map((choice) => explore(choice));
    expect(results.flatMap(({ first }) => first ?? [])).toEqual([]);
    expect(results.reduce((sum, { graphs }) => sum + graphs, 0)).toBeGreaterThan(100_000);
    expect(results.every(({ withCommit }) => withCommit > 0)).toBe(true);
  });

  it("has no conflict where one of four lies in mode strict, whoever sees what for three rounds", () => {
    const { ways, withCommit, conflicts } = tryAllWays(2);
    expect({ ways, conflicts }).toEqual({ ways: 816, conflicts: 0 });
    expect(withCommit).toBeGreaterThan(0);
  });

  /*
   *  0 writes twice in round 0:  A (sees nothing)   and   B (sees 1's block b)
   *  two vertices vote for B alone; then a second chain of 0 votes for A, and so does 1, which saw both.
   */
  it("has a smallest counterexample of six blocks for one liar among three in mode majority", () => {
    const { first, conflicts } = explore({ mode: "majority", indexers: 3, blocks: 6, liars: ["0"], stops: true });
    expect(conflicts).toBeGreaterThan(0);
    expect(first).toHaveLength(7);
    const { conflicts: none } = explore({ mode: "majority", indexers: 3, blocks: 5, liars: ["0"] });
    expect(none).toBe(0);
  });
});
