import { type Bytes, encodeHex } from "@coterie/bytes";
import { nodePrimitives as primitives } from "@coterie/primitives/node";
import { describe, expect, it } from "vitest";
import { type BlockIndex, Dag, oplogLimits } from "../src/index.ts";
import { createChooser, filled } from "./blocks.ts";

const notAddable = expect.objectContaining({ code: "oplog/block-not-addable" });
const alice = filled(32, 0xa1);
const bob = filled(32, 0xb0);

function hashOf(number: number): Bytes {
  return primitives.sha256(Uint8Array.of(number & 255, (number >> 8) & 255, (number >> 16) & 255));
}

describe("a graph of blocks", () => {
  // alice   a0 ── a1 ──── a2
  //           \          /
  // bob        b0 ── b1 ─
  it("keeps what was said of each block", () => {
    const dag = new Dag();
    const a0 = dag.add({ hash: filled(32, 1), writer: alice, seq: 0, lamport: 0, parents: [] });
    const a1 = dag.add({ hash: filled(32, 2), writer: alice, seq: 1, lamport: 1, commits: 7, parents: [a0] });
    const b0 = dag.add({ hash: filled(32, 3), writer: bob, seq: 0, lamport: 1, parents: [a0] });
    expect(dag.heads()).toEqual([a1, b0]);
    const b1 = dag.add({ hash: filled(32, 4), writer: bob, seq: 1, lamport: 2, parents: [b0] });
    const a2 = dag.add({ hash: filled(32, 5), writer: alice, seq: 2, lamport: 3, parents: [a1, b1] });
    expect([a0, a1, b0, b1, a2]).toEqual([0, 1, 2, 3, 4]);
    expect([dag.size, dag.writers]).toEqual([5, 2]);
    expect(dag.heads()).toEqual([a2]);
    expect(dag.find(filled(32, 4))).toBe(b1);
    expect(dag.find(filled(32, 9))).toBeUndefined();
    expect(dag.find(filled(31, 4))).toBeUndefined();
    expect(dag.hash(b1)).toEqual(filled(32, 4));
    expect(dag.writerKey(dag.writer(b1))).toEqual(bob);
    expect([dag.writerIndex(alice), dag.writerIndex(bob), dag.writerIndex(filled(32, 7))]).toEqual([0, 1, undefined]);
    expect([dag.seq(a2), dag.lamport(a2), dag.commits(a1), dag.commits(a2)]).toEqual([2, 3, 7, 0]);
    expect([dag.parents(a0), dag.parents(b0), dag.parents(a2)]).toEqual([[], [a0], [a1, b1]]);
    expect([dag.parentCount(a0), dag.parentCount(a2), dag.parentAt(a2, 0), dag.parentAt(a2, 1)]).toEqual([
      0,
      2,
      a1,
      b1,
    ]);
    expect(dag.blocksOf(1, 1)).toEqual([b1]);
    expect([dag.blocksOf(1, 2), dag.blocksOf(9, 0)]).toEqual([[], []]);
  });

  it("gives copies, so that nobody changes a block from outside", () => {
    const dag = new Dag();
    const hash = filled(32, 1);
    dag.add({ hash, writer: alice, seq: 0, lamport: 0, parents: [] });
    hash.fill(9);
    dag.hash(0).fill(9);
    dag.writerKey(0).fill(9);
    expect(dag.find(filled(32, 1))).toBe(0);
    expect(dag.writerIndex(alice)).toBe(0);
  });

  // mallory   m0 ── m1
  //             \── m1' ── m2'
  //             \── m1''
  it("keeps all blocks of a fork", () => {
    const dag = new Dag();
    const add = (number: number, seq: number, parents: BlockIndex[]): BlockIndex =>
      dag.add({ hash: filled(32, number), writer: alice, seq, lamport: seq, parents });
    const m0 = add(1, 0, []);
    const forks = [add(4, 1, [m0]), add(3, 1, [m0]), add(2, 1, [m0])];
    const m2 = add(5, 2, [2]);
    expect(dag.blocksOf(0, 1)).toEqual(forks);
    expect(dag.firstOf(0, 1)).toBe(forks[0]);
    // A fork begins where a block has a successor already; one that continues it is none.
    expect([dag.successorOf(m0), dag.successorOf(2), dag.successorOf(m2)]).toEqual([forks[0], m2, undefined]);
    const link = dag.add({ hash: filled(32, 6), writer: bob, seq: 0, lamport: 3, parents: [m2] });
    expect([dag.successorOf(m2), dag.successorOf(link)]).toEqual([undefined, undefined]);
    expect([dag.blocksOf(0, 0), dag.blocksOf(0, 2), dag.firstOf(0, 3)]).toEqual([[m0], [m2], undefined]);
    expect(dag.heads()).toEqual([1, 3, link]);
  });

  it("takes chains that begin late, and what came before afterwards", () => {
    const dag = new Dag();
    const seqs = [500, 501, 499, 500, 700, oplogLimits.number, 502];
    for (const [i, seq] of seqs.entries())
      dag.add({ hash: filled(32, i), writer: alice, seq, lamport: 0, parents: [] });
    expect([499, 500, 501, 502, 503, 700, oplogLimits.number].map((seq) => dag.blocksOf(0, seq))).toEqual([
      [2],
      [0, 3],
      [1],
      [6],
      [],
      [4],
      [5],
    ]);
    expect([dag.firstOf(0, 500), dag.firstOf(0, 499)]).toEqual([0, 2]);
    // What was added out of turn comes into its place later.
    const gap = dag.add({ hash: filled(32, 90), writer: bob, seq: 1, lamport: 0, parents: [] });
    const early = dag.add({ hash: filled(32, 91), writer: bob, seq: 3, lamport: 0, parents: [gap] });
    dag.add({ hash: filled(32, 92), writer: bob, seq: 2, lamport: 0, parents: [gap] });
    const late = dag.add({ hash: filled(32, 93), writer: bob, seq: 3, lamport: 0, parents: [gap] });
    expect([dag.blocksOf(1, 3), dag.firstOf(1, 3)]).toEqual([[early, late], early]);
  });

  it("numbers a writer before it writes", () => {
    const dag = new Dag();
    expect([dag.numberWriter(bob), dag.numberWriter(bob)]).toEqual([0, 0]);
    expect([dag.writers, dag.blocksOf(0, 0), dag.firstOf(0, 0)]).toEqual([1, [], undefined]);
    const a0 = dag.add({ hash: filled(32, 1), writer: alice, seq: 4, lamport: 0, parents: [] });
    const b0 = dag.add({ hash: filled(32, 2), writer: bob, seq: 7, lamport: 0, parents: [] });
    expect([dag.writer(a0), dag.writer(b0), dag.numberWriter(alice), dag.writers]).toEqual([1, 0, 1, 2]);
    expect([dag.blocksOf(0, 7), dag.blocksOf(1, 4)]).toEqual([[b0], [a0]]);
    expect(dag.memoryBytes).toBeGreaterThan(0);
    expect(() => dag.numberWriter(filled(31, 1))).toThrow(notAddable);
  });

  it("refuses what cannot be added, and stays as it was", () => {
    const dag = new Dag();
    const block = { hash: filled(32, 1), writer: alice, seq: 0, lamport: 0, parents: [] };
    dag.add(block);
    const wrong = [
      block,
      { ...block, hash: filled(31, 1) },
      { ...block, hash: filled(32, 2), writer: filled(33, 1) },
      { ...block, hash: filled(32, 2), parents: [1] },
      { ...block, hash: filled(32, 2), parents: [-1] },
      { ...block, hash: filled(32, 2), parents: [Number.NaN] },
    ];
    for (const input of wrong) expect(() => dag.add(input)).toThrow(notAddable);
    expect([dag.size, dag.writers, dag.heads()]).toEqual([1, 1, [0]]);
    expect(dag.add({ ...block, hash: filled(32, 2), seq: 1, parents: [0] })).toBe(1);
  });

  it("orders by lamport, then by all bytes of the hash", () => {
    const dag = new Dag();
    const last = filled(32, 5);
    last[31] = 6;
    const hashes = [filled(32, 0xff), filled(32, 5), last, filled(32, 1)];
    for (const hash of hashes) dag.add({ hash, writer: alice, seq: 0, lamport: 3, parents: [] });
    dag.add({ hash: filled(32, 2), writer: alice, seq: 0, lamport: 2, parents: [] });
    dag.add({ hash: filled(32, 0), writer: alice, seq: 0, lamport: 0xffff_ffff, parents: [] });
    expect([0, 1, 2, 3, 4, 5].sort((a, b) => dag.compare(a, b))).toEqual([4, 3, 1, 2, 0, 5]);
    expect(dag.compare(1, 1)).toBe(0);
  });
});

describe("a graph of many blocks", () => {
  it("agrees with a simple model", () => {
    for (let seed = 0; seed < 20; seed++) {
      const choose = createChooser(seed);
      const dag = new Dag();
      const model: { hash: string; writer: string; seq: number; lamport: number; parents: number[] }[] = [];
      for (let i = 0; i < 300; i++) {
        const writer = filled(32, choose(6));
        const parents = i === 0 ? [] : [...new Set([choose(i), choose(i)])];
        const block = { hash: hashOf(1000 * seed + i), writer, seq: choose(20), lamport: choose(50), parents };
        expect(dag.add(block)).toBe(i);
        model.push({ ...block, hash: encodeHex(block.hash), writer: encodeHex(writer) });
      }
      const followed = new Set(model.flatMap(({ parents }) => parents));
      expect(dag.heads(), `seed ${seed}`).toEqual([...model.keys()].filter((i) => !followed.has(i)));
      for (const [i, block] of model.entries()) {
        expect(dag.find(dag.hash(i))).toBe(i);
        expect(dag.parents(i)).toEqual(block.parents);
        expect([encodeHex(dag.hash(i)), encodeHex(dag.writerKey(dag.writer(i)))]).toEqual([block.hash, block.writer]);
        const same = [...model.keys()].filter((j) => model[j]?.writer === block.writer && model[j]?.seq === block.seq);
        expect(dag.blocksOf(dag.writer(i), block.seq), `seed ${seed}`).toEqual(same);
        expect(dag.firstOf(dag.writer(i), block.seq)).toBe(same[0]);
      }
      const order = [...model.keys()].sort((a, b) => dag.compare(a, b));
      const sorted = model.toSorted((a, b) => a.lamport - b.lamport || (a.hash < b.hash ? -1 : 1));
      expect(order.map((i) => encodeHex(dag.hash(i)))).toEqual(sorted.map(({ hash }) => hash));
    }
  });

  it.each([1_000, 70_000, 110_000])("takes at most 100 bytes a block: %i", (count) => {
    const dag = new Dag();
    const hash = new Uint8Array(32);
    const view = new DataView(hash.buffer);
    for (let i = 0; i < count; i++) {
      view.setUint32(4, Math.imul(i, 0x9e37_79b1));
      view.setUint32(20, i);
      const parents = i < 4 ? [] : [i - 3, i - 1];
      dag.add({ hash, writer: filled(32, i % 3), seq: Math.floor(i / 3), lamport: i, parents });
    }
    expect(dag.memoryBytes / count).toBeLessThan(count < 65_536 ? 130 : 100);
  });
});
