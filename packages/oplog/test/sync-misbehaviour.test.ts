// What a syncer says of relays that answer otherwise than a relay does, one thing at a time.
import { encodeHex } from "@coterie/bytes";
import { describe, expect, it } from "vitest";
import {
  createEnvelope,
  type Envelope,
  MemoryRelay,
  type Misbehaviour,
  oplogLimits,
  type Relay,
  type SyncAlarm,
  type Syncer,
} from "../src/index.ts";
import { filled, logTag, withBadSignature } from "./blocks.ts";
import { findFork } from "../src/sync/syncer/alarms.ts";
import { decode, deps, Peer, signerOf, writeBlock } from "./sync-peers.ts";
import { fakeScheduler, type FakeScheduler, generousQuotas, tokenOf } from "./sync-scene.ts";

function freshRelay(): Relay {
  const host = new MemoryRelay(deps, generousQuotas);
  host.createLog({ logTag, token: tokenOf(1) });
  const relay = host.find({ logTag, token: tokenOf(1) });
  if (relay === undefined) throw new Error("the log is not there");
  return relay;
}

function chainOf(writer: number, length: number): Envelope[] {
  const blocks: Envelope[] = [];
  for (let i = 0; i < length; i++)
    blocks.push(writeBlock(signerOf(writer), { previous: blocks.at(-1), links: [], lamport: i, content: `${i}` }));
  return blocks;
}

async function relayWith(blocks: readonly Envelope[]): Promise<Relay> {
  const relay = freshRelay();
  await relay.append({ envelopes: blocks.map(({ bytes }) => bytes), onConflict: "keep" });
  return relay;
}

interface Watched {
  readonly peer: Peer;
  readonly syncer: Syncer;
  readonly scheduler: FakeScheduler;
}

function watch(relays: Readonly<Record<string, Relay>>, peer: Peer = new Peer("alice", 1)): Watched {
  const scheduler = fakeScheduler();
  const named = Object.entries(relays).map(([id, relay]) => ({ id, relay }));
  return { peer, scheduler, syncer: peer.connect(named, { scheduler }) };
}

function misbehaviours(alarms: readonly SyncAlarm[]): Misbehaviour[] {
  return alarms.flatMap((alarm) => (alarm.kind === "misbehaviour" ? [alarm.what] : []));
}

const chain = chainOf(2, 6);
const others = chainOf(3, 6);
const foreign = writeBlock(signerOf(2), {
  previous: undefined,
  links: [],
  lamport: 0,
  content: "",
  tag: filled(16, 9),
});

/** What each relay does, and what is said of it. */
const cases: readonly (readonly [string, Misbehaviour, (relay: Relay) => Partial<Relay>])[] = [
  [
    "bytes that are no block",
    "malformed",
    (relay) => ({ since: async (input) => ({ ...(await relay.since(input)), envelopes: [filled(100, 1)] }) }),
  ],
  [
    "more blocks than were asked for",
    "malformed",
    () => ({
      since: async ({ limit }) => ({
        envelopes: Array.from({ length: limit + 1 }, () => chain[0]?.bytes ?? filled(1, 1)),
        next: limit + 1,
        end: limit + 1,
      }),
    }),
  ],
  [
    "more blocks of a writer than were asked for",
    "malformed",
    () => ({
      range: async ({ limit }) => Array.from({ length: limit + 1 }, () => chain[0]?.bytes ?? filled(1, 1)),
      since: async () => ({ envelopes: [], next: 12, end: 12 }),
    }),
  ],
  [
    "heads that are not ascending",
    "malformed",
    (relay) => ({
      heads: async (input) => ({ ...(await relay.heads(input)), heads: (await relay.heads(input)).heads.toReversed() }),
    }),
  ],
  ["heads that never end", "malformed", () => ({ heads: async () => ({ heads: [], hasMore: true, end: 0 }) })],
  [
    "a page of heads that is too long",
    "malformed",
    () => ({
      heads: async () => ({
        heads: Array.from({ length: oplogLimits.pageHeads + 1 }, () => ({
          writer: filled(32, 1),
          seq: 0,
          hash: filled(32, 1),
        })),
        hasMore: false,
        end: 0,
      }),
    }),
  ],
  [
    "a block of another log",
    "other-log",
    (relay) => ({ since: async (input) => ({ ...(await relay.since(input)), envelopes: [foreign.bytes] }) }),
  ],
  [
    "a block with a signature that is none",
    "forged",
    (relay) => ({
      since: async (input) => ({
        ...(await relay.since(input)),
        envelopes: chain.map((block, i) => (i === 5 ? withBadSignature(block) : block.bytes)),
      }),
    }),
  ],
  [
    "a cursor that goes back",
    "wrong-cursor",
    (relay) => ({ since: async (input) => ({ ...(await relay.since(input)), next: 3 }) }),
  ],
  [
    "a cursor beyond the end",
    "wrong-cursor",
    (relay) => ({ since: async (input) => ({ ...(await relay.since(input)), next: 13 }) }),
  ],
  [
    "a cursor that stands still although there is more",
    "wrong-cursor",
    () => ({ since: async ({ cursor }) => ({ envelopes: [], next: cursor, end: cursor + 5 }) }),
  ],
  [
    "a cursor beyond all numbers",
    "wrong-cursor",
    () => ({ since: async () => ({ envelopes: [], next: 2 ** 40, end: 2 ** 40 }) }),
  ],
  [
    "a seq beyond all numbers",
    "malformed",
    () => ({
      heads: async () => ({
        heads: [{ writer: filled(32, 1), seq: 2 ** 40, hash: filled(32, 1) }],
        hasMore: false,
        end: 12,
      }),
    }),
  ],
  [
    "blocks of another writer than the one asked for",
    "wrong-block",
    () => ({
      since: async () => ({ envelopes: [], next: 12, end: 12 }),
      range: async () => others.map(({ bytes }) => bytes),
    }),
  ],
  [
    "another block than the one asked for",
    "wrong-block",
    () => ({
      since: async () => ({ envelopes: [], next: 12, end: 12 }),
      range: async () => [],
      find: async ({ hashes }) => hashes.map(() => others[0]?.bytes),
    }),
  ],
  [
    "no answer to a question for blocks",
    "malformed",
    () => ({ since: async () => ({ envelopes: [], next: 12, end: 12 }), range: async () => [], find: async () => [] }),
  ],
  [
    "more answers than questions for blocks",
    "malformed",
    () => ({
      since: async () => ({ envelopes: [], next: 12, end: 12 }),
      range: async () => [],
      find: async ({ hashes }) => [...hashes, ...hashes].map(() => undefined),
    }),
  ],
  [
    "heads whose blocks it does not give",
    "unproven-head",
    () => ({
      since: async () => ({ envelopes: [], next: 12, end: 12 }),
      range: async () => [],
      find: async ({ hashes }) => hashes.map(() => undefined),
    }),
  ],
  ["another number of outcomes than of blocks", "malformed", () => ({ append: async () => [] })],
];

describe("a relay is blamed", () => {
  it.each(cases)("for %s: %s", async (_name, what, spoil) => {
    const relay = await relayWith([...chain, ...others]);
    const { peer, syncer, scheduler } = watch({ relay: { ...relay, ...spoil(relay) } });
    await peer.write("something to send");
    for (let i = 0; i < 4; i++) {
      await syncer.step();
      scheduler.advance(70_000);
    }
    expect(misbehaviours(peer.alarms)).toContain(what);
    expect(peer.alarms.filter(({ kind }) => kind === "fork" || kind === "withheld")).toEqual([]);
    // With an honest one beside it, everything comes.
    syncer.setRelays([{ id: "honest", relay }]);
    for (let i = 0; i < 6; i++) await syncer.step();
    expect(peer.blocks.length).toBe(13);
  });

  it("for nothing where it is honest", async () => {
    const relay = await relayWith([...chain, ...others]);
    const { peer, syncer } = watch({ relay });
    await peer.write("something to send");
    for (let i = 0; i < 4; i++) await syncer.step();
    expect([peer.alarms, peer.blocks.length]).toEqual([[], 13]);
  });
});

describe("a copy of a block with a spoilt signature", () => {
  it("does not keep the good one from being fetched elsewhere", async () => {
    const honest = await relayWith(chain);
    const spoilt = chain.map((block, i) => (i === 5 ? withBadSignature(block) : block.bytes));
    const liar: Relay = {
      ...honest,
      since: async () => ({ envelopes: spoilt, next: 6, end: 6 }),
      find: async ({ hashes }) =>
        hashes.map((hash) => spoilt[chain.findIndex((block) => encodeHex(block.hash) === encodeHex(hash))]),
      range: async ({ from }) => spoilt.slice(from),
    };
    const { peer, syncer } = watch({ liar });
    await syncer.step();
    expect(peer.blocks.length).toBe(5);
    syncer.setRelays([
      { id: "liar", relay: liar },
      {
        id: "honest",
        relay: { ...honest, since: async ({ cursor }) => ({ envelopes: [], next: Math.max(6, cursor), end: 6 }) },
      },
    ]);
    for (let i = 0; i < 3; i++) await syncer.step();
    expect(peer.blocks.length).toBe(6);
  });

  it("of the own writer is no reason to give up the key", async () => {
    const ahead = writeBlock(signerOf(1), {
      previous: undefined,
      links: [],
      lamport: 0,
      content: "nobody signed this",
    });
    const spoilt = withBadSignature(ahead);
    const liar: Relay = {
      ...freshRelay(),
      since: async () => ({ envelopes: [spoilt], next: 1, end: 1 }),
      find: async ({ hashes }) => hashes.map(() => spoilt),
      range: async () => [spoilt],
      heads: async () => ({
        heads: [{ writer: ahead.header.writer, seq: 0, hash: ahead.hash }],
        hasMore: false,
        end: 1,
      }),
    };
    const { peer, syncer } = watch({ liar });
    expect((await syncer.step()).ownHeadAhead).toBeUndefined();
    expect(misbehaviours(peer.alarms)).toContain("forged");
    // The same block with its signature is.
    const { syncer: other } = watch({ honest: await relayWith([ahead]) });
    expect((await other.step()).ownHeadAhead?.found?.head.seq).toBe(0);
  });
});

describe("a head that does not follow the one before", () => {
  /** Not encrypted with the room's key: a device cannot admit it, and still it is signed. */
  function unreadable(previous: Envelope | undefined, content: string): Envelope {
    const block = writeBlock(signerOf(2), { previous, links: [], lamport: 0, content });
    const { header, nonce, publicPart } = block;
    const parts = { header, nonce, publicPart, control: filled(80, 1), content: filled(80, 2) };
    return createEnvelope({ ...deps, signer: signerOf(2) }, parts);
  }

  it("is told with a proof, also where its blocks cannot be opened", async () => {
    for (const length of [1, 2, 3]) {
      const { peer, syncer, scheduler } = watch({ relay: await relayWith(chain.slice(0, 2)) });
      await syncer.step();
      const other: Envelope[] = [];
      for (let i = 0; i < length; i++) other.push(unreadable(other.at(-1), `other ${i}`));
      syncer.setRelays([{ id: "relay", relay: await relayWith(other) }]);
      scheduler.advance(61_000);
      for (let i = 0; i < 3; i++) await syncer.step();
      const kinds = peer.alarms.map(({ kind }) => kind);
      expect(kinds).toContain("fork");
      if (length < 3) expect(kinds).toContain(length === 1 ? "head-withdrawn" : "head-changed");
    }
  });

  it("is nothing to be told of where its blocks only wait for others", async () => {
    const missing = chainOf(4, 1);
    const first = chainOf(2, 1);
    const second = writeBlock(signerOf(2), {
      previous: first[0],
      links: missing.map(({ hash }) => hash),
      lamport: 1,
      content: "builds on what is not there",
    });
    const relay = await relayWith(first);
    const { peer, syncer, scheduler } = watch({ relay });
    await syncer.step();
    await relay.append({ envelopes: [second.bytes], onConflict: "refuse" });
    scheduler.advance(61_000);
    for (let i = 0; i < 3; i++) await syncer.step();
    expect([peer.blocks.length, peer.waiting, peer.alarms]).toEqual([1, 1, []]);
    await relay.append({ envelopes: missing.map(({ bytes }) => bytes), onConflict: "refuse" });
    scheduler.advance(61_000);
    for (let i = 0; i < 3; i++) await syncer.step();
    expect([peer.blocks.length, peer.alarms]).toEqual([3, []]);
  });

  it("is no fork where only one of the two blocks is signed", () => {
    const [first, second] = ["one", "other"].map((content) =>
      writeBlock(signerOf(2), { previous: undefined, links: [], lamport: 0, content }),
    );
    if (first === undefined || second === undefined) throw new Error("no blocks");
    expect(findFork(deps, { first, second, relay: "relay" })?.kind).toBe("fork");
    expect(findFork(deps, { first, second: decode(withBadSignature(second)), relay: "relay" })).toBeUndefined();
    expect(findFork(deps, { first: decode(withBadSignature(first)), second, relay: "relay" })).toBeUndefined();
    expect(findFork(deps, { first, second: first, relay: "relay" })).toBeUndefined();
  });
});

describe("a relay that lies about its heads", () => {
  it("is not believed to have given everything", async () => {
    const relay = await relayWith([...chain, ...others]);
    const lie = { writer: filled(32, 7), seq: 0, hash: filled(32, 8) };
    const { peer, syncer, scheduler } = watch({
      relay: { ...relay, heads: async () => ({ heads: [lie], hasMore: false, end: 12 }) },
    });
    for (let i = 0; i < 3; i++) {
      await syncer.step();
      scheduler.advance(2_000);
    }
    expect(peer.blocks.length).toBe(12);
  });

  it("is not asked again at once, nor is one that gives false cursors", async () => {
    for (const spoilt of [
      { since: async () => ({ envelopes: [], next: 0, end: 5 }) },
      {
        heads: async () => ({
          heads: [{ writer: filled(32, 7), seq: 0, hash: filled(32, 8) }],
          hasMore: false,
          end: 12,
        }),
      },
    ] satisfies Partial<Relay>[]) {
      const relay = await relayWith(chain);
      let questions = 0;
      const counting: Relay = {
        ...relay,
        ...spoilt,
        find: async (input) => {
          questions += 1;
          return await relay.find(input);
        },
      };
      const since = counting.since;
      const { syncer } = watch({
        relay: {
          ...counting,
          since: async (input) => {
            questions += 1;
            return await since(input);
          },
        },
      });
      for (let i = 0; i < 50; i++) await syncer.step();
      expect(questions).toBeLessThan(5);
    }
  });
});

describe("what came while heads were compared", () => {
  it("is remembered too", async () => {
    const relay = await relayWith(chain.slice(0, 1));
    let comparisons = 0;
    const growing: Relay = {
      ...relay,
      heads: async (input) => {
        const page = await relay.heads(input);
        comparisons += 1;
        if (comparisons === 1)
          await relay.append({ envelopes: chain.slice(1, 2).map(({ bytes }) => bytes), onConflict: "refuse" });
        return page;
      },
    };
    const { peer, syncer, scheduler } = watch({ relay: growing });
    await syncer.step();
    expect([peer.blocks.length, comparisons]).toEqual([2, 1]);
    syncer.setRelays([{ id: "relay", relay: await relayWith(chain.slice(0, 1)) }]);
    scheduler.advance(61_000);
    await syncer.step();
    expect(peer.alarms).toContainEqual(
      expect.objectContaining({ kind: "head-withdrawn", remembered: expect.objectContaining({ seq: 1 }) }),
    );
  });
});

describe("a block that others build on and that did not come", () => {
  it("is not asked for by its hash before all heads were: that would tell what builds on it", async () => {
    const missing = chainOf(4, 1);
    const links = missing.map(({ hash }) => hash);
    const second = writeBlock(signerOf(3), { previous: undefined, links, lamport: 1, content: "builds on it" });
    const relay = await relayWith([...chain, ...missing, second]);
    const asked: string[] = [];
    const named =
      <Input, Output>(name: string, call: (input: Input) => Promise<Output>) =>
      async (input: Input): Promise<Output> => {
        asked.push(name);
        return await call(input);
      };
    const peer = new Peer("alice", 1);
    await peer.take(chain.map(({ bytes }) => bytes));
    const { syncer } = watch(
      {
        relay: {
          ...relay,
          since: named("since", async (input) => {
            const page = await relay.since(input);
            return {
              ...page,
              envelopes: page.envelopes.filter((bytes) => encodeHex(bytes) !== encodeHex(missing[0]?.bytes ?? bytes)),
            };
          }),
          heads: named("heads", async (input) => {
            const page = await relay.heads(input);
            // The first time it does not show that writer.
            const isFirst = asked.filter((name) => name === "heads").length === 1;
            return {
              ...page,
              heads: page.heads.filter(
                ({ seq, hash }) => !isFirst || seq > 0 || encodeHex(hash) === encodeHex(second.hash),
              ),
            };
          }),
          find: named("find", relay.find),
          range: named("range", relay.range),
        },
      },
      peer,
    );
    for (let i = 0; i < 4; i++) await syncer.step();
    expect(peer.blocks.length).toBe(8);
    // The block of a head that was shown; and as something is missing then, all heads again, before the missing one.
    expect(asked.slice(0, 3)).toEqual(["heads", "find", "heads"]);
  });
});

describe("several relays at once", () => {
  it("never give the host two batches at a time", async () => {
    const relays = { first: await relayWith(chain), second: await relayWith(others) };
    const peer = new Peer("alice", 1);
    const { receive } = peer.host;
    let busy = 0;
    let most = 0;
    Object.assign(peer.host, {
      receive: async (envelopes: Parameters<typeof receive>[0]) => {
        busy += 1;
        most = Math.max(most, busy);
        await new Promise((resolve) => void setImmediate(resolve));
        const result = await receive(envelopes);
        busy -= 1;
        return result;
      },
    });
    const { syncer } = watch(relays, peer);
    for (let i = 0; i < 3; i++) await syncer.step();
    expect([peer.blocks.length, most]).toEqual([12, 1]);
  });
});

describe("a device that started from a checkpoint", () => {
  const base = { writer: signerOf(2).writer, seq: 3, hash: chain[3]?.hash ?? filled(32, 0) };

  it("fetches what lies above, and the rest when it wants it", async () => {
    const relay = await relayWith([...chain, ...others]);
    const asked: string[] = [];
    const counting: Relay = {
      ...relay,
      since: async (input) => {
        asked.push(`since ${input.cursor}`);
        return await relay.since(input);
      },
      range: async (input) => {
        asked.push(`range ${input.from}`);
        return await relay.range(input);
      },
    };
    const peer = new Peer("alice", 1);
    peer.base = [base, { writer: signerOf(3).writer, seq: 5, hash: others[5]?.hash ?? filled(32, 0) }];
    const { syncer, scheduler } = watch({ relay: counting }, peer);
    await syncer.step();
    expect(asked).toEqual(["range 4"]);
    expect([peer.waiting, peer.alarms]).toEqual([2, []]);
    await syncer.step();
    expect(asked).toEqual(["range 4", "since 12"]);
    syncer.fetchAll("relay");
    // Also where heads are compared before.
    scheduler.advance(61_000);
    for (let i = 0; i < 3; i++) await syncer.step();
    expect([peer.blocks.length, peer.waiting, peer.alarms]).toEqual([12, 0, []]);
  });
});

describe("many writers that are one block ahead", () => {
  it("are fetched with few questions", async () => {
    const relay = freshRelay();
    const writers = Array.from({ length: 300 }, (_unused, i) => chainOf(1_000 + i, 1)).flat();
    const before = chainOf(2, 700);
    for (const blocks of [before, writers])
      await relay.append({ envelopes: blocks.map(({ bytes }) => bytes), onConflict: "refuse" });
    const peer = new Peer("alice", 1);
    await peer.take(before.map(({ bytes }) => bytes));
    let questions = 0;
    const counted =
      <Input, Output>(call: (input: Input) => Promise<Output>) =>
      async (input: Input): Promise<Output> => {
        questions += 1;
        return await call(input);
      };
    const { syncer } = watch(
      {
        relay: {
          ...relay,
          since: counted(relay.since),
          range: counted(relay.range),
          find: counted(relay.find),
          heads: counted(relay.heads),
        },
      },
      peer,
    );
    const report = await syncer.step();
    expect([peer.blocks.length, report.received]).toEqual([1_000, 300]);
    expect(questions).toBeLessThan(8);
  });
});
