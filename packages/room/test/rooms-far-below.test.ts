// Blocks that link far below the checkpoint that a device was opened from (docs/protocol/rooms.md §8.2): 1,024 contexts are at hand, and the heads.
import { type Bytes, encodeHex, encodeUtf8 } from "@coterie/bytes";
import { decodeEnvelope } from "@coterie/oplog";
import { nodePrimitives as primitives } from "@coterie/primitives/node";
import { expect, it } from "vitest";
import { encodeGenesis, type GetChunk, joinFromSnapshot, openRoom } from "../src/index.ts";
import { Machine, Relays } from "./relayed.ts";
import { type Person, World } from "./world.ts";

interface FarBelow {
  readonly world: World;
  readonly alice: Person;
  readonly bob: Person;
  readonly carol: Person;
  /** The block that carol's first one links to, 1,200 final blocks below the newest checkpoint. */
  readonly fork: Bytes;
}

/** Carol was offline while alice and bob wrote many blocks, and wrote many herself. */
async function farBelow(seed: number, ownBlocks: number): Promise<FarBelow> {
  const world = new World(seed);
  const [alice, bob, carol] = await world.found(["alice", "bob", "carol"], { checkpointInterval: 100 });
  if (!(alice && bob && carol)) throw new Error("three people");
  await carol.say("carol was here");
  // Bob's block is neither the last one of its writer later on, nor among the newest.
  const { hash: fork } = await bob.say("what carol saw last");
  await world.settle(alice, bob, carol);
  for (let block = 0; block < ownBlocks; block++) await carol.say(`carol ${block}`);
  for (let round = 0; round < 3; round++) {
    await bob.in.writeAll(Array.from({ length: 400 }, (_, i) => [encodeUtf8(`bob ${round}/${i}`)]));
    await world.settle(alice, bob);
  }
  return { world, alice, bob, carol, fork };
}

/** A store of chunks that counts what it is asked for. */
class Chunks {
  readonly #chunks = new Map<string, Bytes>();
  asked = 0;

  readonly put = (chunk: Bytes): Promise<void> => {
    this.#chunks.set(encodeHex(primitives.sha256(chunk)), chunk);
    return Promise.resolve();
  };

  readonly get: GetChunk = (hash) => {
    this.asked += 1;
    return Promise.resolve(this.#chunks.get(encodeHex(hash)));
  };
}

/** Lets somebody in by a snapshot that `host` makes. */
async function joinBySnapshot(
  host: Person,
  newcomer: Person,
  { chunks, entry, blocks = host }: { readonly chunks: Chunks; readonly entry: Bytes; readonly blocks?: Person },
): Promise<void> {
  const manifest = await host.in.makeSnapshot(chunks.put);
  if (manifest === undefined) throw new Error("the newest checkpoint is certified");
  const reader = blocks.in.syncHost(() => undefined).store;
  newcomer.room = await joinFromSnapshot(newcomer.deps, {
    genesis: encodeGenesis(host.in.log.genesis),
    manifest,
    entry,
    getChunk: chunks.get,
    findBlock: async (hash) => (await reader.find({ hashes: [hash] }))[0],
  });
}

const look = async (person: Person) => ({
  lines: await person.lines(),
  orderHash: person.in.log.order.orderHash,
  tail: person.in.log.order.tail().length,
  waiting: person.in.log.waiting.blocks,
  alarms: person.alarms,
});

it("30: a device opened from a checkpoint takes in a branch that begins far below, before and after another opening", async () => {
  const { world, alice, bob, carol, fork } = await farBelow(1, 40);
  const running = await (async () => {
    await world.give(carol, alice);
    return await look(alice);
  })();
  await bob.reopen();
  expect(bob.in.log.beganWithCheckpoint).toBe(true);
  expect(bob.in.log.dag.find(fork)).toBeUndefined();
  await world.give(carol, bob);
  const { lines } = await look(bob);
  expect([...lines].sort()).toEqual([...running.lines].sort());
  expect(bob.in.log.waiting.blocks).toBe(0);
  // What is not final yet links below the checkpoint: it is there again after the next opening.
  await bob.reopen();
  expect(bob.in.log.beganWithCheckpoint).toBe(true);
  expect(await bob.lines()).toEqual(lines);
  expect(bob.in.log.waiting.blocks).toBe(0);
  await world.settle(alice, bob, carol);
  await bob.reopen();
  await world.settle(alice, bob, carol);
  const expected = await look(alice);
  expect(expected).toMatchObject({ tail: 0, waiting: 0, alarms: [] });
  for (const person of [bob, carol]) expect(await look(person)).toEqual(expected);
});

it("10: a device finds what it stores by hash, whatever it was opened from, and takes none of it for another one's", async () => {
  const { world, alice, bob, fork } = await farBelow(2, 0);
  const machine = new Machine();
  const relays = new Relays("old", "new");
  await relays.sync(alice, relays.connect(alice, "old"));
  bob.store = machine.start();
  await world.invite(alice, bob);
  await relays.sync(bob, relays.connect(bob, "old"));
  await bob.say("from a device with a machine");
  for (let i = 0; i < 210; i++) await bob.say(`more ${i}`);
  await relays.sync(bob, relays.connect(bob, "old"));
  await relays.sync(alice, relays.connect(alice, "old"));
  await relays.sync(bob, relays.connect(bob, "old"));
  const { writer } = bob;
  bob.store = machine.start();
  await bob.reopen();
  expect(bob.in.log.beganWithCheckpoint).toBe(true);
  const host = bob.in.syncHost(() => undefined);
  const [found] = await host.store.find({ hashes: [fork] });
  expect(found && encodeHex(decodeEnvelope(primitives, found).hash)).toBe(encodeHex(fork));
  // It forgot what it had of the relay, and is given all of it again, its own blocks too.
  const syncer = relays.connect(bob, "old");
  syncer.fetchAll("old");
  await relays.sync(bob, syncer);
  await bob.say("goes on");
  expect(bob.writer).toEqual(writer);
  expect(relays.alarms).toEqual([]);
});

it("30: who joined by a snapshot takes in what links far below it after a restart, and hands all of it on to the next one", async () => {
  const { world, alice, bob, carol } = await farBelow(3, 5);
  const [erin, fay] = [world.person("erin"), world.person("fay")];
  const { hash: entry } = await alice.add(erin);
  const { hash: entryOfFay } = await alice.add(fay);
  for (let i = 0; i < 110; i++) await bob.say(`later ${i}`);
  await world.settle(alice, bob);
  const chunks = new Chunks();
  await joinBySnapshot(alice, erin, { chunks, entry });
  const { logId } = alice.in.log;
  // The relay has no chunk just now: it is missing, and found the next time.
  await erin.reopen();
  await world.settle(alice, bob, erin);
  const before = chunks.asked;
  await world.give(carol, erin);
  expect(erin.in.log.waiting.missing).toHaveLength(1);
  expect(erin.alarms).toEqual([]);
  erin.room = await openRoom({ ...erin.deps, getChunk: chunks.get }, { logId, from: "checkpoint" });
  await expect(openRoom(erin.deps, { logId, from: "genesis" })).rejects.toMatchObject({ code: "room/history-dropped" });
  erin.given.clear();
  await world.settle(alice, bob, carol, erin);
  expect(chunks.asked).toBeGreaterThan(before);
  expect(await look(erin)).toEqual(await look(alice));
  // Nothing more has to be fetched from anywhere, ever.
  expect(await erin.in.completeContexts()).toBe(true);
  await erin.reopen();
  const asked = chunks.asked;
  expect(await erin.in.completeContexts()).toBe(true);
  for (let i = 0; i < 110; i++) await erin.say(`erin ${i}`);
  await world.settle(alice, bob, carol, erin);
  expect(chunks.asked).toBe(asked);
  // A snapshot by who joined by one has all that the first one had.
  const others = new Chunks();
  await joinBySnapshot(erin, fay, { chunks: others, entry: entryOfFay, blocks: alice });
  expect(await fay.in.completeContexts()).toBe(true);
  await world.settle(alice, bob, carol, erin, fay);
  expect(await look(fay)).toEqual(await look(alice));
});
