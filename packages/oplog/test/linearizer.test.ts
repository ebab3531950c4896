import { describe, expect, it } from "vitest";
import { quorumOf } from "../src/index.ts";
import type { TestBlock } from "./linearizer-dag.ts";
import { createPencil, read, Room, writersOf } from "./linearizer-scene.ts";

/** Numbers below `count` in all sets of `size`. */
function choose(letters: string, size: number): string[] {
  if (size === 0) return [""];
  return letters
    .split("")
    .flatMap((letter, at) => choose(letters.slice(at + 1), size - 1).map((rest) => letter + rest));
}

function without(letters: string, away: string): string {
  return letters
    .split("")
    .filter((letter) => !away.includes(letter))
    .join("");
}

describe("the tentative order", () => {
  //  a0   b0 - b1
  //    \      /
  //     c0 --
  it("is by lamport, then by hash, and extends causality", () => {
    const draw = createPencil();
    const a0 = draw("a0");
    const b0 = draw("b0");
    const c0 = draw("c0", a0);
    const b1 = draw("b1", c0);
    expect(read({ indexers: "def" }, [b0, a0, c0, b1]).tail).toEqual(["a0", "b0", "c0", "b1"]);
  });
});

describe("a single indexer", () => {
  //  b0   b1      the indexer is a
  //    \     \
  //     a0 -- a1 -- a2
  it("finalises with each of its blocks what it has seen, in rooms of both modes", () => {
    const draw = createPencil();
    const b0 = draw("b0");
    const a0 = draw("a0", b0);
    const b1 = draw("b1");
    const a1 = draw("a1", b1);
    const b2 = draw("b2", a1);
    for (const mode of ["majority", "strict"] as const) {
      const { final, tail, leaders } = read({ indexers: "a", mode }, [b0, a0, b1, a1, b2]);
      expect(leaders).toEqual(["a0", "a1"]);
      expect(final).toEqual(["b0", "a0", "b1", "a1"]);
      expect(tail).toEqual(["b2"]);
    }
  });
});

describe("three indexers", () => {
  //  round  0     1     2     3
  //        a0 -- a1 -- a2 -- a3
  //           X     X     X
  //        b0 -- b1 -- b2 -- b3
  const draw = createPencil();
  const rows: (readonly [TestBlock, TestBlock])[] = [[draw("a0"), draw("b0")]];
  for (let round = 1; round < 4; round++)
    rows.push([draw(`a${round}`, ...(rows.at(-1) ?? [])), draw(`b${round}`, ...(rows.at(-1) ?? []))]);
  const blocks = rows.flat();

  it("commit a leader once two have seen it, the third being away", () => {
    expect(read({ indexers: "abc" }, blocks.slice(0, 3)).leaders).toEqual([]);
    expect(read({ indexers: "abc" }, blocks.slice(0, 4)).leaders).toEqual(["a0"]);
    expect(read({ indexers: "abc" }, blocks).leaders).toEqual(["a0", "b2"]);
    expect(read({ indexers: "abc" }, blocks).final).toEqual(["a0", "b0", "a1", "b1", "b2"]);
  });

  it("commit nothing of a wave whose leader is away, and it all with the next one", () => {
    expect(read({ indexers: "cab" }, blocks).leaders).toEqual(["a2"]);
  });

  it("need all three in strict mode", () => {
    expect(read({ indexers: "abc", mode: "strict" }, blocks).leaders).toEqual([]);
  });

  it("say the same whether they look after each block or once", () => {
    const stepwise = blocks.map((_, at) => read({ indexers: "abc" }, blocks.slice(0, at + 1)).final);
    const whole = read({ indexers: "abc" }, blocks).final;
    for (const final of stepwise) expect(final).toEqual(whole.slice(0, final.length));
  });
});

describe("leaders that did not commit at once", () => {
  //  Three indexers; a line is a block and whose blocks of the round before it follows. Leaders: a0, b2, c4.
  //  round 1   a1: a0 b0    b1: b0 c0    c1: c0 b0      a0 has the vote of a1 alone
  //  round 2   a2, b2, c2: all of round 1
  //  round 3   a3: a2 c2    b3: b2 a2    c3: c2 a2      b2 has the vote of b3 alone
  //  round 4   all of round 3
  //  round 5   all of round 4                           c4 has three votes
  it("commit before a later one that has them in its past, oldest first", () => {
    const draw = createPencil();
    const [a0, b0, c0] = [draw("a0"), draw("b0"), draw("c0")];
    const round1 = [draw("a1", b0), draw("b1", c0), draw("c1", b0)];
    const [a2, b2, c2] = [draw("a2", ...round1), draw("b2", ...round1), draw("c2", ...round1)];
    const round3 = [draw("a3", c2), draw("b3", a2), draw("c3", a2)];
    const round4 = [draw("a4", ...round3), draw("b4", ...round3), draw("c4", ...round3)];
    const early = [a0, b0, c0, ...round1, a2, b2, c2, ...round3, ...round4];
    expect(read({ indexers: "abc" }, early).leaders).toEqual([]);
    const later = read({ indexers: "abc" }, [...early, draw("a5", ...round4), draw("b5", ...round4)]);
    expect(later.leaders).toEqual(["a0", "b2", "c4"]);
    expect(later.final.slice(0, 2)).toEqual(["a0", "b0"]);
  });

  //  round 1   a1: a0 b0    b1: b0 c0    c1: c0 b0      a0 has the vote of a1 alone
  //  round 2   a2: a1 b1    b2: b1 c1    c2: c1 b1      b2 has not seen a0
  //  round 3   all of round 2: b2 has three votes
  //  round 4   all of round 3: c4 has seen a0 and b2
  //  round 5   all of round 4
  it("are passed over where the next one found has not seen them, by those as well who find out late", () => {
    const draw = createPencil();
    const [a0, b0, c0] = [draw("a0"), draw("b0"), draw("c0")];
    const [a1, b1, c1] = [draw("a1", b0), draw("b1", c0), draw("c1", b0)];
    const round2 = [draw("a2", b1), draw("b2", c1), draw("c2", b1)];
    const round3 = [draw("a3", ...round2), draw("b3", ...round2), draw("c3", ...round2)];
    const round4 = [draw("a4", ...round3), draw("b4", ...round3), draw("c4", ...round3)];
    const [a5, b5] = [draw("a5", ...round4), draw("b5", ...round4)];
    const blocks = [a0, b0, c0, a1, b1, c1, ...round2, ...round3, ...round4, a5, b5];
    expect(read({ indexers: "abc" }, blocks).leaders).toEqual(["b2", "c4"]);
    const order = read({ indexers: "abc" }, blocks).final;
    expect(order.slice(0, 5)).toEqual(["b0", "c0", "b1", "c1", "b2"]);
    expect(order.slice(5, 7)).toEqual(["a0", "a1"]);
  });
});

describe("an era", () => {
  //  The two rounds of "three indexers"; b0 makes b the only indexer. a0 commits once a1 and b1 are there, b0 with b2.
  it("ends with the commit that replaces indexers; what was still to commit in it is forgotten", () => {
    const draw = createPencil();
    const a0 = draw("a0");
    const b0 = draw("b0", { indexers: "b" });
    const [a1, b1] = [draw("a1", b0), draw("b1", a0)];
    const [a2, b2] = [draw("a2", b1), draw("b2", a1)];
    const [a3, b3] = [draw("a3", b2), draw("b3", a2)];
    const reading = read({ indexers: "abc" }, [a0, b0, a1, b1, a2, b2, a3, b3]);
    expect(reading.leaders).toEqual(["a0", "b2|", "b3"]);
    expect(reading.final).toEqual(["a0", "b0", "a1", "b1", "b2", "a2", "b3"]);
    expect(reading.tail).toEqual(["a3"]);
    expect(reading.linearizer).toMatchObject({ era: 1, commits: 3, position: 7, indexers: writersOf("b") });
    expect(reading.linearizer.anchor).toBe(reading.dag.index(b2));
  });

  it("ends also when as many blocks became final as the interval says, and several can end in one step", () => {
    const draw = createPencil();
    let before = [draw("a0"), draw("b0")];
    const blocks = [...before];
    for (let round = 1; round < 12; round++) {
      before = [draw(`a${round}`, ...before), draw(`b${round}`, ...before)];
      blocks.push(...before);
    }
    // Rounds begin again after each anchor, and with them the turn to lead: a0 has itself alone, a1 has all of round 0.
    expect(read({ indexers: "ab", interval: 3 }, blocks).leaders).toEqual([
      "a0",
      "b2|",
      "a3",
      "b5|",
      "a6",
      "b8|",
      "a9",
    ]);
    expect(read({ indexers: "ab" }, blocks).leaders).toEqual(["a0", "b2", "b4", "a6", "a8", "b10"]);
  });

  //  a0 -- a1 -- a2 -- a3      b has not heard of a since the era began at a1: its blocks do not count,
  //    \\                      although it is an indexer. With c, b would be a quorum.
  //     b0 -- b1 -- b2
  //        X     X
  //     c0 -- c1 -- c2
  it("counts no block whose past lacks its anchor", () => {
    const draw = createPencil();
    const a0 = draw("a0", { indexers: "abc" });
    const [b0, c0] = [draw("b0"), draw("c0")];
    const [b1, c1] = [draw("b1", c0), draw("c1", b0)];
    const [b2, c2] = [draw("b2", c1), draw("c2", b1)];
    const late = [draw("b3", c2, a0), draw("c3", b2, a0)];
    const [b4, c4] = [draw("b4", ...late), draw("c4", ...late)];
    const [b5, c5] = [draw("b5", b4, c4), draw("c5", b4, c4)];
    const [b6, c6] = [draw("b6", b5, c5), draw("c6", b5, c5)];
    const early = [a0, b0, c0, b1, c1, b2, c2, ...late, b4, c4];
    expect(read({ indexers: "a" }, early).leaders).toEqual(["a0|"]);
    expect(read({ indexers: "a" }, [...early, b5, c5, b6, c6]).leaders).toEqual(["a0|", "b5"]);
  });
});

describe("finality of a room", () => {
  it("comes within twelve rounds of acknowledgements with any quorum of up to five indexers, and then there is silence", () => {
    for (const mode of ["majority", "strict"] as const) {
      for (const indexers of ["a", "ab", "abc", "abcd", "abcde"]) {
        const most = indexers.length - quorumOf(mode, indexers.length);
        for (const away of Array.from({ length: most + 1 }, (_, size) => choose(indexers, size)).flat()) {
          const living = without(indexers, away);
          const room = new Room({ indexers, mode }, `${living}f`);
          room.exchange(`${living}f`);
          room.peer("f").write({ isValue: true });
          expect(room.settle(`${living}f`)).toSatisfy((rounds: number) => rounds > 0 && rounds <= 12);
          for (const { openValues } of room.peers) expect(openValues).toBe(0);
          expect(room.settle(`${living}f`)).toBe(0);
        }
      }
    }
  });

  it("comes also where indexers take turns, so that some skip rounds", () => {
    for (const mode of ["majority", "strict"] as const) {
      for (const turns of ["ab", "abc", "cba", "bca", "abcd", "dbca", "abcde", "ecadb"]) {
        const room = new Room({ indexers: turns.split("").toSorted().join(""), mode });
        room.peer(turns.slice(0, 1)).write({ isValue: true });
        expect(room.takeTurns(turns)).toSatisfy((times: number) => times > 0 && times <= 12);
        for (const { openValues } of room.peers) expect(openValues).toBe(0);
      }
    }
  });

  it("never comes from a minority alone, however often it acknowledges", () => {
    for (const [indexers, minority, quorum] of [
      ["abcde", "ab", "abc"],
      ["abcd", "cd", "bcd"],
      ["ab", "a", "ab"],
    ] as const) {
      const room = new Room({ indexers });
      for (let round = 0; round < 20; round++) {
        for (const letter of minority) room.peer(letter).write({ isValue: true });
        room.settle(minority);
      }
      expect(room.peer(minority.slice(0, 1)).linearizer.position).toBe(0);
      expect(room.settle(quorum)).toBeGreaterThan(0);
      for (const letter of quorum) expect(room.peer(letter).openValues).toBe(0);
    }
  });

  it("asks for no acknowledgement where nothing is open, or of others than indexers", () => {
    const room = new Room({ indexers: "ab" }, "abc");
    expect(room.peers.map((peer) => peer.linearizer.isAckDue(peer.writer, false))).toEqual([false, false, false]);
    expect(room.peers.map((peer) => peer.linearizer.isAckDue(peer.writer, true))).toEqual([true, true, false]);
  });
});

describe("shapes on which Autobase stalls", () => {
  //  a   b     Its 'convergence': two columns of three indexers; the left block follows both of the row above, the right one
  //  | / |     the right one. Each writer's block also follows its last one.
  //  b   c
  //  | / |
  //  c   a
  //  | / |
  //  a   b  ..
  it("finalise: convergence", () => {
    const draw = createPencil();
    const blocks: TestBlock[] = [];
    let row: readonly TestBlock[] = [];
    for (const [at, names] of ["ab", "bc", "ca", "ab", "bc", "ca"].entries()) {
      const [left, right] = [names.slice(0, 1), names.slice(1)];
      row = [draw(`${left}${2 * at}`, ...row), draw(`${right}${2 * at + 1}`, ...row.slice(1))];
      blocks.push(...row);
    }
    for (const indexers of ["abc", "bca", "cab"]) {
      expect(read({ indexers }, blocks).final.length).toBeGreaterThan(0);
      const room = new Room({ indexers });
      room.peer("c").receive(blocks);
      expect(room.settle("abc")).toSatisfy((rounds: number) => rounds > 0 && rounds <= 12);
      for (const peer of room.peers) expect(peer.openValues).toBe(0);
    }
  });

  //      b0  c0  d0          Its 'inner majority': five indexers, of which a and e write once.
  //    / | X | X | \
  //   a0 b1  c1  d1  e0
  //    \ | X | X | /
  //      b2  c2  d2
  //      | /
  //      b3
  it("finalise: inner majority", () => {
    const draw = createPencil();
    const [b0, c0, d0] = [draw("b0"), draw("c0"), draw("d0")];
    const [a0, b1, c1, d1, e0] = [draw("a0", b0), draw("b1", c0), draw("c1", b0, d0), draw("d1", c0), draw("e0", d0)];
    const [b2, c2, d2] = [draw("b2", a0, c1), draw("c2", b1, d1), draw("d2", c1, e0)];
    const shape = [b0, c0, d0, a0, b1, c1, d1, e0, b2, c2, d2, draw("b3", c2)];
    expect(read({ indexers: "cbade" }, shape).leaders).toEqual(["c0"]);
    for (const indexers of ["abcde", "cbade", "eabcd"]) {
      const room = new Room({ indexers }, "bcd");
      room.peer("b").receive(shape);
      expect(room.settle("bcd")).toSatisfy((rounds: number) => rounds > 0 && rounds <= 12);
      for (const peer of room.peers) expect(peer.final.slice(0, 12)).toHaveLength(12);
    }
  });
});

describe("indexers that are replaced", () => {
  it("hand over from [a..e] to [b..f] while everybody writes", () => {
    const room = new Room({ indexers: "abcde" }, "abcdef");
    for (let turn = 0; turn < 20; turn++) {
      for (const letter of "abcdef") {
        room.exchange("abcdef".slice(0, 3 + (turn % 4)));
        room
          .peer(letter)
          .write({ isValue: true, ...(turn === 5 && letter === "c" ? { indexers: writersOf("bcdef") } : {}) });
      }
    }
    expect(room.settle("abcdef")).toBeGreaterThan(0);
    for (const peer of room.peers) {
      expect(peer.openValues).toBe(0);
      expect(peer.linearizer).toMatchObject({ era: 1, indexers: writersOf("bcdef") });
      expect(peer.final.map(({ name }) => name)).toEqual(room.peer("a").final.map(({ name }) => name));
    }
    room.peer("b").write({ isValue: true });
    expect(room.peer("a").isAckDue()).toBe(false);
    expect(room.settle("bdf")).toBeGreaterThan(0);
    expect(room.peer("b").openValues).toBe(0);
  });

  it("go on alone after one of two is removed with its own help", () => {
    const room = new Room({ indexers: "ab" });
    room.peer("a").write({ isValue: true, indexers: writersOf("a") });
    expect(room.settle("ab")).toBeGreaterThan(0);
    expect(room.peer("a").linearizer).toMatchObject({ era: 1, indexers: writersOf("a") });
    room.peer("a").write({ isValue: true });
    room.peer("a").advance();
    expect(room.peer("a").openValues).toBe(0);
  });

  it("cannot be removed behind their backs: where one of two is away for good, the order stays tentative", () => {
    const room = new Room({ indexers: "ab" });
    room.peer("a").write({ isValue: true, indexers: writersOf("a") });
    expect(room.settle("a")).toBe(0);
    expect(room.peer("a").linearizer).toMatchObject({ era: 0, position: 0 });
  });
});
