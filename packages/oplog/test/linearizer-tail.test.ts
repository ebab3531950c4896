import { expect, it } from "vitest";
import { createLinearizer } from "../src/index.ts";
import { compareBlocks, Dice } from "./linearizer-dag.ts";
import { Peer } from "./linearizer-peers.ts";

it("sorts what comes in whatever order it came, and changes nothing that it handed out", () => {
  const dice = new Dice(7);
  const rules = { mode: "majority", indexers: [0, 1, 2], interval: 1_000, create: createLinearizer } as const;
  // Three who have not heard of each other, and one who hears of all, now and then.
  const writers = [3, 4, 5].map((writer) => new Peer(dice, rules, writer));
  const listener = new Peer(dice, rules, 6);
  const handed: (readonly [tail: readonly number[], copy: readonly number[]])[] = [];
  for (let round = 0; round < 60; round++) {
    const writer = dice.pick(writers);
    for (let i = dice.below(5); i >= 0; i--) writer.write({ isValue: true });
    listener.receive(dice.pick(writers).dag.blocks);
    listener.advance();
    const tail = listener.linearizer.tail();
    handed.push([tail, [...tail]]);
    const sorted = [...listener.dag.blocks].sort(compareBlocks);
    expect(tail.map((block) => listener.dag.block(block).name)).toEqual(sorted.map(({ name }) => name));
  }
  for (const [tail, copy] of handed) expect(tail).toEqual(copy);
});
