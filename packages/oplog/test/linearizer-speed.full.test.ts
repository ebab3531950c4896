import { nodePrimitives } from "@coterie/primitives/node";
import { describe, expect, it } from "vitest";
import { createLinearizer, Dag, type Linearizer } from "../src/index.ts";
import { Dice } from "./linearizer-dag.ts";

const blocks = 100_000;

/** Writers who hear of each other at once. */
function chat(writers: number): Dag {
  const dice = new Dice(writers);
  const dag = new Dag();
  const seqs = Array.from({ length: writers }, () => 0);
  const last: (number | undefined)[] = [];
  for (let block = 0; block < blocks; block++) {
    const writer = dice.below(writers);
    const seq = seqs[writer] ?? 0;
    addBlock(dag, { dice, writer, seq, parents: [last[writer], ...dag.heads()] });
    seqs[writer] = seq + 1;
    last[writer] = block;
  }
  return dag;
}

/** Writers who write alone, and meet at the end. */
function branches(writers: number): Dag {
  const dice = new Dice(writers);
  const dag = new Dag();
  const each = Math.floor(blocks / writers);
  for (let writer = 0; writer < writers; writer++) {
    let last: number | undefined;
    for (let seq = 0; seq < each; seq++) last = addBlock(dag, { dice, writer, seq, parents: [last] });
  }
  for (let round = 0; round < 8; round++) {
    const heads = dag.heads();
    for (let writer = 0; writer < writers; writer++) addBlock(dag, { dice, writer, seq: each + round, parents: heads });
  }
  return dag;
}

interface Wanted {
  readonly dice: Dice;
  readonly writer: number;
  readonly seq: number;
  readonly parents: readonly (number | undefined)[];
}

function addBlock(dag: Dag, { dice, writer, seq, parents }: Wanted): number {
  const known = [...new Set(parents.filter((parent) => parent !== undefined))];
  const lamport = 1 + Math.max(-1, ...known.map((parent) => dag.lamport(parent)));
  return dag.add({ hash: dice.bytes(32), writer: new Uint8Array(32).fill(writer + 1), seq, lamport, parents: known });
}

/** The least processor time of three runs, in milliseconds: others may want the same processor. */
function measure(dag: Dag, run: (linearizer: Linearizer, indexers: readonly number[]) => void): number {
  const indexers = Array.from({ length: dag.writers }, (_, writer) => writer);
  const times = Array.from({ length: 3 }, () => {
    const input = { dag, mode: "majority", indexers, checkpointInterval: 1_000 } as const;
    const linearizer = createLinearizer(nodePrimitives, input);
    const before = process.cpuUsage();
    run(linearizer, indexers);
    const { user, system } = process.cpuUsage(before);
    expect(linearizer.position).toBeGreaterThan(dag.size - 200);
    return (user + system) / 1_000;
  });
  return Math.min(...times);
}

/** Measured 200 to 400 ms on a machine of 2026 that others used as well; a second is for slower ones. */
describe("a hundred thousand blocks are ordered within a second of processor time", () => {
  it.each([
    { shape: "of a chat of 3", make: () => chat(3) },
    { shape: "of a chat of 10", make: () => chat(10) },
    { shape: "of 3 branches that meet", make: () => branches(3) },
  ])("$shape, at once and in steps of a block", ({ make }) => {
    const dag = make();
    const atOnce = measure(dag, (linearizer, indexers) => {
      for (let block = 0; block < dag.size; block++) linearizer.add(block);
      linearizer.advance(() => indexers);
    });
    const inSteps = measure(dag, (linearizer, indexers) => {
      for (let block = 0; block < dag.size; block++) {
        linearizer.add(block);
        linearizer.advance(() => indexers);
      }
    });
    expect(atOnce).toBeLessThan(1_000);
    expect(inSteps).toBeLessThan(1_000);
  });
});
