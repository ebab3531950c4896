import { encodeHex } from "@coterie/bytes";
import { describe, expect, it } from "vitest";
import {
  AbortedError,
  createStoreRelay,
  type Envelope,
  MemoryRelay,
  type Relay,
  RelayUnavailableError,
  type SyncAlarm,
  type Syncer,
  type SyncReport,
  startSyncLoop,
  verifyForkProof,
} from "../src/index.ts";
import { logTag } from "./blocks.ts";
import { decode, deps, Peer, signerOf, writeBlock } from "./sync-peers.ts";
import { fakeScheduler, type FakeScheduler, generousQuotas, readOnly, tokenOf } from "./sync-scene.ts";

interface Scene {
  readonly host: MemoryRelay;
  readonly relay: Relay;
  readonly scheduler: FakeScheduler;
  readonly connect: (peer: Peer, relays?: Readonly<Record<string, Relay>>) => Syncer;
}

function createScene(): Scene {
  const host = new MemoryRelay(deps, generousQuotas);
  const relay = logOf(host);
  const scheduler = fakeScheduler();
  const connect = (peer: Peer, relays: Readonly<Record<string, Relay>> = { relay }): Syncer =>
    peer.connect(
      Object.entries(relays).map(([id, each]) => ({ id, relay: each })),
      { scheduler },
    );
  return { host, relay, scheduler, connect };
}

function logOf(host: MemoryRelay): Relay {
  host.createLog({ logTag, token: tokenOf(1) });
  const relay = host.find({ logTag, token: tokenOf(1) });
  if (relay === undefined) throw new Error("the log is not there");
  return relay;
}

function freshRelay(): Relay {
  return logOf(new MemoryRelay(deps, generousQuotas));
}

/** Steps until nothing happens any more. */
async function settle(...peers: readonly Peer[]): Promise<SyncReport[]> {
  for (let round = 0; ; round++) {
    const reports: SyncReport[] = [];
    for (const { syncer } of peers) if (syncer !== undefined) reports.push(await syncer.step());
    const isQuiet = reports.every(
      ({ relays, sent }) => sent === 0 && relays.every(({ outcome }) => outcome.kind !== "more"),
    );
    if (isQuiet || round > 50) return reports;
  }
}

function kindsOf(...peers: readonly Peer[]): string[] {
  return peers.flatMap(({ alarms }) => alarms.map((alarm) => alarm.kind)).sort();
}

function find<Kind extends SyncAlarm["kind"]>(peer: Peer, kind: Kind): Extract<SyncAlarm, { readonly kind: Kind }> {
  const found = peer.alarms.find((alarm): alarm is Extract<SyncAlarm, { readonly kind: Kind }> => alarm.kind === kind);
  if (found === undefined) throw new Error(`no alarm ${kind}, but ${kindsOf(peer).join()}`);
  return found;
}

const [alice, bob] = [() => new Peer("alice", 1), () => new Peer("bob", 2)];

/** A relay that shows only some of its blocks. */
async function viewOf(relay: Relay, keep: (i: number) => boolean): Promise<Relay> {
  const { envelopes } = await relay.since({ cursor: 0, limit: 1_000 });
  const peer = new Peer("view", 99);
  const kept = envelopes.filter((_unused, i) => keep(i));
  await peer.store.append(kept.map((bytes) => decode(bytes).bytes));
  for (const bytes of kept) peer.index.add(decode(bytes));
  return readOnly(createStoreRelay({ source: peer.store, index: peer.index, subscribe: peer.subscribe }));
}

describe("two devices and a relay", () => {
  it("come to have the same blocks, without an alarm", async () => {
    const { connect } = createScene();
    const [a, b] = [alice(), bob()];
    for (const peer of [a, b]) connect(peer);
    await a.write("one");
    await settle(a, b);
    await b.write("two");
    await a.write("three");
    await settle(a, b);
    expect(b.view()).toBe(a.view());
    expect(a.blocks.length).toBe(3);
    expect(kindsOf(a, b)).toEqual([]);
  });

  it("do not fetch back what they sent themselves, where nothing of others came in between", async () => {
    const { connect } = createScene();
    const a = alice();
    connect(a);
    await a.write("one");
    await settle(a);
    for (const text of ["two", "three"]) await a.write(text);
    const report = await a.syncer?.step();
    expect([report?.sent, report?.received]).toEqual([2, 0]);
    expect((await a.syncer?.step())?.received).toBe(0);
  });

  it("fetch what others sent in between", async () => {
    const { connect, relay } = createScene();
    const [a, b] = [alice(), bob()];
    connect(b);
    connect(a, {
      relay: {
        ...relay,
        append: async (input) => {
          await b.write("in between");
          await settle(b);
          return await relay.append(input);
        },
      },
    });
    await a.syncer?.step();
    await a.write("one");
    await a.syncer?.step();
    await a.syncer?.step();
    expect(a.view().split("\n").sort()).toEqual(["in between", "one"]);
  });

  it("go on where they stopped after a restart", async () => {
    const { connect } = createScene();
    const [a, b] = [alice(), bob()];
    for (const peer of [a, b]) connect(peer);
    for (let i = 0; i < 20; i++) await a.write(`${i}`);
    await settle(a, b);
    const again = new Peer("bob", 2, b.store.reopen());
    again.state = b.state;
    await again.reload();
    connect(again);
    await a.write("new");
    await settle(a);
    const report = await again.syncer?.step();
    expect([report?.received, again.view()]).toEqual([1, a.view()]);
  });

  it("fetch again what was waiting and is lost with the process", async () => {
    const { connect, relay } = createScene();
    const [a, b] = [alice(), bob()];
    connect(a);
    for (let i = 0; i < 5; i++) await a.write(`${i}`);
    await settle(a);
    const partly = await viewOf(relay, (i) => i !== 2);
    connect(b, { relay: partly });
    await settle(b);
    expect([b.blocks.length, b.waiting]).toEqual([2, 2]);
    const again = new Peer("bob", 2, b.store.reopen());
    again.state = b.state;
    await again.reload();
    connect(again, { relay });
    await settle(again);
    expect(again.view()).toBe(a.view());
  });

  it("send blocks after what they build on, those of others too", async () => {
    const { connect } = createScene();
    const [first, second] = [freshRelay(), freshRelay()];
    const [a, b] = [alice(), bob()];
    connect(a, { first, second });
    connect(b, { second });
    await b.write("only on the second");
    await settle(b, a);
    await a.write("builds on it");
    await settle(a);
    const { envelopes } = await first.since({ cursor: 0, limit: 10 });
    expect(envelopes.map((bytes) => Buffer.compare(decode(bytes).header.writer, signerOf(2).writer))).toEqual([
      0,
      expect.not.toBeOneOf([0]),
    ]);
    expect(kindsOf(a, b)).toEqual([]);
  });

  it("give back to a relay what it lost, and say that it did", async () => {
    const { connect, relay, scheduler } = createScene();
    const [a, b] = [alice(), bob()];
    for (const peer of [a, b]) connect(peer);
    for (let i = 0; i < 6; i++) await (i % 2 === 0 ? a : b).write(`${i}`).then(async () => await settle(a, b));
    const { envelopes } = await relay.since({ cursor: 0, limit: 3 });
    const restored = freshRelay();
    await restored.append({ envelopes: envelopes.map((bytes) => decode(bytes).bytes), onConflict: "refuse" });
    const again = new Peer("alice", 1, a.store.reopen());
    again.state = a.state;
    await again.reload();
    connect(again, { relay: restored });
    for (let i = 0; i < 3; i++) {
      await settle(again);
      scheduler.advance(120_000);
    }
    expect((await restored.since({ cursor: 0, limit: 100 })).end).toBe(6);
    expect(kindsOf(again)).toEqual(["head-withdrawn", "head-withdrawn", "log-shortened"]);
  });

  it("serve each other without a relay", async () => {
    const { scheduler } = createScene();
    const [a, b] = [alice(), bob()];
    const serve = (peer: Peer): Relay =>
      createStoreRelay({ source: peer.store, index: peer.index, subscribe: peer.subscribe });
    a.connect([{ id: "bob", relay: serve(b) }], { scheduler });
    b.connect([{ id: "alice", relay: serve(a) }], { scheduler });
    for (let i = 0; i < 4; i++) await (i % 2 === 0 ? a : b).write(`${i}`).then(async () => await settle(a, b));
    expect([a.view(), a.blocks.length, kindsOf(a, b)]).toEqual([b.view(), 4, []]);
  });

  it("fetch a long log from one of several relays, and hardly anything twice", async () => {
    const { scheduler } = createScene();
    const [first, second] = [freshRelay(), freshRelay()];
    const [a, b] = [alice(), bob()];
    a.connect(
      Object.entries({ first, second }).map(([id, relay]) => ({ id, relay })),
      { scheduler },
    );
    for (let i = 0; i < 300; i++) await a.write(`${i}`);
    await settle(a);
    const options = { pageBlocks: 10 };
    b.connect(
      Object.entries({ first, second }).map(([id, relay]) => ({ id, relay })),
      { scheduler, options },
    );
    let received = 0;
    for (let i = 0; i < 5; i++) {
      received += (await b.syncer?.step())?.received ?? 0;
      scheduler.advance(1_000);
    }
    expect(b.view()).toBe(a.view());
    expect(received).toBeLessThan(350);
  });
});

describe("a device that is an old copy of itself", () => {
  async function rolledBack(writesBefore: boolean) {
    const { connect, relay } = createScene();
    const [a, b] = [alice(), bob()];
    for (const peer of [a, b]) connect(peer);
    await a.write("one");
    await settle(a, b);
    const copy = new Peer("alice", 1);
    await copy.take(await a.store.read(0, 10));
    copy.state = a.state;
    await a.write("two");
    await settle(a, b);
    if (writesBefore) await copy.write("instead of two");
    connect(copy);
    return { copy, b, relay, connect };
  }

  it.each([[false], [true]])(
    "is told so with the proof before it sends anything (had it written: %s), and goes on with a new key",
    async (writesBefore) => {
      const { copy, b, relay, connect } = await rolledBack(writesBefore);
      const report = await copy.syncer?.step();
      expect(report?.ownHeadAhead?.found?.head.seq).toBe(1);
      expect(encodeHex(decode(report?.ownHeadAhead?.found?.block ?? new Uint8Array()).header.writer)).toBe(
        encodeHex(signerOf(1).writer),
      );
      await settle(copy, b);
      expect((await relay.since({ cursor: 0, limit: 10 })).end).toBe(2);
      // The room begins again without what was never sent, and with a new key.
      const renewed = new Peer("alice", 11);
      await renewed.take(
        copy.blocks.map(({ bytes }) => bytes).filter((_unused, i) => copy.contentAt(i) !== "instead of two"),
      );
      renewed.state = copy.state;
      connect(renewed);
      await settle(renewed);
      await renewed.write("by the new key");
      const [after] = await settle(renewed, b);
      expect(after?.ownHeadAhead).toBeUndefined();
      expect(b.view()).toBe("one\ntwo\nby the new key");
      expect(renewed.view()).toBe(b.view());
      expect(kindsOf(b, renewed)).toEqual([]);
      expect((await relay.heads({ after: undefined, limit: 10 })).heads.length).toBe(2);
    },
  );

  it("remembers it after a restart, and sends nothing of the old key with a new one", async () => {
    const { copy, connect, relay } = await rolledBack(true);
    await copy.syncer?.step();
    const again = new Peer("alice", 1, copy.store.reopen());
    again.state = copy.state;
    await again.reload();
    connect(again);
    const [report] = await settle(again);
    expect(report?.ownHeadAhead).toEqual({ writer: signerOf(1).writer, found: undefined });
    again.signer = signerOf(11);
    const [after] = await settle(again);
    expect(after?.ownHeadAhead).toBeUndefined();
    expect((await relay.since({ cursor: 0, limit: 10 })).end).toBe(2);
  });

  it("finds out by the relay's refusal where the relay does not show it, and what it wrote over is never sent", async () => {
    const { copy, relay, connect } = await rolledBack(true);
    const before = await viewOf(relay, (i) => i === 0);
    connect(copy, { relay: { ...relay, since: before.since, heads: before.heads } });
    const report = await copy.syncer?.step();
    expect(report?.ownHeadAhead?.found?.head.seq).toBe(1);
    copy.signer = signerOf(11);
    connect(copy);
    await settle(copy);
    const { envelopes, end } = await relay.since({ cursor: 0, limit: 10 });
    expect([envelopes.length, end]).toEqual([2, 2]);
  });

  it("does not believe a relay that only says so", async () => {
    const { connect, relay } = createScene();
    const a = alice();
    const lie = { writer: signerOf(1).writer, seq: 7, hash: new Uint8Array(32).fill(7) };
    connect(a, {
      relay: {
        ...relay,
        append: async ({ envelopes }) => envelopes.map(() => ({ kind: "conflict", head: lie })),
        heads: async () => ({ heads: [lie], hasMore: false, end: 1 }),
      },
    });
    await a.write("one");
    const report = await a.syncer?.step();
    expect(report?.ownHeadAhead).toBeUndefined();
    expect(a.alarms).toContainEqual({ kind: "misbehaviour", relay: "relay", what: "unproven-head" });
  });
});

describe("a writer that signs two blocks with one seq", () => {
  // The branches part after the first block.
  it.each([
    [1, 1],
    [3, 1],
    [1, 3],
    [4, 2],
  ])("is shown to both sides with a proof, and all come to have both branches (of %s and %s)", async (one, other) => {
    const { connect, scheduler } = createScene();
    const [first, second] = [freshRelay(), freshRelay()];
    const [a, b] = [alice(), bob()];
    const mallory = signerOf(66);
    const chainOf = (to: string, length: number): Envelope[] => {
      const blocks: Envelope[] = [];
      for (let seq = 0; seq <= length; seq++) {
        const content = seq === 0 ? "to both" : `${seq} to ${to}`;
        blocks.push(writeBlock(mallory, { previous: blocks.at(-1), links: [], lamport: seq, content }));
      }
      return blocks;
    };
    const branches = [chainOf("alice", one), chainOf("bob", other)];
    for (const [i, relay] of [first, second].entries())
      await relay.append({ envelopes: (branches[i] ?? []).map(({ bytes }) => bytes), onConflict: "refuse" });
    connect(a, { first });
    connect(b, { second });
    await settle(a, b);
    await a.write("follows the one");
    await b.write("follows the other");
    await settle(a, b);
    expect(kindsOf(a, b)).toEqual([]);
    connect(a, { first, second });
    connect(b, { second, first });
    for (let i = 0; i < 3; i++) {
      await settle(a, b);
      scheduler.advance(61_000);
    }
    expect(a.view()).toBe(b.view());
    expect(a.blocks.length).toBe(3 + one + other);
    const forked = branches.map((blocks) => encodeHex(blocks[1]?.hash ?? new Uint8Array())).sort();
    for (const peer of [a, b]) {
      const { proof, blocks, seq } = find(peer, "fork");
      expect(seq).toBe(1);
      expect(encodeHex(verifyForkProof(deps, { proof, logTag }).writer)).toBe(encodeHex(mallory.writer));
      expect(blocks.map((bytes) => encodeHex(decode(bytes).hash)).sort()).toEqual(forked);
    }
    // The relays have both branches too, for those who come later.
    for (const relay of [first, second]) {
      expect((await relay.since({ cursor: 0, limit: 100 })).end).toBe(a.blocks.length);
      const carol = new Peer("carol", 3);
      connect(carol, { relay });
      await settle(carol);
      expect(carol.view()).toBe(a.view());
    }
  });
});

describe("a relay that shows less than it did", () => {
  async function remembered() {
    const scene = createScene();
    const [a, b] = [alice(), bob()];
    for (const peer of [a, b]) scene.connect(peer);
    for (let i = 0; i < 4; i++) await b.write(`${i}`);
    await settle(b, a);
    return { ...scene, a, b };
  }

  it("is caught with a shortened log", async () => {
    const { a, relay, scheduler } = await remembered();
    a.syncer?.setRelays([{ id: "relay", relay: await viewOf(relay, (i) => i < 2) }]);
    scheduler.advance(61_000);
    await settle(a);
    expect(find(a, "log-shortened")).toMatchObject({ remembered: 4, shown: 2 });
    const { remembered: head, shown, block } = find(a, "head-withdrawn");
    expect([head.seq, shown?.seq]).toEqual([3, 1]);
    expect(decode(block ?? new Uint8Array()).header.seq).toBe(3);
  });

  it("is caught with a writer left out", async () => {
    const { a, relay, scheduler } = await remembered();
    await a.write("by alice");
    await settle(a);
    a.syncer?.setRelays([{ id: "relay", relay: await viewOf(relay, (i) => i === 4) }]);
    scheduler.advance(61_000);
    await settle(a);
    expect(find(a, "head-withdrawn")).toMatchObject({ remembered: { seq: 3 }, shown: undefined });
  });

  it("is told once, and remembered over a restart", async () => {
    const { a, relay, connect, scheduler } = await remembered();
    const less = await viewOf(relay, (i) => i < 2);
    const again = new Peer("alice", 1, a.store.reopen());
    again.state = a.state;
    await again.reload();
    connect(again, { relay: less });
    for (let i = 0; i < 4; i++) {
      scheduler.advance(61_000);
      await settle(again);
    }
    expect(kindsOf(again)).toEqual(["head-withdrawn", "log-shortened"]);
    const third = new Peer("alice", 1, again.store.reopen());
    third.state = again.state;
    await third.reload();
    connect(third, { relay: less });
    await settle(third);
    expect(kindsOf(third)).toEqual(["head-withdrawn"]);
  });

  it("is caught where it withholds what others build on, by everybody who asks often enough", async () => {
    const { b, relay, connect, scheduler } = await remembered();
    const carol = new Peer("carol", 3);
    connect(carol);
    await settle(carol);
    await carol.write("builds on bob's");
    await settle(carol, b);
    const dave = new Peer("dave", 4);
    connect(dave, { relay: await viewOf(relay, (i) => i !== 3) });
    for (let i = 0; i < 8; i++) {
      await settle(dave);
      scheduler.advance(10_000);
    }
    expect(find(dave, "withheld").relays).toEqual(["relay"]);
    expect(encodeHex(find(dave, "withheld").hash)).toBe(encodeHex(b.blocks[3]?.hash ?? new Uint8Array()));
    dave.syncer?.setRelays([{ id: "honest", relay }, ...["relay"].map((id) => ({ id, relay: freshRelay() }))]);
    await settle(dave);
    expect(dave.view()).toBe(carol.view());
  });
});

describe("a block that came some other way while it was asked for", () => {
  it("is not called withheld", async () => {
    const { connect, scheduler } = createScene();
    const [a, b] = [alice(), bob()];
    const relay = freshRelay();
    connect(b, { relay });
    await b.write("one");
    await b.write("two");
    await settle(b);
    connect(a, { relay: await viewOf(relay, (i) => i !== 0) });
    await settle(a);
    expect(a.waiting).toBe(1);
    await a.take(b.blocks.slice(0, 1).map(({ bytes }) => bytes));
    for (let i = 0; i < 8; i++) {
      scheduler.advance(10_000);
      await settle(a);
    }
    expect([a.blocks.length, kindsOf(a)]).toEqual([2, []]);
  });
});

describe("failures", () => {
  const failing = (relay: Relay): Relay => ({
    ...relay,
    heads: async () => await Promise.reject(new RelayUnavailableError("down")),
  });

  it("of one relay do not hold up another, and are tried again later and later", async () => {
    const { connect, relay, scheduler } = createScene();
    const [a, b] = [alice(), bob()];
    connect(a, { down: failing(freshRelay()), relay });
    connect(b);
    await b.write("one");
    await settle(b);
    const outcomes: string[] = [];
    for (let i = 0; i < 8; i++) {
      outcomes.push((await a.syncer?.step())?.relays[0]?.outcome.kind ?? "");
      scheduler.advance(1_000);
    }
    expect(a.view()).toBe("one");
    expect(outcomes).toEqual([
      "failed",
      "failed",
      "backing-off",
      "failed",
      "backing-off",
      "backing-off",
      "backing-off",
      "failed",
    ]);
    a.syncer?.retry();
    expect((await a.syncer?.step())?.relays[0]?.outcome.kind).toBe("failed");
    expect(kindsOf(a)).toEqual([]);
  });

  it("of the host go to the caller, and the step may be repeated", async () => {
    const { connect } = createScene();
    const [a, b] = [alice(), bob()];
    for (const peer of [a, b]) connect(peer);
    await a.write("one");
    await settle(a);
    const { receive } = b.host;
    const full = new Error("the disk is full");
    Object.assign(b.host, { receive: async () => await Promise.reject(full) });
    await expect(b.syncer?.step()).rejects.toBe(full);
    Object.assign(b.host, { receive });
    await settle(b);
    expect(b.view()).toBe("one");
  });

  it("refuse to go on with a damaged memory", async () => {
    const { connect } = createScene();
    const a = alice();
    connect(a);
    await a.write("one");
    await settle(a);
    const kept = a.state ?? new Uint8Array();
    for (const damaged of [kept.slice(0, -1), kept.slice(1), Uint8Array.from([...kept, 0]), new Uint8Array()]) {
      a.state = damaged;
      await expect(connect(a).step()).rejects.toMatchObject({ code: "oplog/sync-state" });
    }
  });

  it("of a token are said, and end when the token is right again", async () => {
    const { host, connect, scheduler } = createScene();
    const a = alice();
    connect(a);
    host.rotateToken({ logTag, token: tokenOf(2) });
    await a.write("one");
    expect((await a.syncer?.step())?.relays[0]).toMatchObject({ outcome: { kind: "synced" }, refusal: "token" });
    host.rotateToken({ logTag, token: tokenOf(1) });
    scheduler.advance(60_000);
    expect((await a.syncer?.step())?.sent).toBe(1);
    expect((await a.syncer?.step())?.relays[0]?.refusal).toBeUndefined();
  });

  it("end by a signal", async () => {
    const { connect, relay } = createScene();
    const a = alice();
    const controller = new AbortController();
    connect(a, {
      relay: {
        ...relay,
        since: async (input, options) => {
          controller.abort();
          return await relay.since(input, options);
        },
      },
    });
    await a.write("one");
    await expect(a.syncer?.step({ signal: controller.signal })).rejects.toBeInstanceOf(AbortedError);
    expect((await relay.since({ cursor: 0, limit: 1 })).end).toBe(0);
  });
});

describe("a loop", () => {
  it("runs steps when there are news, when time has passed and when it is woken, until its signal", async () => {
    const { connect, scheduler } = createScene();
    const [a, b] = [alice(), bob()];
    for (const peer of [a, b]) connect(peer);
    const controller = new AbortController();
    let steps = 0;
    const loops = [a, b].map(({ syncer }) => {
      if (syncer === undefined) throw new Error("not connected");
      const onStep = () => void (steps += 1);
      return startSyncLoop({ syncer, scheduler, signal: controller.signal, relays: ["relay"], onStep });
    });
    const idle = async () => {
      for (let i = 0; i < 200; i++) await Promise.resolve();
    };
    await idle();
    await a.write("one");
    for (const loop of loops) loop.wake();
    await idle();
    expect(b.view()).toBe("one");
    const before = steps;
    await idle();
    expect(steps).toBe(before);
    scheduler.advance(60_000);
    await idle();
    expect(steps).toBe(before + 2);
    controller.abort();
    await Promise.all(loops.map(async ({ ended }) => await ended));
    await a.write("two");
    await idle();
    expect([steps, b.view()]).toEqual([before + 2, "one"]);
  });

  it("ends with what the host fails with", async () => {
    const { connect, scheduler } = createScene();
    const a = alice();
    const syncer = connect(a, { relay: freshRelay(), other: freshRelay() });
    Object.assign(a.host, { missing: async () => await Promise.reject(new Error("broken")) });
    const { signal } = new AbortController();
    await expect(startSyncLoop({ syncer, scheduler, signal, relays: ["relay", "other"] }).ended).rejects.toThrow(
      "broken",
    );
  });
});
