// Attack: who was removed writes thousands of blocks beside thousands of others. Each of them is judged again by whoever writes or looks at a view:
// 4,000 beside 4,000 took 2.4 s each time.
import { Dag } from "@coterie/oplog";
import { expect, it } from "vitest";
import { Pasts } from "../src/room/is-in-past.ts";
import { seeded, World } from "./world.ts";

/** A graph of blocks that follow some of those before them; `asked` counts questions for parents. */
function randomGraph(seed: number, size: number) {
  const random = seeded(seed);
  const counts = { asked: 0 };
  class CountedDag extends Dag {
    override parents(block: number): readonly number[] {
      counts.asked += 1;
      return super.parents(block);
    }
  }
  const dag = new CountedDag();
  const pasts: Set<number>[] = [];
  for (let block = 0; block < size; block++) {
    const parents = [...new Set(Array.from({ length: block === 0 ? 0 : random.below(4) }, () => random.below(block)))];
    const hash = new Uint8Array(32);
    const writer = new Uint8Array(32);
    random.fill(hash);
    random.fill(writer);
    const lamport = parents.reduce((greatest, parent) => Math.max(greatest, dag.lamport(parent) + 1), 0);
    dag.add({ hash, writer, seq: 0, lamport, commits: 0, parents });
    pasts.push(new Set([block, ...parents.flatMap((parent) => [...(pasts[parent] ?? [])])]));
  }
  counts.asked = 0;
  return { dag, pasts, counts, random };
}

it("knows the past of a block as far down as it was asked for, whatever it was asked before", () => {
  for (let seed = 0; seed < 5; seed++) {
    const { dag, pasts, random } = randomGraph(seed, 120);
    const known = new Pasts(dag);
    for (let question = 0; question < 2_000; question++) {
      const [earlier, later] = [random.below(120), random.below(120)];
      expect(known.has({ earlier, later })).toBe(pasts[later]?.has(earlier));
    }
  }
});

it("walks the past of a block once, however many blocks it is asked about", () => {
  const { dag, pasts, counts } = randomGraph(99, 1_000);
  const known = new Pasts(dag);
  for (let earlier = 999; earlier >= 0; earlier--)
    expect(known.has({ earlier, later: 999 })).toBe(pasts[999]?.has(earlier));
  expect(counts.asked).toBeLessThanOrEqual(1_000);
});

//   m0 ──┬── m1 ... m400           (bob has them, alice does not)
//        └── a1 ... a400 ── alice: remove mallory ── b1
it("15: what a removed member wrote beside others is void, before and after the removal is decided", async () => {
  const world = new World(1);
  const [alice, bob, mallory] = await world.found(["alice", "bob", "mallory"], { checkpointInterval: 10_000 });
  if (!(alice && bob && mallory)) throw new Error("three people");
  await mallory.say("m0");
  await world.settle(alice, bob, mallory);
  const many = Array.from({ length: 400 }, (_, i) => [Uint8Array.of(97 + (i % 26))]);
  await mallory.in.writeAll(many);
  await alice.in.writeAll(many);
  await world.give(mallory, bob);
  await world.give(alice, bob);
  expect(await bob.lines()).toHaveLength(801);
  await alice.remove(mallory);
  await world.give(alice, bob);
  expect(await bob.lines()).toHaveLength(401);
  await bob.say("b1");
  await world.settle(alice, bob);
  expect(await bob.lines()).toEqual(await alice.lines());
  expect((await bob.lines()).at(-1)).toBe("b1");
});
