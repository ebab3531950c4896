import { describe, expect, it } from "vitest";
import type { Membership } from "../src/index.ts";
import {
  adding,
  capAt,
  certifying,
  granting,
  indexing,
  keyOf,
  making,
  namesIn,
  Peer,
  removing,
  revoking,
  Scene,
  type SceneBlock,
} from "./membership-scene.ts";

const people = ["alice", "bob", "carol", "dave", "erin", "mallory", "trudy"];
const who = (membership: Membership): string => namesIn(membership, people);

/** alice has added the others as admins, in that order (so that this is their seniority), and each wrote a first block. */
function roomOf(...others: readonly string[]): Scene {
  const scene = new Scene();
  scene.write({ by: "alice/1", does: [granting] });
  for (const other of others) {
    scene.write({ by: "alice/1", does: [adding(other, "admin")] });
    scene.write({ by: `${other}/1`, does: [certifying(`${other}/1`)] });
  }
  scene.write({ by: "alice/1" });
  return scene;
}

describe("membership", () => {
  it("begins with the founder, who is an admin and the indexer", () => {
    const membership = new Peer(new Scene()).membership();
    expect(who(membership)).toBe("alice*");
    expect(membership.indexers).toEqual([keyOf("alice/1")]);
    expect(membership.members[0]).toMatchObject({ history: "all", dueLevel: "full", role: "admin" });
  });

  it("lets only admins add, remove, change roles and indexers", () => {
    const scene = new Scene();
    scene.write({ by: "alice/1", does: [adding("bob"), adding("carol")] });
    scene.write({ by: "bob/1", does: [certifying("bob/1")] });
    const tried = scene.write({
      by: "bob/1",
      does: [adding("mallory"), removing("carol"), making("bob", "admin"), indexing("bob/1"), granting],
    });
    const peer = new Peer(scene);
    expect(peer.authorised.get(tried)).toEqual([false, false, false, false, true]);
    expect(who(peer.membership())).toBe("alice* bob carol");
  });

  it("takes no operation of a block that is void by itself, or whose writer nobody certified", () => {
    const scene = roomOf("bob");
    const refused = scene.write({ by: "bob/1", does: [adding("mallory"), granting], isVoidByItself: true });
    const stranger = scene.write({ by: "mallory/1", does: [granting] });
    const peer = new Peer(scene);
    expect(peer.authorised.get(refused)).toEqual([false, false]);
    expect(peer.authorised.get(stranger)).toEqual([false]);
    expect(who(peer.membership())).toBe("alice* bob*");
  });
});

describe("removals", () => {
  // 14: remove and add again
  it("admits who was added again, with a new writer and without the old powers", () => {
    const scene = roomOf("bob");
    const before = scene.write({ by: "bob/1", does: [adding("carol")] });
    scene.write({ by: "alice/1", does: [removing("bob", scene.capsOf("bob"))] });
    expect(who(new Peer(scene).membership())).toBe("alice* carol");
    const again = scene.write({ by: "alice/1", does: [adding("bob", "member", "since-join")] });
    const old = scene.write({ by: "bob/1", does: [adding("mallory")] });
    scene.write({ by: "bob/2", does: [certifying("bob/2")] });
    const peer = new Peer(scene);
    const membership = peer.membership();
    expect(who(membership)).toBe("alice* bob carol");
    expect(peer.authorised.get(old)).toEqual([false]);
    expect(membership.findCutReason({ ...placed(old), isInPastOf: () => false })).toEqual({
      kind: "removed",
      control: 4,
    });
    expect(membership.isVoid({ ...placed(before), isInPastOf: () => false })).toBe(false);
    expect(membership.isValidWriter(keyOf("bob/1"))).toBe(false);
    expect(membership.isValidWriter(keyOf("bob/2"))).toBe(true);
    expect(membership.find(keyOf("bob"))).toMatchObject({ history: "since-join", dueLevel: "read" });
    expect(membership.find(keyOf("bob"))?.admission.control).toBe(peer.controls.get(again));
  });

  //            ┌─ a: alice removes bob, having seen s
  //  s (bob) ──┤
  //            └─ b: bob (partitioned) adds trudy, who writes t
  it("12: voids what a removed writer wrote elsewhere, with the members it added", () => {
    const scene = roomOf("bob");
    const seen = scene.write({ by: "bob/1", does: [adding("carol")] });
    const elsewhere = scene.write({ by: "bob/1", after: [seen], does: [adding("trudy", "admin")] });
    const trudy = scene.write({ by: "trudy/1", after: [elsewhere], does: [certifying("trudy/1"), adding("mallory")] });
    scene.write({ by: "alice/1", after: [seen], does: [removing("bob", scene.capsOf("bob", [seen]))] });
    const peer = new Peer(scene);
    const membership = peer.membership();
    expect(who(peer.membership([trudy]))).toBe("alice* bob* carol mallory trudy*");
    expect(who(membership)).toBe("alice* carol");
    expect([seen, elsewhere, trudy].map((block) => membership.isVoidControl(peer.controls.get(block) ?? -1))).toEqual([
      false,
      true,
      true,
    ]);
  });

  it("13: keeps the senior of two who remove each other, on every peer", () => {
    const scene = roomOf("bob", "carol");
    const [start] = scene.heads();
    const heads = start === undefined ? [] : [start];
    scene.write({ by: "carol/1", after: heads, does: [removing("bob", scene.capsOf("bob", heads))] });
    scene.write({ by: "bob/1", after: heads, does: [removing("carol", scene.capsOf("carol", heads))] });
    for (const order of [scene.blocks, [...scene.blocks.slice(0, -2), ...scene.blocks.slice(-2).toReversed()]])
      expect(who(new Peer(scene, { order }).membership())).toBe("alice* bob*?");
  });

  it("13: keeps the senior of three who remove each other in a circle", () => {
    const scene = roomOf("bob", "carol", "dave");
    const heads = [...scene.heads()];
    for (const [by, target] of [
      ["dave", "bob"],
      ["carol", "dave"],
      ["bob", "carol"],
    ] as const)
      scene.write({ by: `${by}/1`, after: heads, does: [removing(target, scene.capsOf(target, heads))] });
    // carol's removal of dave is void with carol; dave's of bob is against a senior on a cycle.
    expect(who(new Peer(scene).membership())).toBe("alice* bob*? dave*?");
  });

  it("15: ignores what is back-dated behind a removal that is decided", () => {
    const scene = roomOf("bob", "carol");
    const start = [...scene.heads()];
    const removal = scene.write({ by: "alice/1", after: start, does: [removing("bob", scene.capsOf("bob", start))] });
    scene.commit(removal);
    const after = scene.write({ by: "alice/1", after: [removal], commits: 1, does: [granting] });
    const late = scene.write({
      by: "bob/1",
      after: start,
      does: [removing("alice"), removing("carol"), adding("mallory", "admin")],
    });
    const peer = new Peer(scene);
    expect(peer.authorised.get(late)).toEqual([true, true, true]);
    const membership = peer.membership();
    // No doubt and no trigger either: it can never come to anything.
    expect(who(membership)).toBe("alice* carol*");
    expect(peer.namesOf(membership.triggers)).toEqual([removal.name]);
    expect(membership.isVoidControl(peer.controls.get(late) ?? -1)).toBe(true);
    expect(who(peer.membership([after]))).toBe("alice* carol*");
  });

  it("15: does not take a branch below the cap for what was accepted", () => {
    const scene = roomOf("bob");
    const first = scene.write({ by: "bob/1", does: [granting] });
    const last = scene.write({ by: "bob/1", does: [granting] });
    const branch = scene.write({ by: "bob/1", previous: first.previous, after: [], does: [adding("mallory")] });
    scene.write({ by: "alice/1", after: [last], does: [removing("bob", scene.capsOf("bob", [last]))] });
    expect(branch.seq).toBe(first.seq);
    expect(who(new Peer(scene).membership())).toBe("alice*");
  });
});

describe("demotions", () => {
  it("D5: takes back what a demoted admin signs as one, and nothing else", () => {
    const scene = roomOf("bob", "carol");
    const start = [...scene.heads()];
    const demotion = scene.write({
      by: "alice/1",
      after: start,
      does: [making("bob", "member", scene.capsOf("bob", start))],
    });
    const late = scene.write({ by: "bob/1", after: start, does: [adding("mallory"), granting] });
    const peer = new Peer(scene);
    const membership = peer.membership();
    expect(who(membership)).toBe("alice* bob carol*");
    expect(membership.isVoidControl(peer.controls.get(late) ?? -1)).toBe(false);
    expect(membership.isVoidControl(peer.controls.get(demotion) ?? -1)).toBe(false);
  });

  it("gives a promotion that knows the demotion all rights again, and none to one that does not", () => {
    const scene = roomOf("bob", "carol");
    const start = [...scene.heads()];
    const demotion = scene.write({
      by: "alice/1",
      after: start,
      does: [making("bob", "member", scene.capsOf("bob", start))],
    });
    const unaware = scene.write({ by: "carol/1", after: start, does: [making("bob", "admin")] });
    expect(unaware.lamport).toBe(demotion.lamport);
    expect(who(new Peer(scene).membership())).toBe("alice* bob carol*");
    scene.write({ by: "carol/1", does: [making("bob", "admin")] });
    scene.write({ by: "bob/1", does: [adding("dave")] });
    expect(who(new Peer(scene).membership())).toBe("alice* bob* carol* dave");
  });

  it("voids what a member did by a promotion that is void", () => {
    const scene = roomOf("mallory");
    scene.write({ by: "alice/1", does: [adding("erin")] });
    scene.write({ by: "erin/1", does: [certifying("erin/1")] });
    const start = [...scene.heads()];
    const promotion = scene.write({ by: "mallory/1", after: start, does: [making("erin", "admin")] });
    scene.write({ by: "erin/1", after: [promotion], does: [adding("trudy")] });
    expect(who(new Peer(scene).membership())).toBe("alice* erin* mallory* trudy");
    scene.write({ by: "alice/1", after: start, does: [removing("mallory", scene.capsOf("mallory", start))] });
    expect(who(new Peer(scene).membership())).toBe("alice* erin");
  });
});

describe("writers and indexers", () => {
  it("11: goes on with the other indexer when one is removed, and with the senior admin when none is left", () => {
    const scene = roomOf("bob", "carol");
    scene.write({ by: "alice/1", does: [indexing("bob/1", "carol/1")] });
    scene.write({ by: "alice/1", does: [removing("bob", scene.capsOf("bob"))] });
    expect(new Peer(scene).membership().indexers).toEqual([keyOf("carol/1")]);
    scene.write({ by: "alice/1", does: [removing("carol", scene.capsOf("carol"))] });
    expect(new Peer(scene).membership().indexers).toEqual([keyOf("alice/1")]);
  });

  it("stops a revoked writer, not the member's others", () => {
    const scene = roomOf("bob");
    const [head] = scene.heads();
    scene.write({ by: "bob/2", does: [certifying("bob/2")] });
    const last = scene.blocks.findLast(({ writer }) => writer === "bob/1");
    const revocation = scene.write({ by: "bob/2", does: [revoking(capAt(last ?? scene.write({ by: "bob/1" })))] });
    const late = scene.write({ by: "bob/1", after: head === undefined ? [] : [head], does: [adding("mallory")] });
    const peer = new Peer(scene);
    expect(who(peer.membership())).toBe("alice* bob*");
    expect(peer.membership().isVoidControl(peer.controls.get(late) ?? -1)).toBe(true);
    expect(peer.namesOf(peer.membership().triggers)).toContain(revocation.name);
    expect(peer.membership().isValidWriter(keyOf("bob/2"))).toBe(true);
  });
});

function placed({ writer, seq, hash }: SceneBlock): {
  writer: Uint8Array<ArrayBuffer>;
  seq: number;
  hash: Uint8Array<ArrayBuffer>;
} {
  return { writer: keyOf(writer), seq, hash };
}
