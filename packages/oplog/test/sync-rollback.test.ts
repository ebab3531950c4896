// D7 of the security bar: shortened logs, old heads and two heads, for a device that remembers. 1,000 cases from seeds, and their honest twins.
import { encodeHex } from "@coterie/bytes";
import { describe, expect, it } from "vitest";
import {
  createStoreRelay,
  type Envelope,
  MemoryRelay,
  type Relay,
  type SyncAlarm,
  verifyForkProof,
} from "../src/index.ts";
import {
  type Chance,
  createChance,
  firstBlocks,
  HostileRelay,
  Journal,
  type LogView,
  withoutBlocks,
  withoutWriter,
} from "../src/testing.ts";
import { logTag } from "./blocks.ts";
import { deps, Peer, signerOf, writeBlock } from "./sync-peers.ts";
import { type FakeScheduler, fakeScheduler, generousQuotas, tokenOf } from "./sync-scene.ts";

const casesPerLie = 200;

interface Scene {
  readonly chance: Chance;
  readonly relay: Relay;
  readonly liar: HostileRelay;
  readonly scheduler: FakeScheduler;
  readonly blocks: readonly Envelope[];
  /** Whose device remembers. */
  alice: Peer;
}

/** Bob and carol have written, and alice's device has seen it. */
async function createScene(seed: number): Promise<Scene> {
  const chance = createChance(seed);
  const host = new MemoryRelay(deps, generousQuotas);
  host.createLog({ logTag, token: tokenOf(1) });
  const relay = host.find({ logTag, token: tokenOf(1) });
  if (relay === undefined) throw new Error("the log is not there");
  const liar = new HostileRelay({ sha256: deps.sha256, chance, journal: new Journal(seed) }, { id: "relay", relay });
  const scheduler = fakeScheduler();
  const [alice, bob, carol] = [1, 2, 3].map((writer) => new Peer(`${writer}`, writer));
  if (alice === undefined || bob === undefined || carol === undefined) throw new Error("nobody is there");
  for (const peer of [alice, bob, carol]) peer.connect([{ id: "relay", relay: liar }], { scheduler });
  for (let i = 0, count = 3 + chance(8); i < count; i++) {
    const peer = i < 2 ? [bob, carol][i] : [bob, carol][chance(2)];
    await peer?.write(`${i}`);
    await sync(peer);
    if (chance(2) === 0) await sync([bob, carol][chance(2)]);
  }
  await sync(alice);
  return { chance, relay, liar, scheduler, blocks: alice.blocks, alice };
}

async function sync(peer: Peer | undefined): Promise<void> {
  for (let i = 0; i < 20; i++) {
    const report = await peer?.syncer?.step();
    if (report?.relays.every(({ outcome }) => outcome.kind !== "more") !== false) return;
  }
}

/** Alice's device syncs again: an hour later, or after a restart with what it remembers. */
async function again(scene: Scene, relay: Relay = scene.liar): Promise<readonly SyncAlarm[]> {
  const { chance, scheduler } = scene;
  if (chance(2) === 0) {
    const renewed = new Peer("1", 1, scene.alice.store.reopen());
    renewed.state = scene.alice.state;
    await renewed.reload();
    renewed.connect([{ id: "relay", relay }], { scheduler });
    scene.alice = renewed;
  }
  scheduler.advance(3_600_000);
  await sync(scene.alice);
  return scene.alice.alarms;
}

function requireFork(alarms: readonly SyncAlarm[], writer: Uint8Array): void {
  const fork = alarms.find(({ kind }) => kind === "fork");
  if (fork?.kind !== "fork") return expect.fail(`no fork is told, but ${alarms.map(({ kind }) => kind).join()}`);
  // Whoever is shown the proof needs nothing else.
  expect(encodeHex(verifyForkProof(deps, { proof: fork.proof, logTag }).writer)).toBe(encodeHex(writer));
}

/** Blocks that mallory signs: up to `parting` the same, then another branch. */
function chains(chance: Chance): { readonly first: readonly Envelope[]; readonly second: readonly Envelope[] } {
  const parting = chance(4);
  const chainOf = (branch: number, length: number): Envelope[] => {
    const blocks: Envelope[] = [];
    for (let seq = 0; seq < length; seq++) {
      const content = seq < parting ? `${seq}` : `${seq} to ${branch}`;
      blocks.push(writeBlock(signerOf(66), { previous: blocks.at(-1), links: [], lamport: seq, content }));
    }
    return blocks;
  };
  return { first: chainOf(1, parting + 1 + chance(4)), second: chainOf(2, parting + 1 + chance(4)) };
}

function bytesOf(blocks: readonly Envelope[]): Envelope["bytes"][] {
  return blocks.map(({ bytes }) => bytes);
}

/** Everything but what is in one list and not in the other. */
function without(hidden: readonly Envelope[], shown: readonly Envelope[]): LogView {
  const keep = new Set(shown.map(({ hash }) => encodeHex(hash)));
  return withoutBlocks(hidden.filter(({ hash }) => !keep.has(encodeHex(hash))).map(({ hash }) => hash));
}

const lies: Readonly<Record<string, (scene: Scene) => Promise<void>>> = {
  "a shortened log": async (scene) => {
    const { chance, blocks, liar } = scene;
    liar.show(firstBlocks(chance(blocks.length)));
    const alarms = await again(scene);
    const shortened = alarms.find(({ kind }) => kind === "log-shortened");
    const withdrawn = alarms.find(({ kind }) => kind === "head-withdrawn");
    expect([shortened?.kind, withdrawn?.kind]).toEqual(["log-shortened", "head-withdrawn"]);
  },
  "an old head of a writer, or none": async (scene) => {
    const { chance, blocks, liar } = scene;
    const { writer } = signerOf(2 + chance(2));
    const chain = blocks.filter(({ header }) => encodeHex(header.writer) === encodeHex(writer));
    const kept = chance(chain.length);
    liar.show(kept === 0 ? withoutWriter(writer) : withoutBlocks(chain.slice(kept).map(({ hash }) => hash)));
    const alarm = (await again(scene)).find(({ kind }) => kind === "head-withdrawn");
    if (alarm?.kind !== "head-withdrawn") return expect.fail("nothing was told");
    expect([alarm.remembered.seq, alarm.shown?.seq ?? -1]).toEqual([chain.length - 1, kept - 1]);
    expect(encodeHex(alarm.block ?? new Uint8Array())).toBe(encodeHex(chain.at(-1)?.bytes ?? new Uint8Array()));
  },
  "one head, then another one": async (scene) => {
    const { chance, relay, liar } = scene;
    const { first, second } = chains(chance);
    await relay.append({ envelopes: bytesOf(first), onConflict: "keep" });
    await again(scene);
    expect(scene.alice.alarms).toEqual([]);
    await relay.append({ envelopes: bytesOf(second), onConflict: "keep" });
    liar.show(without(first, second));
    const alarms = await again(scene);
    requireFork(alarms, signerOf(66).writer);
    // By the next comparison all of the other branch has come.
    const all = [...alarms, ...(await again(scene))];
    const kind = second.length < first.length ? "head-withdrawn" : "head-changed";
    expect(all.map((alarm) => alarm.kind)).toContain(kind);
  },
  "two heads to two devices, which meet": async (scene) => {
    const { chance, relay, liar, scheduler } = scene;
    const { first, second } = chains(chance);
    for (const chain of [first, second]) await relay.append({ envelopes: bytesOf(chain), onConflict: "keep" });
    liar.show(without(second, first));
    await again(scene);
    const dave = new Peer("4", 4);
    dave.connect([{ id: "relay", relay: liar }], { scheduler });
    liar.show(without(first, second));
    await sync(dave);
    expect([...scene.alice.alarms, ...dave.alarms]).toEqual([]);
    const { alice } = scene;
    const storeOf = (peer: Peer): Relay =>
      createStoreRelay({ source: peer.store, index: peer.index, subscribe: peer.subscribe });
    const [ofAlice, ofDave] = [storeOf(alice), storeOf(dave)];
    alice.connect([{ id: "dave", relay: ofDave }], { scheduler });
    dave.connect([{ id: "alice", relay: ofAlice }], { scheduler });
    await sync(alice);
    await sync(dave);
    for (const peer of [alice, dave]) requireFork(peer.alarms, signerOf(66).writer);
    expect(alice.view()).toBe(dave.view());
  },
  "two blocks of a writer with one seq": async (scene) => {
    const { chance, relay } = scene;
    const { first, second } = chains(chance);
    for (const chain of [first, second]) await relay.append({ envelopes: bytesOf(chain), onConflict: "keep" });
    requireFork(await again(scene), signerOf(66).writer);
  },
};

describe("a device that remembers (D7)", () => {
  it.each(Object.entries(lies))(`notices ${casesPerLie} of ${casesPerLie} times: %s`, async (_name, lie) => {
    for (let seed = 1; seed <= casesPerLie; seed++)
      await expect(lie(await createScene(seed)), `seed ${seed}`).resolves.toBeUndefined();
  });

  it("has nothing to tell of an honest relay, as often", async () => {
    for (let seed = 1; seed <= casesPerLie; seed++) {
      const scene = await createScene(seed);
      expect(await again(scene, scene.relay)).toEqual([]);
    }
  });
});
