// The links of a new block (docs/protocol/rooms.md §4.2) against what they mean: the heads of the closure of all that is not left out.
import { type BlockIndex, Dag } from "@coterie/oplog";
import { expect, it } from "vitest";
import { LinkFinder } from "../src/room/links.ts";
import { seeded } from "./world.ts";

/** A growing graph in which blocks are lost, left out for a while, and become final, in a finder that remembers. Gives the left out ones. */
function play(seed: number): number {
  const random = seeded(seed);
  const dag = new Dag();
  const finder = new LinkFinder(dag);
  const pasts: ReadonlySet<BlockIndex>[] = [];
  const lost = new Set<BlockIndex>();
  let final: ReadonlySet<BlockIndex> = new Set();
  let lastFinal: BlockIndex | undefined;
  const writers = Array.from({ length: 4 }, (_, i) => new Uint8Array(32).fill(i + 1));
  for (let step = 0; step < 60; step++) {
    const size = dag.size;
    const wanted = Math.min(size, 1 + random.below(3));
    // Mostly what is new: long stale chains are drawn as well.
    const parents = [...new Set(Array.from({ length: wanted }, () => size - 1 - random.below(Math.min(size, 6))))];
    const writer = writers[random.below(4)] ?? new Uint8Array(32);
    const lamport = 1 + Math.max(-1, ...parents.map((parent) => dag.lamport(parent)));
    const hash = new Uint8Array(32);
    random.fill(hash);
    const block = dag.add({ hash, writer, seq: step, lamport, parents });
    pasts.push(new Set(parents.flatMap((parent) => [parent, ...(pasts[parent] ?? [])])));
    if (random.below(3) === 0) lost.add(block);
    if (random.below(6) === 0) {
      const leader = random.below(dag.size);
      const after = new Set([leader, ...(pasts[leader] ?? [])]);
      // What is lost is nobody's who could make anything final; others may have linked to it before that was decided.
      const follows = lastFinal === undefined || (pasts[leader]?.has(lastFinal) ?? false);
      if (follows && !lost.has(leader)) [final, lastFinal] = [after, leader];
    }
    const leftOut = new Set([...lost].filter((one) => !final.has(one)));
    for (let other = 0; other < dag.size; other++) if (!final.has(other) && random.below(8) === 0) leftOut.add(other);
    const links = finder.find({
      isLeftOut: (one) => leftOut.has(one),
      isLost: (one) => lost.has(one),
      isFinal: (one) => final.has(one),
      lastFinal,
    });
    const closure = new Set<BlockIndex>();
    for (let one = 0; one < dag.size; one++)
      if (!leftOut.has(one)) for (const known of [one, ...(pasts[one] ?? [])]) closure.add(known);
    const covered = new Set([...closure].flatMap((one) => [...(pasts[one] ?? [])]));
    expect(links).toEqual([...closure].filter((one) => !covered.has(one)).sort((a, b) => a - b));
  }
  return lost.size;
}

it("reach everything that is not left out, and no block that another one reaches, in 400 growing graphs", () => {
  let lost = 0;
  for (let seed = 1; seed <= 400; seed++) lost += play(seed);
  expect(lost).toBeGreaterThan(4_000);
});

/** A chain of one writer on top of a block. */
function grow(
  dag: Dag,
  { on, count, writer }: { on: BlockIndex | undefined; count: number; writer: number },
): BlockIndex {
  let last = on;
  for (let i = 0; i < count; i++) {
    const hash = new Uint8Array(32);
    new DataView(hash.buffer).setUint32(0, dag.size);
    const parents = last === undefined ? [] : [last];
    const key = new Uint8Array(32).fill(writer);
    last = dag.add({ hash, writer: key, seq: i, lamport: last === undefined ? 0 : dag.lamport(last) + 1, parents });
  }
  return last ?? 0;
}

//  alice  0 ── 1 ── 2 ── ... ── 10,000 (final) ── 10,001
//              └── 1,000 blocks of who was removed
it("are found without walking through what is final, nor twice through what is lost", () => {
  const dag = new Dag();
  const early = grow(dag, { on: undefined, count: 2, writer: 1 });
  const lastFinal = grow(dag, { on: early, count: 9_999, writer: 1 });
  const newest = grow(dag, { on: lastFinal, count: 1, writer: 1 });
  grow(dag, { on: early, count: 1_000, writer: 2 });
  const finder = new LinkFinder(dag);
  let asked = 0;
  const isStale = (block: BlockIndex): boolean => {
    asked += 1;
    return block > newest;
  };
  const isFinal = (block: BlockIndex): boolean => {
    asked += 1;
    return block <= lastFinal;
  };
  const rules = { isLeftOut: isStale, isLost: isStale, isFinal, lastFinal };
  expect(finder.find(rules)).toEqual([newest]);
  expect(asked).toBeLessThan(4_000);
  asked = 0;
  expect(finder.find(rules)).toEqual([newest]);
  expect(asked).toBeLessThan(20);
});
