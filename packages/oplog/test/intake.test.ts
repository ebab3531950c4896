import { type Bytes, concatBytes, encodeHex } from "@coterie/bytes";
import { describe, expect, it } from "vitest";
import { type Envelope, oplogLimits, type PlacedEnvelope, type Signer } from "../src/index.ts";
import {
  blockOf,
  createChooser,
  epochOf,
  filled,
  nextBlock,
  openMark,
  shuffle,
  signerOf,
  withBadSignature,
} from "./blocks.ts";
import { laterKey, offeredKey, reasonsOf, TestPeer, wrappedKey } from "./intake-scene.ts";

const alice = signerOf(1);
const bob = signerOf(2);
const mallory = signerOf(66);

/** A chain of one writer from seq 0, or on top of a block. */
function chainOf(signer: Signer, count: number, base?: Envelope): Envelope[] {
  const chain: Envelope[] = [];
  for (let i = 0; i < count; i++) {
    const previous = chain.at(-1) ?? base;
    chain.push(nextBlock(signer, { previous, lamport: previous === undefined ? 0 : previous.header.seq + 1 }));
  }
  return chain;
}

function at(chain: readonly Envelope[], position: number): Envelope {
  const block = chain.at(position);
  if (block === undefined) throw new Error("no such block");
  return block;
}

function hashes(blocks: readonly Envelope[]): string[] {
  return blocks.map(({ hash }) => encodeHex(hash));
}

function hexOf(list: readonly Bytes[]): string[] {
  return list.map((hash) => encodeHex(hash)).sort();
}

function sorted(links: readonly Envelope[]): Bytes[] {
  return links.map(({ hash }) => hash).sort((a, b) => (encodeHex(a) < encodeHex(b) ? -1 : 1));
}

describe("order of arrival", () => {
  // alice  a0 ── a1 ── a2 ── a3
  //          \        /
  // bob       b0 ── b1
  const a01 = chainOf(alice, 2);
  const b0 = nextBlock(bob, { links: [at(a01, 0).hash], lamport: 1 });
  const b1 = nextBlock(bob, { previous: b0, lamport: 2 });
  const a2 = nextBlock(alice, { previous: at(a01, 1), links: [b1.hash], lamport: 3 });
  const a3 = nextBlock(alice, { previous: a2, lamport: 4 });
  const all = [...a01, b0, b1, a2, a3];

  it("does not matter: parents are admitted first, and the host sees each block once", () => {
    for (let seed = 0; seed < 100; seed++) {
      const peer = new TestPeer();
      for (const block of shuffle(createChooser(seed), [...all, ...all])) peer.receive(block);
      expect(peer.admitted.toSorted(), `seed ${seed}`).toEqual(hashes(all).sort());
      for (const index of all.keys())
        for (const parent of peer.dag.parents(index)) expect(parent, `seed ${seed}`).toBeLessThan(index);
      expect(peer.intake.waiting.blocks).toBe(0);
      expect(peer.dag.heads().map((head) => peer.dag.hash(head))).toEqual([a3.hash]);
    }
  });

  it("does not matter within a batch", () => {
    const peer = new TestPeer();
    const { admitted, missing, refused } = peer.receive(...all.toReversed(), ...all);
    expect(admitted.map(({ index }) => index)).toEqual([0, 1, 2, 3, 4, 5]);
    expect([missing, refused]).toEqual([[], []]);
  });

  it("leaves what is known already alone", () => {
    const peer = new TestPeer();
    peer.receive(...all);
    expect(peer.receive(...all)).toEqual({ admitted: [], forks: [], refused: [], missing: [] });
    expect(peer.verifications).toBe(2);
  });

  it("leaves what waits already alone", () => {
    const peer = new TestPeer();
    peer.receive(a2);
    expect(peer.receive(a2, a2)).toEqual({ admitted: [], forks: [], refused: [], missing: [] });
    expect([peer.verifications, peer.opener.opens, peer.intake.waiting.blocks]).toEqual([1, 1, 1]);
  });

  it("tells what the host needs of a block", () => {
    const peer = new TestPeer();
    const block = nextBlock(alice, { lamport: 0, content: filled(48, 7), control: wrappedKey(9) });
    const [admitted] = peer.receive(block).admitted;
    expect(admitted).toMatchObject({ index: 0, control: { links: [], lamport: 0, commits: 0, rest: wrappedKey(9) } });
    expect(admitted?.envelope).toEqual(block);
    expect(admitted?.content?.exposePlainBytes()).toEqual(filled(48, 7));
    expect(peer.dag.writerKey(peer.dag.writer(0))).toEqual(alice.writer);
  });

  it("tells what is missing: first when it is missed, later where it is asked", () => {
    const peer = new TestPeer();
    expect(hexOf(peer.receive(a2).missing)).toEqual(hashes([at(a01, 1), b1]).sort());
    expect(peer.receive(a3).missing).toEqual([]);
    expect(peer.receive(b1).missing).toEqual([b0.hash]);
    expect(hexOf(peer.intake.waiting.missing)).toEqual(hashes([at(a01, 1), b0]).sort());
    expect(peer.receive(b0).missing).toEqual([at(a01, 0).hash]);
    expect(peer.receive(...a01).missing).toEqual([]);
    expect([peer.dag.size, peer.intake.waiting.missing]).toEqual([6, []]);
  });
});

describe("signatures", () => {
  it("are verified once for each run of a writer in a batch", () => {
    const [as, bs] = [chainOf(alice, 50), chainOf(bob, 50)];
    const peer = new TestPeer();
    const mixed = as.flatMap((block, i) => [block, at(bs, i)]);
    peer.receive(...mixed.slice(0, 60));
    expect([peer.dag.size, peer.verifications]).toEqual([60, 2]);
    peer.receive(...mixed.slice(60).toReversed());
    expect([peer.dag.size, peer.verifications]).toEqual([100, 4]);
  });

  it("are verified for each block that comes alone", () => {
    const peer = new TestPeer();
    for (const block of chainOf(alice, 10)) peer.receive(block);
    expect([peer.dag.size, peer.verifications]).toEqual([10, 10]);
  });

  it("are not needed where a verified block names it as its previous", () => {
    const chain = chainOf(alice, 10);
    const peer = new TestPeer();
    for (const block of chain.toReversed()) peer.receive(block);
    expect([peer.dag.size, peer.verifications]).toEqual([10, 1]);
  });

  it("are searched back for: nothing honest is lost to a bad end", () => {
    const chain = chainOf(alice, 20);
    const forgery = chainOf({ writer: alice.writer, sign: mallory.sign }, 5, at(chain, 19));
    const peer = new TestPeer();
    const result = peer.receive(...chain, ...forgery);
    expect(hashes(chain)).toEqual(peer.admitted);
    expect(reasonsOf(result)).toEqual(forgery.map(() => "bad-signature"));
    expect(peer.verifications).toBe(6);
  });

  it("are searched back for in each branch of a fork", () => {
    const chain = chainOf(mallory, 5);
    const left = nextBlock(mallory, { previous: at(chain, 4), lamport: 5 });
    const right = nextBlock(mallory, { previous: at(chain, 4), lamport: 5, content: filled(48, 1) });
    const peer = new TestPeer();
    const result = peer.receive(...chain, withBadSignature(left), right);
    expect([reasonsOf(result), peer.dag.size, peer.has(right)]).toEqual([["bad-signature"], 6, true]);
    expect(peer.receive(left).forks).toMatchObject([{ writer: mallory.writer, seq: 5 }]);
  });

  it("that are bad refuse a copy, not the block", () => {
    const block = nextBlock(alice, { lamport: 0 });
    const peer = new TestPeer();
    expect(reasonsOf(peer.receive(withBadSignature(block)))).toEqual(["bad-signature"]);
    expect(peer.dag.size).toBe(0);
    expect(peer.receive(withBadSignature(block), block, withBadSignature(block)).admitted).toHaveLength(1);
    const other = new TestPeer();
    expect(other.receive(block, withBadSignature(block)).admitted[0]?.envelope.bytes).toEqual(block.bytes);
  });

  it("that are bad lead to fetching the block again where it is waited for", () => {
    const [a0, a1] = chainOf(alice, 2);
    if (a0 === undefined || a1 === undefined) throw new Error("two blocks");
    const b0 = nextBlock(bob, { links: [a1.hash], lamport: 2 });
    const peer = new TestPeer();
    expect(peer.receive(b0).missing).toEqual([a1.hash]);
    expect(peer.receive(withBadSignature(a1)).missing).toEqual([a1.hash]);
    expect(peer.receive(a0, a1).admitted).toHaveLength(3);
  });

  it("of another writer vouch for nothing", () => {
    // Mallory names a block that alice never signed as her own previous one, and links to it.
    const forged = nextBlock({ writer: alice.writer, sign: mallory.sign }, { lamport: 0 });
    const after = nextBlock(mallory, { previous: forged, links: [], lamport: 1 });
    const linking = nextBlock(mallory, { links: [forged.hash], lamport: 1 });
    for (const batch of [
      [forged, after, linking],
      [after, linking, forged],
    ]) {
      const peer = new TestPeer();
      peer.receive(...batch);
      for (const block of batch) peer.receive(block);
      expect([peer.dag.size, peer.refused.get(encodeHex(forged.hash))]).toEqual([0, "bad-signature"]);
    }
  });

  it("of a block that links to it vouch for nothing, even under the same name", () => {
    const forged = nextBlock({ writer: alice.writer, sign: mallory.sign }, { lamport: 0 });
    const a0 = nextBlock(alice, { lamport: 0, content: filled(48, 1) });
    const linking = nextBlock(alice, { previous: a0, links: [forged.hash], lamport: 1 });
    const peer = new TestPeer();
    peer.receive(linking);
    expect(reasonsOf(peer.receive(forged, a0))).toEqual(["bad-signature"]);
    expect([peer.has(forged), peer.has(linking), peer.has(a0)]).toEqual([false, false, true]);
  });

  it("of a block with another seq vouch for nothing", () => {
    const forged = nextBlock({ writer: mallory.writer, sign: alice.sign }, { lamport: 0 });
    const after = nextBlock(mallory, { previous: forged, lamport: 1, header: { seq: 2 } });
    const peer = new TestPeer();
    peer.receive(forged, after);
    expect([peer.dag.size, peer.refused.get(encodeHex(forged.hash))]).toEqual([0, "bad-signature"]);
  });
});

describe("what is no block of this log", () => {
  it("is refused, and leaves the rest of the batch alone", () => {
    const peer = new TestPeer();
    const good = nextBlock(alice, { lamport: 0 });
    const other = nextBlock(bob, { lamport: 0, header: { logTag: filled(16, 9) } });
    const result = peer.receive(filled(0, 0), good, filled(500, 1), other, good.bytes.slice(1));
    expect(result.refused).toEqual([
      { reason: "not-a-block", position: 0 },
      { reason: "not-a-block", position: 2 },
      { reason: "other-log", hash: other.hash, writer: bob.writer, seq: 0 },
      { reason: "not-a-block", position: 4 },
    ]);
    expect(result.admitted).toHaveLength(1);
  });

  it("may come in any number", () => {
    const peer = new TestPeer();
    const garbage = filled(20, 1);
    const batch = Array.from({ length: 150_000 }, () => garbage);
    expect(peer.intake.receive(batch).refused).toHaveLength(150_000);
  });
});

describe("keys", () => {
  const [a0, a1, a2] = chainOf(alice, 3).map((block, i) =>
    i === 0 ? block : nextBlock(alice, { previous: block, lamport: i }),
  );

  it("are waited for, and without them nothing is admitted", () => {
    const first = nextBlock(alice, { lamport: 0, header: { epochId: epochOf(7) }, content: filled(48, 1) });
    const second = nextBlock(alice, { previous: first, lamport: 1 });
    const peer = new TestPeer();
    peer.receive(first, second);
    expect(peer.unlock().admitted).toEqual([]);
    expect(peer.intake.waiting).toMatchObject({ blocks: 2, missing: [], lockedEpochs: [epochOf(7)] });
    peer.opener.learn(8);
    expect(peer.unlock().admitted).toEqual([]);
    peer.opener.learn(7);
    expect(peer.unlock().admitted.map(({ envelope }) => envelope.hash)).toEqual([first.hash, second.hash]);
    expect(peer.intake.waiting).toMatchObject({ blocks: 0, lockedEpochs: [] });
  });

  it("come with a public part on receipt, also of a block that cannot be admitted yet", () => {
    const locked = nextBlock(alice, { lamport: 0, header: { epochId: epochOf(7) } });
    const far = nextBlock(bob, {
      lamport: 5,
      header: { seq: 9, previous: filled(32, 9) },
      publicPart: offeredKey(7),
    });
    const peer = new TestPeer();
    peer.receive(locked);
    expect(peer.receive(far).admitted.map(({ envelope }) => envelope.hash)).toEqual([locked.hash]);
    expect(peer.opener.offered).toEqual(hashes([far]));
    expect(peer.intake.waiting).toMatchObject({ blocks: 1, missing: [filled(32, 9)] });
  });

  it("come with the block itself that is encrypted under them", () => {
    const rotation = nextBlock(alice, { lamport: 0, header: { epochId: epochOf(7) }, publicPart: offeredKey(7) });
    const peer = new TestPeer();
    expect(peer.receive(rotation).admitted).toHaveLength(1);
    expect(peer.opener.opens).toBe(1);
  });

  it("are offered once, and never from a block that its writer did not sign", () => {
    const offer = nextBlock(alice, { lamport: 0, publicPart: offeredKey(7) });
    const locked = nextBlock(bob, { lamport: 0, header: { epochId: epochOf(7) } });
    const peer = new TestPeer();
    peer.receive(locked, withBadSignature(offer));
    expect([peer.opener.offered, peer.dag.size]).toEqual([[], 0]);
    peer.receive(offer, offer);
    peer.receive(offer);
    expect([peer.opener.offered, peer.dag.size]).toEqual([hashes([offer]), 2]);
  });

  it("are offered from a block that is refused", () => {
    const bad = nextBlock(alice, { lamport: 9, publicPart: offeredKey(7) });
    const onBad = nextBlock(alice, { previous: bad, lamport: 10, publicPart: offeredKey(8) });
    const peer = new TestPeer();
    peer.receive(bad);
    peer.receive(onBad);
    expect(peer.opener.offered).toEqual(hashes([bad, onBad]));
    expect([...peer.refused.values()]).toEqual(["wrong-lamport", "builds-on-refused"]);
  });

  it("of the past come with what a later block wraps, before that one can be admitted", () => {
    const old = nextBlock(alice, { lamport: 0, header: { epochId: epochOf(7) } });
    const middle = nextBlock(alice, {
      previous: old,
      lamport: 1,
      header: { epochId: epochOf(8) },
      control: wrappedKey(7),
    });
    const rotation = nextBlock(alice, { previous: middle, lamport: 2, control: wrappedKey(8) });
    const peer = new TestPeer();
    peer.receive(old, middle);
    expect(peer.dag.size).toBe(0);
    expect(peer.receive(rotation).admitted.map(({ envelope }) => envelope.hash)).toEqual([
      old.hash,
      middle.hash,
      rotation.hash,
    ]);
  });

  it("come with the admission of a block", () => {
    const locked = nextBlock(bob, { lamport: 0, header: { epochId: epochOf(7) } });
    const first = nextBlock(alice, { lamport: 0 });
    const bringing = nextBlock(alice, { previous: first, lamport: 1, control: laterKey(7) });
    const peer = new TestPeer();
    peer.receive(locked, bringing);
    expect(peer.dag.size).toBe(0);
    expect(peer.receive(first).admitted).toHaveLength(3);
  });

  it("are not looked for block by block: one attempt for each locked epoch", () => {
    const blocks = Array.from({ length: 300 }, (_, i) =>
      nextBlock(alice, {
        lamport: 0,
        header: { epochId: epochOf(100 + (i % 3)) },
        nonce: filled(24, i),
        content: filled(40 + i, 1),
      }),
    );
    const peer = new TestPeer();
    peer.receive(...blocks);
    const before = peer.opener.opens;
    peer.opener.learn(100);
    expect(peer.unlock().admitted).toHaveLength(100);
    expect(peer.opener.opens - before).toBe(102);
    if (a0 === undefined || a1 === undefined || a2 === undefined) throw new Error("three blocks");
    peer.receive(a0);
    expect(peer.opener.opens - before).toBe(103);
  });
});

describe("commits", () => {
  it("are waited for, exactly as many as the author knew", () => {
    const first = nextBlock(alice, { lamport: 0, commits: 3 });
    const second = nextBlock(alice, { previous: first, lamport: 1, commits: 4 });
    const peer = new TestPeer();
    peer.receive(first, second);
    for (const [commits, size] of [
      [2, 0],
      [3, 1],
      [4, 2],
    ] as const) {
      // The second one waits for the first one, and only then for commits.
      expect(peer.intake.waiting.awaitingCommits).toBe(1);
      peer.commits = commits;
      peer.unlock();
      expect(peer.dag.size).toBe(size);
    }
    expect(peer.intake.waiting).toMatchObject({ blocks: 0, awaitingCommits: 0 });
  });

  it("that a block brings let others in at once, far ones too", () => {
    const waiting = [1, 5, 5, 4_000_000_000].map((commits, i) =>
      nextBlock(bob, { lamport: 0, commits, content: filled(48 + i, 1) }),
    );
    const bringing = nextBlock(alice, { lamport: 0 });
    const peer = new TestPeer({
      onAdmit: ({ envelope }, self) => {
        if (encodeHex(envelope.hash) === encodeHex(bringing.hash)) self.commits = 3_999_999_999;
      },
    });
    expect(peer.receive(...waiting).admitted).toEqual([]);
    expect(peer.receive(bringing).admitted).toHaveLength(4);
    peer.commits = 4_000_000_000;
    expect(peer.unlock().admitted).toHaveLength(1);
  });

  it("do not decrease from parent to child", () => {
    const first = nextBlock(alice, { lamport: 0, commits: 3 });
    const linking = nextBlock(bob, { links: [first.hash], lamport: 1, commits: 2 });
    const equal = nextBlock(alice, { previous: first, lamport: 1, commits: 3 });
    const peer = new TestPeer();
    peer.commits = 3;
    expect(reasonsOf(peer.receive(first, linking, equal))).toEqual(["commits-decrease"]);
    expect(peer.dag.size).toBe(2);
  });
});

describe("what a block says of its place", () => {
  const a0 = nextBlock(alice, { lamport: 0 });
  const b0 = nextBlock(bob, { links: [a0.hash], lamport: 1 });

  it("is checked: lamport is one more than the greatest of the parents'", () => {
    for (const [lamport, isRight] of [
      [0, false],
      [1, false],
      [2, true],
      [3, false],
    ] as const) {
      const block = nextBlock(alice, { previous: a0, links: [b0.hash], lamport });
      const peer = new TestPeer();
      expect(reasonsOf(peer.receive(a0, b0, block))).toEqual(isRight ? [] : ["wrong-lamport"]);
      expect(peer.has(block)).toBe(isRight);
    }
    const first = nextBlock(alice, { lamport: 1 });
    expect(reasonsOf(new TestPeer().receive(first))).toEqual(["wrong-lamport"]);
  });

  it("is checked: a removed member cannot write into the past of what it has seen", () => {
    // Whoever links to the removal comes after it; whoever claims an earlier place is refused.
    const removal = nextBlock(alice, { previous: a0, links: [b0.hash], lamport: 2 });
    const backDated = nextBlock(bob, { previous: b0, links: [removal.hash], lamport: 2 });
    const peer = new TestPeer();
    expect(reasonsOf(peer.receive(a0, b0, removal, backDated))).toEqual(["wrong-lamport"]);
  });

  it("is checked: previous is the writer's own, one place before", () => {
    const stolen = nextBlock(bob, { previous: a0, lamport: 1 });
    const skipping = nextBlock(alice, { previous: a0, lamport: 1, header: { seq: 2 } });
    const peer = new TestPeer();
    expect(reasonsOf(peer.receive(stolen, skipping))).toEqual([]);
    expect(reasonsOf(peer.receive(a0))).toEqual(["wrong-previous", "wrong-previous"]);
    expect(peer.dag.size).toBe(1);
  });

  it("is checked: no link is the previous block", () => {
    const block = nextBlock(alice, { previous: a0, links: [a0.hash], lamport: 1 });
    expect(reasonsOf(new TestPeer().receive(a0, block))).toEqual(["malformed-control"]);
  });

  it("is checked: an acknowledgement holds no operation", () => {
    const ack = nextBlock(alice, { previous: a0, lamport: 1, header: { flags: 1 } });
    const posing = nextBlock(alice, { previous: a0, lamport: 1, header: { flags: 1 }, control: filled(64, 1) });
    const bare = nextBlock(alice, { previous: ack, lamport: 2, header: { flags: 1 }, control: filled(0, 0) });
    const peer = new TestPeer();
    expect(reasonsOf(peer.receive(a0, ack, posing, bare))).toEqual(["malformed-control"]);
    expect([peer.has(ack), peer.has(bare), peer.has(posing)]).toEqual([true, true, false]);
  });

  it("is refused where it cannot be read", () => {
    const peer = new TestPeer();
    const garbled = blockOf(alice, { control: concatBytes(openMark, filled(20, 0xff)) });
    const sealedOtherwise = blockOf(bob, { control: filled(80, 3), content: filled(48, 1) });
    const { refused } = peer.receive(garbled, sealedOtherwise);
    expect(refused).toEqual([
      { reason: "malformed-control", hash: garbled.hash, writer: alice.writer, seq: 0 },
      {
        reason: "not-opened",
        detail: "not encrypted with this epoch",
        hash: sealedOtherwise.hash,
        writer: bob.writer,
        seq: 0,
      },
    ]);
  });

  it("may be read, refused, and then its content is destroyed", () => {
    const peer = new TestPeer();
    peer.receive(nextBlock(alice, { lamport: 3, content: filled(48, 1) }));
    peer.receive(nextBlock(bob, { lamport: 0, content: filled(48, 1) }));
    const [refused, admitted] = peer.opener.contents;
    expect(() => refused?.exposePlainBytes()).toThrow(expect.objectContaining({ code: "bytes/secret-destroyed" }));
    expect(admitted?.exposePlainBytes()).toEqual(filled(48, 1));
  });
});

describe("what the host finds malformed by what it builds on", () => {
  // alice  a0 ── a1    bob  b0 (links to a1)
  const [a0, a1] = chainOf(alice, 2);
  if (a0 === undefined || a1 === undefined) throw new Error("two blocks");
  const b0 = nextBlock(bob, { links: [a1.hash], lamport: 2 });
  const asked: (readonly number[])[] = [];
  const findFault = ({ envelope, parents }: PlacedEnvelope): string | undefined => {
    asked.push(parents);
    return encodeHex(envelope.hash) === encodeHex(a1.hash) ? "not made" : undefined;
  };

  it("is refused with everything that builds on it, and asked about when its parents are there", () => {
    asked.length = 0;
    const peer = new TestPeer({ findFault });
    expect(reasonsOf(peer.receive(b0, a1))).toEqual([]);
    expect(asked).toEqual([]);
    const result = peer.receive(a0);
    expect(asked).toEqual([[], [0]]);
    expect(reasonsOf(result).sort()).toEqual(["builds-on-refused", "malformed-by-past"]);
    expect(result.refused.find(({ reason }) => reason === "malformed-by-past")).toMatchObject({ detail: "not made" });
    expect(hashes(result.admitted.map(({ envelope }) => envelope))).toEqual(hashes([a0]));
    expect(peer.dag.size).toBe(1);
  });
});

describe("what builds on a refused block", () => {
  const bad = nextBlock(mallory, { lamport: 7 });

  it("is refused, whichever comes first", () => {
    const onBad = nextBlock(mallory, { previous: bad, lamport: 8 });
    const linking = nextBlock(bob, { links: [onBad.hash], lamport: 9 });
    const onLinking = nextBlock(bob, { previous: linking, lamport: 10 });
    const innocent = nextBlock(alice, { lamport: 0 });
    const all = [bad, onBad, linking, onLinking, innocent];
    for (let seed = 0; seed < 50; seed++) {
      const peer = new TestPeer();
      for (const block of shuffle(createChooser(seed), all)) peer.receive(block);
      expect(peer.admitted, `seed ${seed}`).toEqual(hashes([innocent]));
      expect([...peer.refused.keys()].sort()).toEqual(hashes([bad, onBad, linking, onLinking]).sort());
      expect(peer.intake.waiting).toMatchObject({ blocks: 0, missing: [] });
    }
  });

  it("is refused once, though it builds on two", () => {
    const other = nextBlock(bob, { lamport: 3 });
    const onBoth = nextBlock(alice, { links: sorted([bad, other]), lamport: 8 });
    const peer = new TestPeer();
    peer.receive(onBoth);
    expect(reasonsOf(peer.receive(bad, other))).toEqual(["wrong-lamport", "builds-on-refused", "wrong-lamport"]);
  });

  it("is refused without its keys", () => {
    const locked = nextBlock(mallory, { previous: bad, lamport: 8, header: { epochId: epochOf(7) } });
    const peer = new TestPeer();
    expect(reasonsOf(peer.receive(locked))).toEqual([]);
    expect(reasonsOf(peer.receive(bad))).toEqual(["wrong-lamport", "builds-on-refused"]);
    expect(peer.intake.waiting).toMatchObject({ blocks: 0, lockedEpochs: [] });
  });

  it("is refused for as long as the refused one is remembered, and then waits", () => {
    const count = 4;
    const chain = [bad, ...chainOf(mallory, count, bad)];
    for (const [refusedBlocks, isRemembered, refusedAgain] of [
      [count, false, 2],
      [count + 1, true, 1],
      [count + 2, true, 0],
    ] as const) {
      const peer = new TestPeer({ limits: { refusedBlocks } });
      peer.receive(...chain);
      const late = nextBlock(bob, { links: [bad.hash], lamport: 8 });
      const result = peer.receive(late);
      expect(reasonsOf(result)).toEqual(isRemembered ? ["builds-on-refused"] : []);
      expect(result.missing).toEqual(isRemembered ? [] : [bad.hash]);
      // What was forgotten is fetched and refused once more.
      expect(peer.receive(bad).refused).toHaveLength(refusedAgain);
    }
  });
});

describe("long chains", () => {
  const length = 40_000;
  const bad = nextBlock(mallory, { lamport: 1 });
  // One signature is enough for a run: the others, which would take seconds, are none.
  const unsigned = { writer: mallory.writer, sign: () => filled(64, 1) };
  const limit = oplogLimits.waitingBlocks;
  const ends = new Set([limit - 1, limit, limit + 1, length]);
  const chain: Envelope[] = [];
  for (let i = 1; i <= length; i++)
    chain.push(nextBlock(ends.has(i) ? mallory : unsigned, { previous: chain.at(-1) ?? bad, lamport: i + 1 }));

  it("that build on a refused block fall at once, in any direction", () => {
    for (const batch of [
      [bad, ...chain],
      [...chain.toReversed(), bad],
    ]) {
      const peer = new TestPeer();
      const { refused } = peer.intake.receive(batch.map(({ bytes }) => bytes));
      expect(refused).toHaveLength(length + 1);
      expect([peer.verifications, peer.intake.waiting.blocks]).toEqual([1, 0]);
    }
  });

  it("that wait are bounded: the oldest is crowded out, and may be fetched again", () => {
    for (const over of [-1, 0, 1]) {
      const peer = new TestPeer();
      const { refused } = peer.intake.receive(chain.slice(0, limit + over).map(({ bytes }) => bytes));
      expect(peer.intake.waiting.blocks).toBe(Math.min(limit, limit + over));
      expect(refused).toHaveLength(Math.max(0, over));
      expect(peer.intake.waiting.lengthBytes).toBeLessThan(oplogLimits.waitingBytes);
    }
  });
});

describe("forks", () => {
  const m0 = nextBlock(mallory, { lamport: 0 });
  const fork = (number: number, previous: Envelope | undefined): Envelope =>
    nextBlock(mallory, {
      previous,
      lamport: previous === undefined ? 0 : previous.header.seq + 1,
      content: filled(48 + number, 1),
    });

  it("are told where the chains part, with both blocks, and kept", () => {
    const [left, right] = [fork(1, m0), fork(2, m0)];
    const [leftNext, rightNext] = [fork(3, left), fork(4, right)];
    const peer = new TestPeer();
    expect(peer.receive(m0, left, leftNext).forks).toEqual([]);
    expect(peer.receive(right, rightNext).forks).toEqual([{ writer: mallory.writer, seq: 1, blocks: [1, 3] }]);
    expect(peer.dag.size).toBe(5);
    const third = fork(5, m0);
    expect(peer.receive(third).forks).toEqual([{ writer: mallory.writer, seq: 1, blocks: [1, 5] }]);
  });

  it("are told for first blocks as well", () => {
    const peer = new TestPeer();
    expect(peer.receive(m0, fork(1, undefined)).forks).toEqual([{ writer: mallory.writer, seq: 0, blocks: [0, 1] }]);
  });

  it("do not touch what others wrote on top of them", () => {
    const [left, right] = [fork(1, m0), fork(2, m0)];
    const onLeft = nextBlock(alice, { links: [left.hash], lamport: 2 });
    const onBoth = nextBlock(bob, { links: sorted([onLeft, right]), lamport: 3 });
    const peer = new TestPeer();
    peer.receive(onBoth, onLeft, right, left, m0);
    expect(peer.dag.size).toBe(5);
    expect(peer.forks).toEqual([`${encodeHex(mallory.writer)} 1`]);
  });
});

describe("waiting", () => {
  const chain = chainOf(alice, 8);
  const tail = chain.slice(1);

  it("is limited in blocks: the oldest goes first, and is fetched again", () => {
    for (const [waitingBlocks, crowdedOut] of [
      [8, 0],
      [7, 0],
      [6, 1],
      [5, 2],
    ] as const) {
      const peer = new TestPeer({ limits: { waitingBlocks } });
      const results = tail.map((block) => peer.receive(block));
      const refused = results.flatMap((result) => result.refused);
      expect(refused).toEqual(
        tail.slice(0, crowdedOut).map(({ hash, header: { writer, seq } }) => ({
          reason: "crowded-out",
          hash,
          writer,
          seq,
        })),
      );
      expect(peer.intake.waiting.blocks).toBe(7 - crowdedOut);
      // Whoever builds on one that went out asks for it.
      const gone = tail.slice(0, crowdedOut).at(-1) ?? at(chain, 0);
      expect(peer.intake.waiting.missing).toEqual([gone.hash]);
      expect(results.at(-1)?.missing).toEqual(crowdedOut === 0 ? [] : [gone.hash]);
      peer.receive(...chain.slice(0, crowdedOut + 1));
      expect(peer.dag.size).toBe(8);
    }
  });

  it("is limited in memory", () => {
    const peer = new TestPeer();
    peer.receive(...tail);
    const { lengthBytes } = peer.intake.waiting;
    for (const [waitingBytes, blocks] of [
      [lengthBytes + 1, 7],
      [lengthBytes, 7],
      [lengthBytes - 1, 6],
    ] as const) {
      const limited = new TestPeer({ limits: { waitingBytes } });
      limited.receive(...tail);
      expect(limited.intake.waiting.blocks).toBe(blocks);
    }
    peer.receive(...chain);
    expect(peer.intake.waiting).toEqual({
      blocks: 0,
      lengthBytes: 0,
      missing: [],
      lockedEpochs: [],
      awaitingCommits: 0,
    });
  });

  it("ends for what waits for keys and commits too", () => {
    const locked = nextBlock(alice, { lamport: 0, header: { epochId: epochOf(7) }, content: filled(48, 1) });
    const early = nextBlock(bob, { lamport: 0, commits: 9, content: filled(48, 1) });
    const peer = new TestPeer({ limits: { waitingBlocks: 0 } });
    expect(reasonsOf(peer.receive(locked, early))).toEqual(["crowded-out", "crowded-out"]);
    expect(peer.intake.waiting).toEqual({
      blocks: 0,
      lengthBytes: 0,
      missing: [],
      lockedEpochs: [],
      awaitingCommits: 0,
    });
    peer.opener.learn(7);
    peer.commits = 9;
    expect(peer.unlock().admitted).toEqual([]);
    expect(peer.receive(locked, early).admitted).toHaveLength(2);
  });

  it("never holds up what can be admitted: a batch of any size comes in, whatever the limit", () => {
    const peer = new TestPeer({ limits: { waitingBlocks: 0 } });
    expect(peer.receive(...chain.toReversed()).admitted).toHaveLength(8);
  });
});

describe("the host", () => {
  it("may not call the intake from its own ports", () => {
    const block = nextBlock(alice, { lamport: 0 });
    const codes: unknown[] = [];
    const peer = new TestPeer({
      onAdmit: (_, self) => {
        for (const call of [() => self.receive(block), () => self.unlock()]) {
          try {
            call();
          } catch (error) {
            codes.push(error);
          }
        }
      },
    });
    expect(peer.receive(block).admitted).toHaveLength(1);
    const busy = expect.objectContaining({ code: "oplog/intake-busy" });
    expect(codes).toEqual([busy, busy]);
  });

  it("that throws, against its contract, loses nothing that waited", () => {
    const chain = chainOf(alice, 5);
    let failures = 1;
    const peer = new TestPeer({
      onAdmit: () => {
        if (failures-- > 0) throw new RangeError("out of disk");
      },
    });
    expect(() => peer.receive(...chain.toReversed())).toThrow(RangeError);
    expect(peer.unlock().admitted).toHaveLength(5);
    expect(peer.dag.size).toBe(5);
  });
});
