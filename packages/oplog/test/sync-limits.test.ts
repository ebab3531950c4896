import { encodeHex } from "@coterie/bytes";
import { describe, expect, it } from "vitest";
import { MemoryRelay, oplogLimits, type Relay, type SyncAlarm, Syncer, type SyncHost } from "../src/index.ts";
import { TipTable } from "../src/sync/syncer/tip-table.ts";
import { WantedBlocks } from "../src/sync/syncer/wanted-blocks.ts";
import { filled, logTag } from "./blocks.ts";
import { deps, Peer, signerOf, writeBlock } from "./sync-peers.ts";
import { fakeScheduler, generousQuotas, tokenOf } from "./sync-scene.ts";

function numbered(i: number): Uint8Array<ArrayBuffer> {
  const bytes = filled(32, 0);
  new DataView(bytes.buffer).setUint32(0, i);
  return bytes;
}

function freshRelay(): Relay {
  const host = new MemoryRelay(deps, generousQuotas);
  host.createLog({ logTag, token: tokenOf(1) });
  const relay = host.find({ logTag, token: tokenOf(1) });
  if (relay === undefined) throw new Error("the log is not there");
  return relay;
}

describe("blocks that are asked for", () => {
  const rules = { withholdingRounds: 3, retryMs: 100, retryMostMs: 350, limit: 4 };
  const relays = ["one", "other"];

  it("are asked for once a round of each relay, later and later, and called withheld after the last round", () => {
    const wanted = new WantedBlocks(rules);
    wanted.add([numbered(1)], { since: 0, nowMs: 0 });
    const asked: number[] = [];
    const withheld: number[] = [];
    for (let nowMs = 0; nowMs < 1_500; nowMs += 10) {
      for (const relay of relays)
        for (const hash of wanted.due({ relay, nowMs, limit: 10 })) {
          if (relay === "one") asked.push(nowMs);
          wanted.wasNotWith(relay, hash);
        }
      if (wanted.endRounds({ reachable: relays, nowMs }).length > 0) withheld.push(nowMs);
    }
    expect(asked).toEqual([0, 100, 300, 650, 1_000, 1_350]);
    expect(withheld).toEqual([300]);
  });

  it("wait for relays that can be reached, and for no others", () => {
    const wanted = new WantedBlocks(rules);
    wanted.add([numbered(1)], { since: 0, nowMs: 0 });
    wanted.wasNotWith("one", numbered(1));
    wanted.endRounds({ reachable: relays, nowMs: 0 });
    expect(wanted.nextAtMs({ relays: ["one"], nowMs: 0 })).toBe(Number.POSITIVE_INFINITY);
    expect(wanted.nextAtMs({ relays, nowMs: 0 })).toBe(0);
    wanted.endRounds({ reachable: ["one"], nowMs: 0 });
    expect(wanted.nextAtMs({ relays: ["one"], nowMs: 0 })).toBe(100);
  });

  it("make room in the order in which they were asked for in vain, one below, at and above the limit", () => {
    const wanted = new WantedBlocks(rules);
    const add = (...numbers: number[]) => wanted.add(numbers.map(numbered), { since: 0, nowMs: 0 });
    const all = () =>
      wanted.due({ relay: "x", nowMs: 10_000, limit: 10 }).map((hash) => new DataView(hash.buffer).getUint32(0));
    add(1, 2, 3);
    expect(wanted.size).toBe(3);
    add(4);
    expect(wanted.size).toBe(4);
    add(5);
    expect(all()).toEqual([1, 2, 3, 4]);
    for (let round = 0; round < 3; round++) {
      wanted.wasNotWith("one", numbered(2));
      wanted.endRounds({ reachable: ["one"], nowMs: 0 });
    }
    add(5);
    expect(all()).toEqual([1, 3, 4, 5]);
    wanted.remove(numbered(3));
    expect(wanted.size).toBe(3);
  });
});

describe("tips", () => {
  it("follow a chain, and keep the ends of branches up to a limit", () => {
    const tips = new TipTable();
    const writer = signerOf(1).writer;
    let previous = writeBlock(signerOf(1), { previous: undefined, links: [], lamport: 0, content: "0" });
    tips.advance(previous);
    for (let i = 1; i < 5; i++) {
      previous = writeBlock(signerOf(1), { previous, links: [], lamport: i, content: `${i}` });
      tips.advance(previous);
    }
    expect(tips.all()).toEqual([{ writer, seq: 4, hash: previous.hash }]);
    tips.advance(writeBlock(signerOf(1), { previous: undefined, links: [], lamport: 0, content: "0" }));
    expect(tips.all()).toEqual([{ writer, seq: 4, hash: previous.hash }]);
    tips.reset(Array.from({ length: 40 }, (_unused, i) => ({ writer, seq: i, hash: numbered(i) })));
    expect([tips.of(writer).length, tips.seqOf(writer)]).toEqual([2 * oplogLimits.branchesPerWriter, 39]);
  });
});

describe("a relay that shows too much", () => {
  const emptyHost = (alarms: SyncAlarm[]): SyncHost => {
    const { host } = new Peer("nobody", 1);
    return { ...host, onAlarm: (alarm) => void alarms.push(alarm) };
  };

  const showing = (count: number): Relay => ({
    ...freshRelay(),
    heads: async ({ after, limit }) => {
      const from = after === undefined ? 0 : new DataView(after.writer.buffer).getUint32(0) + 1;
      const to = Math.min(count, from + limit);
      const heads = Array.from({ length: to - from }, (_unused, i) => ({
        writer: numbered(from + i),
        seq: 0,
        hash: numbered(from + i),
      }));
      return { heads, hasMore: to < count, end: count };
    },
  });

  it("is not listened to beyond the limit of heads", async () => {
    const alarms: SyncAlarm[] = [];
    const relays = [{ id: "relay", relay: showing(oplogLimits.headsPerLog + 2 * oplogLimits.pageHeads) }];
    const syncer = new Syncer({ ...deps, nowMs: () => 0 }, { logTag, host: emptyHost(alarms), relays });
    const report = await syncer.step();
    expect(report.relays[0]?.outcome.kind).toBe("failed");
    expect(alarms).toEqual([{ kind: "misbehaviour", relay: "relay", what: "too-much" }]);
  });

  it("is caught with heads that it has no blocks for, and not asked all at once again", async () => {
    const alarms: SyncAlarm[] = [];
    let asked = 0;
    const relay = showing(1_000);
    const counting: Relay = {
      ...relay,
      find: async (input) => {
        asked += input.hashes.length;
        return await relay.find(input);
      },
    };
    let nowMs = 0;
    const syncer = new Syncer(
      { ...deps, nowMs: () => nowMs },
      { logTag, host: emptyHost(alarms), relays: [{ id: "relay", relay: counting }] },
    );
    for (let i = 0; i < 100; i++) await syncer.step();
    expect(asked).toBe(256);
    for (let i = 0; i < 20; i++) {
      nowMs += 60_000;
      await syncer.step();
    }
    // 256 heads in the first question, 16 in each later one, and none twice.
    expect(asked).toBe(256 + 20 * 16);
    expect(alarms).toContainEqual({ kind: "misbehaviour", relay: "relay", what: "unproven-head" });
  });
});

describe("back-pressure", () => {
  it("fetches nothing more while the host is busy with what came", async () => {
    const relay = freshRelay();
    const alice = new Peer("alice", 1);
    const scheduler = fakeScheduler();
    alice.connect([{ id: "relay", relay }], { scheduler });
    for (let i = 0; i < 40; i++) await alice.write(`${i}`);
    await alice.syncer?.step();
    const bob = new Peer("bob", 2);
    let pages = 0;
    let busy = 0;
    let mostBusy = 0;
    const { receive } = bob.host;
    Object.assign(bob.host, {
      receive: async (envelopes: Parameters<typeof receive>[0]) => {
        busy += 1;
        mostBusy = Math.max(mostBusy, busy);
        const before = pages;
        for (let i = 0; i < 20; i++) await Promise.resolve();
        expect(pages).toBe(before);
        busy -= 1;
        return await receive(envelopes);
      },
    });
    const counting: Relay = {
      ...relay,
      since: async (input) => {
        pages += 1;
        return await relay.since(input);
      },
    };
    bob.connect([{ id: "relay", relay: counting }], { scheduler, options: { pageBlocks: 10 } });
    await bob.syncer?.step();
    expect([bob.view(), pages >= 4, mostBusy]).toEqual([alice.view(), true, 1]);
  });

  it("gives the place of a relay that gives much, but slowly, to another one", async () => {
    const scheduler = fakeScheduler();
    const [slow, fast] = [freshRelay(), freshRelay()];
    const alice = new Peer("alice", 1);
    alice.connect(
      Object.entries({ slow, fast }).map(([id, relay]) => ({ id, relay })),
      { scheduler },
    );
    for (let i = 0; i < 100; i++) await alice.write(`${i}`);
    await alice.syncer?.step();
    const stuck: Relay = {
      ...slow,
      since: async (input) => (input.cursor === 0 ? await slow.since(input) : await new Promise(() => undefined)),
    };
    const bob = new Peer("bob", 2);
    const syncer = bob.connect(
      Object.entries({ slow: stuck, fast }).map(([id, relay]) => ({ id, relay })),
      {
        scheduler,
        options: { pageBlocks: 10, retryMs: 100 },
      },
    );
    void syncer.step({ relays: ["slow"] });
    for (let i = 0; i < 50; i++) await new Promise((resolve) => void setImmediate(resolve));
    expect((await syncer.step({ relays: ["fast"] })).relays[0]?.outcome.kind).toBe("waiting");
    scheduler.advance(1_000);
    expect((await syncer.step({ relays: ["fast"] })).relays[0]?.outcome.kind).toBe("synced");
    expect(bob.blocks.length).toBe(100);
  });
});

describe("relays that are remembered", () => {
  it("are no more than the limit, the oldest ones that are gone go first", async () => {
    const peer = new Peer("alice", 1);
    await peer.write("one");
    const scheduler = fakeScheduler();
    const syncer = peer.connect([], { scheduler });
    const relay = freshRelay();
    for (let i = 0; i <= oplogLimits.rememberedRelays; i++) {
      syncer.setRelays([{ id: `relay ${i}.`, relay }]);
      await syncer.step();
    }
    const kept = Buffer.from(peer.state ?? new Uint8Array()).toString("latin1");
    expect([
      kept.includes("relay 0."),
      kept.includes("relay 1."),
      kept.includes(`relay ${oplogLimits.rememberedRelays}`),
    ]).toEqual([false, true, true]);
    expect(encodeHex(peer.state ?? new Uint8Array()).startsWith("0100")).toBe(true);
  });
});
