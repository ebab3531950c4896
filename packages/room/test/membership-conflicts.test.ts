import { encodeHex } from "@coterie/bytes";
import { describe, expect, it } from "vitest";
import {
  adding,
  certifying,
  forking,
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
  toyProof,
  updatingKey,
} from "./membership-scene.ts";

const people = ["alice", "bob", "carol", "dave", "erin", "mallory", "trudy"];
const told = (scene: Scene, blocks?: readonly SceneBlock[]): string => {
  const peer = new Peer(scene);
  return namesIn(blocks === undefined ? peer.membership() : peer.membership(blocks), people);
};

/** alice has added the others as admins, in that order (so that this is their seniority), and each wrote a first block. */
function roomOf(...others: readonly string[]): { readonly scene: Scene; readonly start: readonly SceneBlock[] } {
  const scene = new Scene();
  scene.write({ by: "alice/1", does: [granting] });
  for (const other of others) {
    scene.write({ by: "alice/1", does: [adding(other, "admin")] });
    scene.write({ by: `${other}/1`, does: [certifying(`${other}/1`)] });
  }
  return { scene, start: [scene.write({ by: "alice/1" })] };
}

describe("what is decided", () => {
  it("does not change when a senior's opposite removal arrives later", () => {
    const { scene, start } = roomOf("bob", "carol");
    const junior = scene.write({ by: "carol/1", after: start, does: [removing("bob", scene.capsOf("bob", start))] });
    scene.commit(scene.write({ by: "alice/1", after: [junior] }));
    scene.write({ by: "bob/1", after: start, does: [removing("carol", scene.capsOf("carol", start))] });
    expect(told(scene)).toBe("alice* carol*");
    const undecided = new Peer(scene).membership(scene.blocks, 0);
    expect(namesIn(undecided, people)).toBe("alice* bob*?");
  });

  it("leaves friends whom a removed admin added behind the decision without any say", () => {
    const { scene, start } = roomOf("mallory", "carol");
    const removal = scene.write({
      by: "alice/1",
      after: start,
      does: [removing("mallory", scene.capsOf("mallory", start))],
    });
    scene.commit(removal);
    const late = scene.write({ by: "mallory/1", after: start, does: [adding("trudy", "admin")] });
    scene.write({ by: "trudy/1", after: [late], does: [certifying("trudy/1"), removing("carol"), removing("alice")] });
    const membership = new Peer(scene).membership();
    expect(namesIn(membership, people)).toBe("alice* carol*");
    expect(new Peer(scene).namesOf(membership.triggers)).toEqual([removal.name]);
  });

  it("lets nobody who is gone for good show forks any more: who else has both blocks shows them again", () => {
    const { scene, start } = roomOf("mallory", "bob");
    const added = scene.write({ by: "bob/1", after: start });
    scene.write({ by: "bob/1", after: start, previous: added.previous, does: [adding("trudy")] });
    const commits = scene.commit(scene.write({ by: "alice/1", after: start, does: [removing("mallory")] }));
    scene.write({ by: "mallory/1", after: start, does: [forking("bob/1", added.seq)] });
    expect(new Peer(scene).membership().frozenWriters).toEqual([]);
    scene.write({ by: "alice/1", does: [forking("bob/1", added.seq)], commits });
    expect(new Peer(scene).membership().frozenWriters).toEqual([{ writer: keyOf("bob/1"), seq: added.seq }]);
  });

  it("keeps what was final when a fork of its writer is shown later", () => {
    const { scene, start } = roomOf("bob");
    const added = scene.write({ by: "bob/1", after: start, does: [adding("carol")] });
    const branch = scene.write({ by: "bob/1", after: start, previous: added.previous, does: [adding("mallory")] });
    const commits = scene.commit(scene.write({ by: "alice/1", after: [added] }));
    scene.write({ by: "alice/1", does: [forking("bob/1", added.seq)], commits });
    const peer = new Peer(scene);
    const now = peer.membership();
    expect(namesIn(now, people)).toBe("alice* bob* carol");
    expect(now.frozenWriters).toEqual([{ writer: keyOf("bob/1"), seq: added.seq }]);
    expect(now.isValidWriter(keyOf("bob/1"))).toBe(false);
    expect(now.findCutReason({ ...branch, writer: keyOf("bob/1"), isInPastOf: () => true })?.kind).toBe("frozen");
    expect(now.isVoidControl(peer.controls.get(branch) ?? -1)).toBe(true);
    // Who knows no commit sees the fork alone.
    expect(namesIn(peer.membership(scene.blocks, 0), people)).toBe("alice* bob*");
  });

  it("keeps a final add when its author turns out to have been removed before", () => {
    const { scene, start } = roomOf("bob", "carol");
    const added = scene.write({ by: "bob/1", after: start, does: [adding("dave")] });
    scene.commit(added);
    scene.write({ by: "alice/1", after: start, does: [removing("bob", scene.capsOf("bob", start))] });
    const peer = new Peer(scene);
    expect(namesIn(peer.membership(), people)).toBe("alice* carol* dave");
    expect(namesIn(peer.membership(scene.blocks, 0), people)).toBe("alice* carol*");
  });

  it("comes before what is not, also where that held until then", () => {
    const { scene, start } = roomOf("bob", "carol", "dave");
    const junior = scene.write({ by: "carol/1", after: start, does: [removing("bob", scene.capsOf("bob", start))] });
    scene.write({ by: "bob/1", after: start, does: [removing("dave", scene.capsOf("dave", start))] });
    const peer = new Peer(scene);
    expect(namesIn(peer.membership(), people)).toBe("alice* carol*");
    scene.commit(junior);
    peer.catchUp();
    expect(namesIn(peer.membership(), people)).toBe("alice* carol* dave*");
  });

  it("ends a doubt that nothing else shows", () => {
    const { scene, start } = roomOf("bob");
    const added = scene.write({ by: "alice/1", after: start, does: [adding("erin")] });
    scene.write({ by: "bob/1", after: [added], does: [removing("erin")] });
    scene.write({ by: "alice/1", after: [added], does: [removing("bob", scene.capsOf("bob", [added]))] });
    const peer = new Peer(scene);
    expect(namesIn(peer.membership(), people)).toBe("alice* erin?");
    const leader = scene.write({ by: "alice/1" });
    scene.commit(leader);
    peer.admit(leader);
    peer.catchUp();
    expect(namesIn(peer.membership(), people)).toBe("alice* erin");
  });

  it("holds against who names commits and hides what they decided", () => {
    const { scene, start } = roomOf("mallory");
    const first = scene.write({ by: "mallory/2", after: start, does: [certifying("mallory/2")] });
    const removal = scene.write({
      by: "alice/1",
      after: start,
      does: [removing("mallory", scene.capsOf("mallory", start))],
    });
    scene.commit(scene.write({ by: "alice/1", after: [removal, first] }));
    const late = scene.write({ by: "mallory/2", after: [first], does: [adding("trudy")] });
    const later = scene.write({ by: "mallory/2", after: [late], does: [adding("erin")], commits: 1 });
    const peer = new Peer(scene);
    expect([late, later].map((block) => peer.authorised.get(block))).toEqual([[true], [false]]);
    expect(namesIn(peer.membership([late], 0), people)).toBe("alice* mallory* trudy");
    // The removal is not in that set, and yet the writer was judged with the commit.
    expect(namesIn(peer.membership([late], 1), people)).toBe("alice* mallory*");
  });

  it("is told in its order, and about blocks that are there", () => {
    const peer = new Peer(roomOf("bob").scene);
    const order = expect.objectContaining({ code: "room/control-order" });
    expect(() => peer.log.decide({ set: 0, commit: 1 })).toThrow(order);
    expect(() => peer.log.evaluate(0, 1)).toThrow(order);
    const unknown = peer.log.sets.of([peer.log.size]);
    expect(() => peer.log.evaluate(unknown, 0)).toThrow(order);
    const block = { lamport: 0, hash: keyOf("x"), writer: keyOf("alice/1"), seq: 0, commits: 0, operations: [] };
    expect(() => peer.log.add({ ...block, pastSet: unknown })).toThrow(order);
    expect(peer.log.decide({ set: peer.setOf(peer.blocks), commit: 0 }).controls).toHaveLength(peer.log.size);
    expect(peer.log.decide({ set: peer.setOf(peer.blocks), commit: 1 }).controls).toHaveLength(0);
    expect(peer.log.commits).toBe(2);
  });
});

describe("doubt", () => {
  //  alice adds bob, carol, dave. dave removes bob (R). Senior carol removes dave with a cap below R: R is void, and yet bob is not sure.
  it("falls on who would go if an undecided removal held, and on those it has added", () => {
    const { scene, start } = roomOf("bob", "carol", "dave");
    const added = scene.write({ by: "bob/1", after: start, does: [adding("erin")] });
    scene.write({ by: "dave/1", after: start, does: [removing("bob", scene.capsOf("bob", start))] });
    scene.write({ by: "carol/1", after: [added], does: [removing("dave", scene.capsOf("dave", start))] });
    expect(told(scene)).toBe("alice* bob*? carol* erin?");
  });

  it("falls on an admin's rights, not on its membership, where a demotion is undecided and void", () => {
    const { scene, start } = roomOf("bob", "carol", "dave");
    const demotion = making("bob", "member", scene.capsOf("bob", start));
    scene.write({ by: "carol/1", after: start, does: [demotion] });
    scene.write({ by: "bob/1", after: start, does: [removing("carol", scene.capsOf("carol", start))] });
    const isSureAdmin = (name: string): boolean => {
      const membership = new Peer(scene).membership();
      return membership.isSureAdmin(membership.find(keyOf(name))?.index ?? -1);
    };
    expect(told(scene)).toBe("alice* bob* dave*");
    expect(["alice", "bob", "dave", "carol"].map(isSureAdmin)).toEqual([true, false, true, false]);
    scene.write({ by: "alice/1", does: [making("bob", "admin")] });
    expect(isSureAdmin("bob")).toBe(true);
    scene.write({ by: "alice/1", does: [adding("erin")] });
    expect(isSureAdmin("erin")).toBe(false);
  });

  it("falls on the rights of an admin who may turn out to be no member", () => {
    const { scene, start } = roomOf("bob", "carol");
    scene.write({ by: "carol/1", after: start, does: [removing("bob", scene.capsOf("bob", start))] });
    scene.write({ by: "bob/1", after: start, does: [removing("carol", scene.capsOf("carol", start))] });
    const membership = new Peer(scene).membership();
    expect(membership.isSureAdmin(membership.find(keyOf("bob"))?.index ?? -1)).toBe(false);
    // A promotion admits nobody.
    scene.write({ by: "alice/1", does: [making("bob", "admin")] });
    const promoted = new Peer(scene).membership();
    expect(promoted.isSureAdmin(promoted.find(keyOf("bob"))?.index ?? -1)).toBe(false);
    scene.commit(scene.write({ by: "alice/1" }));
    const decided = new Peer(scene).membership();
    expect(decided.isSureAdmin(decided.find(keyOf("bob"))?.index ?? -1)).toBe(true);
  });

  //  start ──┬── carol: revoke bob's writer           void, since bob is more senior and removes carol, but not decided
  //          └── bob: remove carol
  it("falls on a writer that may turn out to be revoked: whom it adds gets no keys yet", () => {
    const { scene, start } = roomOf("bob", "carol");
    const [cap] = scene.capsOf("bob", start);
    if (cap === undefined) throw new Error("bob has a writer");
    scene.write({ by: "carol/1", after: start, does: [revoking(cap)] });
    scene.write({ by: "bob/1", after: start, does: [removing("carol", scene.capsOf("carol", start))] });
    const mayGive = (writer: string): boolean => {
      const membership = new Peer(scene).membership();
      return membership.mayGiveKeys({ index: membership.find(keyOf("bob"))?.index ?? -1, writer: keyOf(writer) });
    };
    expect(told(scene)).toBe("alice* bob*");
    expect([mayGive("bob/1"), mayGive("bob/2")]).toEqual([false, true]);
    scene.commit(scene.write({ by: "alice/1" }));
    expect(mayGive("bob/1")).toBe(true);
  });

  it("ends when somebody with the right adds the member again, or with the decision", () => {
    const duel = (): Scene => {
      const { scene, start } = roomOf("bob", "carol");
      scene.write({ by: "carol/1", after: start, does: [removing("bob", scene.capsOf("bob", start))] });
      scene.write({ by: "bob/1", after: start, does: [removing("carol", scene.capsOf("carol", start))] });
      return scene;
    };
    const added = duel();
    expect(told(added)).toBe("alice* bob*?");
    added.write({ by: "alice/1", does: [adding("bob", "admin")] });
    expect(told(added)).toBe("alice* bob*");
    const decided = duel();
    decided.commit(decided.write({ by: "alice/1" }));
    expect(told(decided)).toBe("alice* bob*");
  });
});

describe("a revocation or a fork that adds nothing", () => {
  const authorisedIn = (scene: Scene, block: SceneBlock): boolean | undefined =>
    new Peer(scene).authorised.get(block)?.[0];

  //  start ── carol: revoke bob's writer (1) ── again (2) ── again in another's hand (3) ── (1) to (3) are decided ── dave (4)
  it("is none by the same writer, nor once one is decided to hold; another hand's counts till then", () => {
    const { scene, start } = roomOf("bob", "carol", "dave");
    const [cap] = scene.capsOf("bob", start);
    if (cap === undefined) throw new Error("bob has a writer");
    const [first, second] = [1, 2].map(() => scene.write({ by: "carol/1", does: [revoking(cap)] }));
    const third = scene.write({ by: "alice/1", does: [revoking(cap)] });
    if (first === undefined || second === undefined) throw new Error("two blocks");
    expect([first, second, third].map((block) => authorisedIn(scene, block))).toEqual([true, false, true]);
    scene.commit(third);
    const fourth = scene.write({ by: "dave/1", does: [revoking(cap)], commits: 1 });
    const stale = scene.write({ by: "dave/1", does: [revoking(cap)], commits: 1 });
    expect([fourth, stale].map((block) => authorisedIn(scene, block))).toEqual([false, false]);
  });

  //  start ──┬── carol: revoke bob's writer ── alice: revoke it too      carol's is void, since dave removes her; alice's holds
  //          └── dave: remove carol
  it("is none only where what makes the first one void would make it void too", () => {
    const { scene, start } = roomOf("dave", "bob", "carol");
    const [cap] = scene.capsOf("bob", start);
    if (cap === undefined) throw new Error("bob has a writer");
    const first = scene.write({ by: "carol/1", after: start, does: [revoking(cap)] });
    const again = scene.write({ by: "alice/1", after: [first], does: [revoking(cap)] });
    scene.write({ by: "dave/1", after: start, does: [removing("carol", scene.capsOf("carol", start))] });
    expect(authorisedIn(scene, again)).toBe(true);
    expect(new Peer(scene).membership().isValidWriter(keyOf("bob/1"))).toBe(false);
  });

  //  start ──┬── carol: revoke bob's writer ─────────────────────┬── carol: revoke it again
  //          └── alice: make carol a member ── an admin again ───┘      her first one is void by the demotion
  it("is one of the same writer, where the first one does not hold", () => {
    const { scene, start } = roomOf("bob", "carol");
    const [cap] = scene.capsOf("bob", start);
    if (cap === undefined) throw new Error("bob has a writer");
    const first = scene.write({ by: "carol/1", after: start, does: [revoking(cap)] });
    const demotion = making("carol", "member", scene.capsOf("carol", start));
    const down = scene.write({ by: "alice/1", after: start, does: [demotion] });
    const up = scene.write({ by: "alice/1", after: [down], does: [making("carol", "admin")] });
    const again = scene.write({ by: "carol/1", after: [first, up], does: [revoking(cap)] });
    expect([first, again].map((block) => authorisedIn(scene, block))).toEqual([true, true]);
    expect(new Peer(scene).membership().isValidWriter(keyOf("bob/1"))).toBe(false);
  });

  it("is none for forks at the same seq or above, and one for a fork below", () => {
    const { scene } = roomOf("bob", "carol");
    const seqs = [7, 7, 9, 5, 6];
    const blocks = seqs.map((seq) => scene.write({ by: "carol/1", does: [forking("bob/1", seq)] }));
    expect(blocks.map((block) => authorisedIn(scene, block))).toEqual([true, false, false, true, false]);
  });
});

describe("rights", () => {
  it("of a writer end with its member, whatever the writer knew of the removal", () => {
    // M11: mallory certifies a writer where the removal looked void; it was not.
    const { scene, start } = roomOf("bob", "carol", "mallory");
    const removal = scene.write({
      by: "carol/1",
      after: start,
      does: [removing("mallory", scene.capsOf("mallory", start))],
    });
    const against = scene.write({ by: "bob/1", after: start, does: [removing("carol", scene.capsOf("carol", start))] });
    const second = scene.write({
      by: "mallory/2",
      after: [removal, against],
      does: [certifying("mallory/2"), adding("trudy")],
    });
    expect(told(scene, [second])).toBe("alice* bob* mallory*? trudy?");
    scene.write({ by: "alice/1", after: start, does: [removing("bob", scene.capsOf("bob", start))] });
    expect(told(scene)).toBe("alice* carol*?");
  });

  it("that stood on a void add begin anew with a new writer", () => {
    const { scene, start } = roomOf("bob");
    const added = scene.write({ by: "bob/1", after: start, does: [adding("carol", "admin")] });
    const first = scene.write({ by: "carol/1", after: [added], does: [certifying("carol/1"), adding("trudy")] });
    const removal = scene.write({ by: "alice/1", after: start, does: [removing("bob", scene.capsOf("bob", start))] });
    scene.write({ by: "alice/1", after: [removal, first], does: [adding("carol")] });
    const membership = new Peer(scene).membership();
    expect(namesIn(membership, people)).toBe("alice* carol");
    expect(membership.isValidWriter(keyOf("carol/1"))).toBe(false);
    expect(membership.findCutReason({ ...first, writer: keyOf("carol/1"), isInPastOf: () => false })?.kind).toBe(
      "void-writer",
    );
  });

  it("do not come back with an old promotion when somebody is added again", () => {
    const { scene } = roomOf("bob");
    scene.write({ by: "alice/1", does: [adding("carol")] });
    scene.write({ by: "alice/1", does: [making("carol", "admin")] });
    expect(told(scene)).toBe("alice* bob* carol*");
    scene.write({ by: "alice/1", does: [removing("carol", scene.capsOf("carol"))] });
    scene.write({ by: "alice/1", does: [adding("carol")] });
    expect(told(scene)).toBe("alice* bob* carol");
  });

  it("are nobody's on a writer key that another one uses", () => {
    const { scene } = roomOf("bob", "mallory");
    const own = scene.write({ by: "mallory/1", does: [certifying("bob/1", "mallory")] });
    const stolen = scene.write({ by: "bob/1", previous: undefined, does: [certifying("bob/1", "mallory"), granting] });
    const peer = new Peer(scene);
    expect(peer.authorised.get(own)).toEqual([false]);
    expect(peer.authorised.get(stolen)).toEqual([false, false]);
    expect(peer.membership().findAuthor(keyOf("bob/1"), 1)?.identity).toEqual(keyOf("bob"));
  });

  it("on a key that two identities claim at once are those of the earlier claim", () => {
    const { scene, start } = roomOf("bob", "mallory");
    const later = scene.write({ by: "alice/1", after: start });
    const second = scene.write({
      by: "x/1",
      after: [later],
      previous: undefined,
      does: [certifying("x/1", "mallory")],
    });
    const first = scene.write({ by: "x/1", after: start, previous: undefined, does: [certifying("x/1", "bob")] });
    expect(first.lamport).toBeLessThan(second.lamport);
    for (const order of [scene.blocks, scene.blocks.toSpliced(-2, 2, first, second)]) {
      const peer = new Peer(scene, { order });
      expect([first, second].map((block) => peer.authorised.get(block))).toEqual([[true], [true]]);
      expect(peer.membership().findAuthor(keyOf("x/1"), 1)?.identity).toEqual(keyOf("bob"));
    }
    scene.write({ by: "alice/1", does: [removing("bob", [])] });
    const place = { writer: keyOf("x/1"), seq: 1, hash: keyOf("some"), isInPastOf: () => false };
    expect(new Peer(scene).membership().findCutReason(place)?.kind).toBe("removed");
  });

  it("come with the writer's own first operation, and nowhere else", () => {
    const { scene } = roomOf("bob");
    const late = scene.write({ by: "bob/2", does: [granting, certifying("bob/2")] });
    const forged = { ...certifying("bob/3"), signature: new Uint8Array(64) };
    const unsigned = scene.write({ by: "bob/3", does: [forged] });
    const other = scene.write({ by: "bob/4", does: [certifying("bob/5")] });
    const second = scene.write({ by: "bob/4", does: [certifying("bob/4")] });
    const sibling = scene.write({ by: "bob/1", does: [granting, certifying("bob/6"), certifying("bob/1")] });
    const peer = new Peer(scene);
    for (const block of [late, unsigned, other, second]) expect(peer.authorised.get(block)?.includes(true)).toBe(false);
    expect(peer.authorised.get(sibling)).toEqual([true, false, false]);
    expect(peer.membership().writersOf(keyOf("bob")).map(encodeHex)).toEqual([encodeHex(keyOf("bob/1"))]);
  });

  it("to leave are everybody's, with the block that says so", () => {
    const { scene, start } = roomOf("bob");
    scene.write({ by: "bob/1", after: start, does: [removing("bob", []), granting] });
    const peer = new Peer(scene);
    const leaving = scene.blocks.at(-1);
    expect(namesIn(peer.membership(), people)).toBe("alice*");
    expect(peer.membership().isVoidControl(peer.controls.get(leaving ?? scene.write({ by: "bob/1" })) ?? -1)).toBe(
      false,
    );
  });

  it("to leave do not end with those of an admin", () => {
    const { scene, start } = roomOf("bob");
    scene.write({ by: "alice/1", after: start, does: [making("bob", "member", scene.capsOf("bob", start))] });
    scene.write({ by: "bob/1", after: start, does: [adding("trudy"), removing("bob")] });
    expect(told(scene)).toBe("alice*");
  });

  it("cannot be cut off from what the author of a removal has seen", () => {
    const { scene, start } = roomOf("bob", "carol");
    scene.write({ by: "bob/1", after: start, does: [removing("alice", [])] });
    expect(told(scene)).toBe("bob* carol*");
  });
});

describe("forks", () => {
  it("freeze a writer from there on, whoever shows them, and are ignored without a proof", () => {
    const { scene } = roomOf("bob", "carol");
    const kept = scene.write({ by: "bob/1", does: [adding("dave")] });
    const frozen = scene.write({ by: "bob/1", does: [adding("erin")] });
    const shown = scene.write({ by: "carol/1", does: [{ kind: "fork", proof: toyProof("bob/1", 2).subarray(1) }] });
    expect(told(scene)).toBe("alice* bob* carol* dave erin");
    expect(new Peer(scene).authorised.get(shown)).toEqual([false]);
    scene.write({ by: "carol/1", does: [forking("bob/1", frozen.seq)] });
    expect(kept.seq).toBe(frozen.seq - 1);
    expect(told(scene)).toBe("alice* bob* carol* dave");
    // Not before: that is another fork, which somebody may show as well.
    scene.write({ by: "bob/1", previous: kept.previous, does: [adding("mallory")] });
    expect(told(scene)).toBe("alice* bob* carol* dave mallory");
    scene.write({ by: "bob/1", previous: frozen, does: [adding("trudy")] });
    expect(told(scene)).toBe("alice* bob* carol* dave mallory");
  });

  it("take an indexer from the list", () => {
    const { scene } = roomOf("bob");
    scene.write({ by: "alice/1", does: [indexing("bob/1", "alice/1")] });
    expect(new Peer(scene).membership().indexers).toEqual([keyOf("bob/1"), keyOf("alice/1")]);
    scene.write({ by: "alice/1", does: [forking("bob/1", 1)] });
    expect(new Peer(scene).membership().indexers).toEqual([keyOf("alice/1")]);
  });
});

describe("sealing keys", () => {
  it("are the greatest version that the identity signed, whatever its block, until somebody is added with another one", () => {
    const { scene, start } = roomOf("bob");
    const keyNow = (): string =>
      encodeHex(new Peer(scene).membership().find(keyOf("bob"))?.sealingKey ?? new Uint8Array(0));
    scene.write({ by: "bob/1", does: [updatingKey("bob", 2)] });
    scene.write({ by: "bob/1", does: [updatingKey("bob", 1)] });
    expect(keyNow()).toBe(encodeHex(keyOf("bob 2")));
    // The removal does not know the third: it is void, and still bob's own word.
    const seen = [...scene.heads()];
    const third = scene.write({ by: "bob/1", after: seen, does: [updatingKey("bob", 3)] });
    const removal = scene.write({ by: "alice/1", after: seen, does: [removing("bob", scene.capsOf("bob", seen))] });
    scene.write({ by: "alice/1", after: [removal], does: [adding("bob")] });
    const peer = new Peer(scene);
    expect(peer.membership().isVoidControl(peer.controls.get(third) ?? -1)).toBe(true);
    expect(keyNow()).toBe(encodeHex(keyOf("bob 3")));
    expect(peer.membership().newestKeyOf(keyOf("bob"))).toEqual(keyOf("bob 3"));
    expect(peer.membership(start).newestKeyOf(keyOf("bob"))).toBeUndefined();
    // Added again with a key by somebody who knew all of them: that one counts.
    scene.write({ by: "alice/1", does: [removing("bob", scene.capsOf("bob"))] });
    scene.write({ by: "alice/1", does: [adding("bob")] });
    expect(keyNow()).toBe(encodeHex(keyOf("bob's sealing key")));
  });
});

describe("updates of sealing keys", () => {
  it("count from their own member alone, so that nobody repeats another one's old key", () => {
    const { scene } = roomOf("bob");
    scene.write({ by: "alice/1", does: [updatingKey("alice", 1)] });
    const repeated = scene.write({ by: "bob/1", does: [updatingKey("alice", 3)] });
    const peer = new Peer(scene);
    expect(peer.authorised.get(repeated)).toEqual([false]);
    expect(peer.membership().find(keyOf("alice"))?.sealingKey).toEqual(keyOf("alice 1"));
    expect(peer.membership().find(keyOf("bob"))?.sealingKey).toEqual(keyOf("bob's sealing key"));
  });
});

describe("why a block is void", () => {
  it("is told with the control block that made it so", () => {
    const { scene, start } = roomOf("bob", "carol");
    const late = scene.write({ by: "bob/1", after: start });
    const revoked = scene.write({ by: "carol/1", after: start });
    const caps = scene.capsOf("bob", start);
    const removal = scene.write({ by: "alice/1", after: start, does: [removing("bob", caps)] });
    const [cap] = scene.capsOf("carol", start);
    const revocation = scene.write({ by: "alice/1", after: [removal], does: cap === undefined ? [] : [revoking(cap)] });
    const peer = new Peer(scene);
    const membership = peer.membership();
    const reasonOf = (block: SceneBlock, isInPastOf = false): unknown =>
      membership.findCutReason({ ...block, writer: keyOf(block.writer), isInPastOf: () => isInPastOf });
    expect(reasonOf(late)).toEqual({ kind: "removed", control: peer.controls.get(removal) });
    expect(reasonOf(revoked)).toEqual({ kind: "revoked", control: peer.controls.get(revocation) });
    expect(reasonOf({ ...late, writer: "trudy/1" })).toEqual({ kind: "unknown-writer" });
    const first = scene.blocks.find(({ writer }) => writer === "bob/1") ?? late;
    expect(reasonOf(first)).toBeUndefined();
    // What the remover has seen stands, also above what its caps name; another block with the last number does not.
    expect(reasonOf(late, true)).toBeUndefined();
    expect(reasonOf({ ...first, hash: keyOf("another") })).toMatchObject({ kind: "removed" });
    expect(membership.isVoid({ ...late, writer: keyOf("bob/1"), isInPastOf: () => false })).toBe(true);
  });
});
