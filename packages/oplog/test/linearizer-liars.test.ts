import { expect, it } from "vitest";
import type { TestBlock } from "./linearizer-dag.ts";
import { createPencil, read } from "./linearizer-scene.ts";

//  Three indexers, mode majority; a lies. Alice's peer hears from b, carol's from c:
//  a0 --- a1         a0' -- a1'
//     \ /                \ /
//     / \                / \
//  b0 --- b1         c0 --- c1
it("lets one liar lead two peers to conflicting orders in mode majority, which their order hashes show", () => {
  const draw = createPencil();
  const [a0, b0, twin, c0] = [draw("a0"), draw("b0"), draw("a0'"), draw("c0")];
  const [a1, b1] = [draw("a1", b0), draw("b1", a0)];
  const [twin1, c1] = [draw("a1'", twin, c0), draw("c1", twin)];
  const alice = [a0, b0, a1, b1];
  const carol = [twin, c0, twin1, c1];
  const room = { indexers: "abc", isSplit: true };
  const atAlice = read(room, [...alice, ...carol]);
  const atCarol = read(room, [...carol, ...alice]);
  expect(atAlice.leaders).toEqual(["a0"]);
  expect(atCarol.leaders).toEqual(["a0'"]);
  expect(atAlice.linearizer.position).toBe(atCarol.linearizer.position);
  expect(atAlice.linearizer.orderHash).not.toEqual(atCarol.linearizer.orderHash);
  // Neither takes anything back: what they knew before the other's blocks is what is final.
  expect(atAlice.final).toEqual(read(room, alice).final);
  expect(atCarol.final).toEqual(read(room, carol).final);
});

//  Four indexers, mode strict; a lies. A line is a block and what it follows of the round before.
//  round 0   a0, a0', b0, c0, d0
//  round 1   a1: a0 b0 c0   a1': a0' b0 c0   b1: a0 c0 d0   c1: a0' b0 d0   d1: a0 a0' b0 c0
//            votes for a0: a b; for a0': a c; d saw both and votes for neither
//  round 2   b2, c2, d2: all of round 1 but a1'
//  round 3.. b, c, d: all of the round before
it("gives neither of two twins a quorum in mode strict, where who saw both votes for neither", () => {
  const draw = createPencil();
  const [a0, twin, b0, c0, d0] = [draw("a0"), draw("a0'"), draw("b0"), draw("c0"), draw("d0")];
  const twin1 = draw("a1'", twin, b0, c0);
  const round1 = [draw("a1", b0, c0), draw("b1", a0, c0, d0), draw("c1", twin, b0, d0), draw("d1", a0, twin, b0, c0)];
  const blocks = [a0, twin, b0, c0, d0, twin1, ...round1];
  let before: readonly TestBlock[] = round1;
  for (let round = 2; round < 9; round++) {
    before = ["b", "c", "d"].map((letter) => draw(`${letter}${round}`, ...before));
    blocks.push(...before);
  }
  // Wave 0 would commit in round 2; wave 1 is led by b, wave 2 by c.
  const room = { indexers: "abcd", mode: "strict" } as const;
  expect(read(room, blocks).leaders).toEqual(["b3", "c6"]);
  expect(read(room, blocks).final.slice(0, 5)).toEqual(["a0", "a0'", "b0", "c0", "d0"]);
  expect(read({ ...room, mode: "majority" }, blocks).leaders[0]).toBe("a0");
});

//  a0 makes b, a, c, d indexers: the era counts what follows it. b forked before; its branches enter the era at different places.
//  before    b0; b0' -- b1'
//  round 0   a1, c0, d0, b1: b0 a0, b2': b1' a0
//  round 1   a2: a1 b1 c0 d0   c1: a1 b1 d0   d1: a1 b2' c0        b1 has two votes, since d has seen b's other branch
it("never takes one branch of a liar for the other, wherever the fork began", () => {
  const draw = createPencil();
  const a0 = draw("a0", { indexers: "bacd" });
  const [b0, twin] = [draw("b0"), draw("b0'")];
  const twin1 = draw("b1'", twin);
  const [b1, twin2] = [draw("b1", a0), draw("b2'", twin1, a0)];
  const [a1, c0, d0] = [draw("a1"), draw("c0", a0), draw("d0", a0)];
  const [a2, c1, d1] = [draw("a2", b1, c0, d0), draw("c1", a1, b1, d0), draw("d1", a1, twin2, c0)];
  const round1 = [a1, c0, d0, a2, c1, d1];
  for (const branches of [
    [b0, b1, twin, twin1, twin2],
    [twin, twin1, twin2, b0, b1],
  ]) {
    expect(read({ indexers: "a" }, [a0, ...branches, ...round1]).leaders).toEqual(["a0|"]);
  }
});
