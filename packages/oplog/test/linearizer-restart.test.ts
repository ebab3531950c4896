import { nodePrimitives } from "@coterie/primitives/node";
import { describe, expect, it } from "vitest";
import { createLinearizer, type EraStart, type Linearizer } from "../src/index.ts";
import { Dice, TestDag, type TestBlock } from "./linearizer-dag.ts";
import { evaluate, type Peer } from "./linearizer-peers.ts";
import { createPencil, read } from "./linearizer-scene.ts";
import { weather, type Weather } from "./linearizer-weather.ts";

/** A linearizer that begins at an era's start, over a graph that has the anchor already. */
function restart({ rules }: Weather, dag: TestDag, start: EraStart): Linearizer {
  return createLinearizer(nodePrimitives, { ...rules, dag, checkpointInterval: rules.interval, start });
}

function advance(linearizer: Linearizer, dag: TestDag): void {
  let { indexers } = linearizer;
  linearizer.advance(({ blocks }) => (indexers = evaluate(dag, blocks, indexers)));
}

function expectSame(linearizer: Linearizer, dag: TestDag, peer: Peer): void {
  const { position, orderHash, commits, era, indexers } = peer.linearizer;
  expect(linearizer).toMatchObject({ position, orderHash, commits, era, indexers });
  expect(linearizer.tail().map((block) => dag.block(block))).toEqual(peer.tail);
  for (let at = linearizer.eraStart.position; at < position; at++) {
    expect(dag.block(linearizer.at(at))).toBe(peer.final[at]);
  }
}

/** What is in the past of a block, and itself. */
function below(block: TestBlock): ReadonlySet<TestBlock> {
  const found = new Set([block]);
  for (const one of found) for (const parent of one.parents) found.add(parent);
  return found;
}

describe("a linearizer that starts at an era's anchor", () => {
  it("comes to the same as one that saw everything, in two hundred rooms in bad weather", () => {
    let starts = 0;
    for (let seed = 0; seed < 200; seed++) {
      const room = weather(seed, createLinearizer);
      for (const peer of room.alive.slice(0, 1)) {
        for (const start of peer.starts) {
          const dag = new TestDag();
          for (const block of room.blocks) dag.add(block);
          const linearizer = restart(room, dag, { ...start, anchor: dag.index(peer.dag.block(start.anchor)) });
          for (let block = 0; block < dag.size; block++) linearizer.add(block);
          advance(linearizer, dag);
          expectSame(linearizer, dag, peer);
          starts++;
        }
      }
    }
    expect(starts).toBeGreaterThan(150);
  });

  it("does so without the blocks below the anchor, of which some may be known as final", () => {
    let starts = 0;
    for (let seed = 0; seed < 200; seed++) {
      const dice = new Dice(seed);
      const room = weather(seed, createLinearizer);
      for (const peer of room.alive.slice(0, 1)) {
        for (const start of peer.starts) {
          const anchor = peer.dag.block(start.anchor);
          const old = below(anchor);
          const dag = new TestDag(true);
          const linearizer = restart(room, dag, { ...start, anchor: dag.add(anchor) });
          linearizer.addFinal(0);
          for (const block of room.blocks) {
            if (!old.has(block)) linearizer.add(dag.add(block));
            else if (block !== anchor && dice.chance(0.3)) linearizer.addFinal(dag.add(block));
            if (dice.chance(0.2)) advance(linearizer, dag);
          }
          advance(linearizer, dag);
          expectSame(linearizer, dag, peer);
          starts++;
        }
      }
    }
    expect(starts).toBeGreaterThan(150);
  });

  it("knows no positions before its start, and none that is not reached", () => {
    const draw = createPencil();
    const a0 = draw("a0");
    const blocks = [a0, draw("b0", a0), draw("a1")];
    const { linearizer } = read({ indexers: "a", interval: 1 }, blocks.slice(0, 1));
    const later = read({ indexers: "a", interval: 1 }, blocks, linearizer.eraStart);
    expect(later.linearizer.position).toBe(2);
    expect(later.dag.block(later.linearizer.at(1)).name).toBe("a1");
    for (const position of [-1, 0, 2, 0.5]) expect(() => later.linearizer.at(position)).toThrow("no final block");
  });
});

describe("a linearizer", () => {
  it("takes each block of its graph once and in order", () => {
    const dag = new TestDag();
    const linearizer = createLinearizer(nodePrimitives, { dag, mode: "strict", indexers: [0], checkpointInterval: 1 });
    const thrown = expect.objectContaining({ code: "oplog/block-out-of-turn" });
    expect(() => linearizer.add(0)).toThrow(thrown);
    dag.add(createPencil()("a0"));
    expect(() => linearizer.add(1)).toThrow(thrown);
    expect(() => linearizer.addFinal(1)).toThrow(thrown);
    linearizer.add(0);
    expect(() => linearizer.add(0)).toThrow(thrown);
  });

  it("refuses indexers, intervals and starts that cannot be", () => {
    const dag = new TestDag();
    const sound = { dag, mode: "majority", indexers: [0], checkpointInterval: 10 } as const;
    const start = { era: 1, anchor: -1, indexers: [0], position: 1, orderHash: new Uint8Array(32), commits: 1 };
    const wrong = [
      { indexers: [] },
      { indexers: [1, 1] },
      { indexers: [-1] },
      { indexers: [0.5] },
      { checkpointInterval: 0 },
      { checkpointInterval: 1.5 },
      { start: { ...start, anchor: 0 } },
      { start: { ...start, indexers: [] } },
      { start: { ...start, orderHash: new Uint8Array(31) } },
      { start: { ...start, commits: -1 } },
    ];
    const thrown = expect.objectContaining({ code: "oplog/invalid-linearizer-input" });
    for (const change of wrong) expect(() => createLinearizer(nodePrimitives, { ...sound, ...change })).toThrow(thrown);
    dag.add(createPencil()("a0"));
    const linearizer = createLinearizer(nodePrimitives, sound);
    linearizer.add(0);
    expect(() => linearizer.advance(() => [])).toThrow(thrown);
  });
});
