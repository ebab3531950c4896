import type { Bytes } from "@coterie/bytes";
import { nodePrimitives as primitives } from "@coterie/primitives/node";
import { describe, expect, it } from "vitest";
import { describeRelay } from "../src/contract.ts";
import {
  ChainIndex,
  createMemoryLogStore,
  createRemoteRelay,
  createStoreRelay,
  type Envelope,
  MemoryRelay,
  type RelayQuotas,
} from "../src/index.ts";
import { deps, logTag, nextBlock, signerOf } from "./blocks.ts";
import { connect, fakeScheduler, generousQuotas, tokenOf } from "./sync-scene.ts";

describeRelay(
  { describe, it },
  {
    name: "in memory",
    primitives,
    make: async (tag) => {
      const host = hostOf(tag);
      return { relay: relayOf(host, tag, 1), stranger: relayOf(host, tag, 2) };
    },
  },
);

describeRelay(
  { describe, it },
  {
    name: "in memory, through messages",
    primitives,
    make: async (tag) => {
      const host = hostOf(tag);
      const scheduler = fakeScheduler();
      const remote = (token: number) =>
        createRemoteRelay(
          { ...deps, transport: connect(host).transport, scheduler },
          { logTag: tag, token: () => tokenOf(token), timeoutMs: 10_000 },
        );
      return { relay: remote(1), stranger: remote(2) };
    },
  },
);

function hostOf(tag: Bytes, quotas: Partial<RelayQuotas> = {}): MemoryRelay {
  const host = new MemoryRelay(deps, { ...generousQuotas, ...quotas });
  host.createLog({ logTag: tag, token: tokenOf(1) });
  return host;
}

function relayOf(host: MemoryRelay, tag: Bytes, token: number) {
  const relay = host.find({ logTag: tag, token: tokenOf(token) });
  if (relay === undefined) throw new Error("the log is not there");
  return relay;
}

function chainOf(writer: number, length: number): Envelope[] {
  const blocks: Envelope[] = [];
  for (let seq = 0; seq < length; seq++) {
    blocks.push(nextBlock(signerOf(writer), { previous: blocks.at(-1), lamport: seq }));
  }
  return blocks;
}

async function outcomesOf(host: MemoryRelay, blocks: readonly Envelope[]): Promise<string> {
  const outcomes = await relayOf(host, logTag, 1).append({
    envelopes: blocks.map(({ bytes }) => bytes),
    onConflict: "refuse",
  });
  return outcomes.map((outcome) => (outcome.kind === "refused" ? outcome.reason : outcome.kind)).join(" ");
}

describe("quotas of a relay in memory", () => {
  it("takes as many blocks of a log as it may, and not one more", async () => {
    const host = hostOf(logTag, { blocksPerLog: 3 });
    expect(await outcomesOf(host, chainOf(1, 4))).toBe("accepted accepted accepted quota");
  });

  it("takes as many bytes of a log as it may, and not one more", async () => {
    const blocks = chainOf(1, 2);
    const bytesPerLog = blocks.reduce((sum, { bytes }) => sum + bytes.length, 0);
    expect(await outcomesOf(hostOf(logTag, { bytesPerLog }), blocks)).toBe("accepted accepted");
    expect(await outcomesOf(hostOf(logTag, { bytesPerLog: bytesPerLog - 1 }), blocks)).toBe("accepted quota");
  });

  it("takes as many writers of a log as it may, and not one more", async () => {
    const host = hostOf(logTag, { writersPerLog: 2 });
    const blocks = [1, 2, 3, 2].flatMap((writer, i) => chainOf(writer, i === 3 ? 2 : 1).slice(i === 3 ? 1 : 0));
    expect(await outcomesOf(host, blocks)).toBe("accepted accepted quota accepted");
  });

  it("takes as many chunks of a log as it may, and not one byte more", async () => {
    const relay = relayOf(hostOf(logTag, { chunkBytesPerLog: 100 }), logTag, 1);
    const kinds: string[] = [];
    for (const [i, lengthBytes] of [60, 40, 60, 1].entries()) {
      // brand: a relay does not look inside
      const chunk = new Uint8Array(lengthBytes).fill(i === 2 ? 0 : i) as Parameters<typeof relay.putChunk>[0]["chunk"];
      kinds.push((await relay.putChunk({ chunk })).kind);
    }
    expect(kinds).toEqual(["stored", "stored", "stored", "refused"]);
  });

  it("keeps as many logs as it may, and each once", () => {
    const host = new MemoryRelay(deps, { ...generousQuotas, logs: 2 });
    const tags = [1, 1, 2, 3].map((value) => new Uint8Array(16).fill(value));
    expect(tags.map((tag) => host.createLog({ logTag: tag, token: tokenOf(1) }))).toEqual([true, false, true, false]);
    host.deleteLog(new Uint8Array(16).fill(1));
    expect(host.createLog({ logTag: new Uint8Array(16).fill(3), token: tokenOf(1) })).toBe(true);
  });
});

describe("the token of a log", () => {
  it("lets only its bearers write from the moment on when it rotates", async () => {
    const host = hostOf(logTag);
    const [before, after] = [relayOf(host, logTag, 1), relayOf(host, logTag, 2)];
    const [first, second] = chainOf(1, 2).map(({ bytes }) => bytes);
    const append = async (relay: typeof before, envelope: typeof first) =>
      (await relay.append({ envelopes: envelope === undefined ? [] : [envelope], onConflict: "refuse" }))[0];
    expect(await append(before, first)).toMatchObject({ kind: "accepted" });
    expect(host.rotateToken({ logTag, token: tokenOf(2) })).toBe(true);
    expect(await append(before, second)).toEqual({ kind: "refused", reason: "token" });
    expect(await append(after, second)).toMatchObject({ kind: "accepted" });
    expect(host.rotateToken({ logTag, token: new Uint8Array(65) })).toBe(false);
  });
});

describe("a peer that serves its store", () => {
  it("gives what a relay gives, and takes nothing", async () => {
    const store = createMemoryLogStore();
    const index = new ChainIndex();
    const blocks = [...chainOf(1, 5), ...chainOf(2, 3)];
    await store.append(blocks.map(({ bytes }) => bytes));
    for (const block of blocks) index.add(block);
    const peer = createStoreRelay({ source: store, index, subscribe: () => () => undefined });
    const relay = relayOf(hostOf(logTag), logTag, 1);
    await relay.append({ envelopes: blocks.map(({ bytes }) => bytes), onConflict: "refuse" });
    const writer = signerOf(1).writer;
    expect(await peer.since({ cursor: 2, limit: 4 })).toEqual(await relay.since({ cursor: 2, limit: 4 }));
    expect(await peer.heads({ after: undefined, limit: 9 })).toEqual(await relay.heads({ after: undefined, limit: 9 }));
    expect(await peer.range({ writer, from: 1, limit: 3 })).toEqual(await relay.range({ writer, from: 1, limit: 3 }));
    const hashes = [blocks[6], blocks[0]].flatMap((block) => (block === undefined ? [] : [block.hash]));
    expect(await peer.find({ hashes })).toEqual(await relay.find({ hashes }));
    const [outcome] = await peer.append({
      envelopes: blocks.slice(0, 1).map(({ bytes }) => bytes),
      onConflict: "keep",
    });
    expect(outcome).toEqual({ kind: "refused", reason: "read-only" });
  });

  it("does not have what was dropped, and goes on after it", async () => {
    const store = createMemoryLogStore();
    const blocks = chainOf(1, 6);
    await store.append(blocks.map(({ bytes }) => bytes));
    const index = new ChainIndex();
    for (const block of blocks) index.add(block);
    await store.drop(3);
    const peer = createStoreRelay({ source: store, index, subscribe: () => () => undefined });
    const page = await peer.since({ cursor: 0, limit: 10 });
    expect([page.envelopes.length, page.next]).toEqual([3, 6]);
    expect(await peer.find({ hashes: blocks.slice(2, 4).map(({ hash }) => hash) })).toEqual([
      undefined,
      blocks[3]?.bytes,
    ]);
    expect(await peer.range({ writer: signerOf(1).writer, from: 2, limit: 9 })).toEqual([]);
    expect((await peer.range({ writer: signerOf(1).writer, from: 3, limit: 9 })).length).toBe(3);
  });

  it("knows heads above what it began with", async () => {
    const blocks = chainOf(1, 6);
    const index = new ChainIndex(40);
    for (const block of blocks.slice(3)) index.add(block);
    for (const block of blocks.slice(0, 3)) index.add(block);
    expect(index.heads()).toEqual([{ writer: signerOf(1).writer, seq: 5, hash: blocks[5]?.hash }]);
    expect(index.find(blocks[3]?.hash ?? new Uint8Array(32))).toBe(40);
    expect(index.range({ writer: signerOf(1).writer, from: 1, limit: 3 }).map(({ seq }) => seq)).toEqual([1, 2, 3]);
  });
});
