// 30: fast-forward equals full replay, and nothing that was forged is begun with.
import { type Bytes, CoterieError, copyBytes, encodeHex, encodeUtf8 } from "@coterie/bytes";
import { createMemoryLogStore, decodeEnvelope } from "@coterie/oplog";
import { nodePrimitives as primitives } from "@coterie/primitives/node";
import { expect, it } from "vitest";
import { encodeGenesis, joinFromSnapshot, type MemberHistory } from "../src/index.ts";
import { type Person, World } from "./world.ts";

interface LongRoom {
  readonly world: World;
  readonly people: readonly Person[];
  readonly erin: Person;
  /** The block that added erin. */
  readonly entry: Bytes;
  readonly manifest: Bytes;
  readonly chunks: Map<string, Uint8Array>;
  readonly offline: Person;
}

/** A room with checkpoints behind it; erin was added by alice, dave is away since the middle with a block that nobody saw. */
async function longRoom(seed: number, history: MemberHistory = "all"): Promise<LongRoom> {
  const world = new World(seed);
  const people = await world.found(["alice", "bob", "carol", "dave"], { role: "admin", checkpointInterval: 8 });
  const [alice, bob, carol, dave] = people;
  if (!(alice && bob && carol && dave)) throw new Error("four people");
  const erin = world.person("erin");
  await alice.say("before");
  await world.settle(...people);
  await dave.say("from far below");
  const online = [alice, bob, carol];
  const { hash: entry } = await alice.add(erin, { history });
  for (let round = 0; round < 14; round++) {
    await online[round % 3]?.say(`round ${round}`);
    await world.settle(...online);
  }
  const chunks = new Map<string, Uint8Array>();
  const manifest = await alice.in.makeSnapshot((chunk) => {
    chunks.set(encodeHex(primitives.sha256(chunk)), chunk);
    return Promise.resolve();
  });
  if (manifest === undefined) throw new Error("the newest checkpoint is certified");
  return { world, people: online, erin, entry, manifest, chunks, offline: dave };
}

async function allBlocks(person: Person): Promise<readonly Bytes[]> {
  return await person.in.readStored(0, 10_000);
}

async function fastForward({ people, erin, entry, manifest, chunks }: LongRoom): Promise<void> {
  const host = first(people);
  const blocks = await allBlocks(host);
  erin.room = await joinFromSnapshot(erin.deps, {
    genesis: encodeGenesis(host.in.log.genesis),
    manifest,
    entry,
    getChunk: (hash) => Promise.resolve(chunks.get(encodeHex(hash))),
    findBlock: (hash) =>
      Promise.resolve(blocks.find((block) => encodeHex(decodeEnvelope(primitives, block).hash) === encodeHex(hash))),
  });
}

const look = async (person: Person) => ({
  orderHash: person.in.log.order.orderHash,
  position: person.in.log.order.position,
  era: person.in.log.order.era,
  members: person.in.members.map(({ identity, role }) => [identity, role]),
  checkpoint: person.in.log.checkpoints.newest?.hash,
  lines: await person.lines(),
});

it("30: a newcomer by snapshot has what everybody has, and goes on with them", async () => {
  const room = await longRoom(1);
  const { world, people, erin } = room;
  await fastForward(room);
  expect(erin.in.log.beganWithCheckpoint).toBe(true);
  await world.settle(...people, erin);
  await erin.say("hello");
  await world.settle(...people, erin);
  for (let round = 0; round < 9; round++) {
    await [...people, erin][round % 4]?.say(`after ${round}`);
    await world.settle(...people, erin);
  }
  const expected = await look(first(people));
  expect(expected.lines).toContain("before");
  for (const person of [...people, erin]) {
    expect(await look(person)).toEqual(expected);
    expect(person.alarms).toEqual([]);
  }
});

it("30: a block that links below the checkpoint is judged by the contexts of the snapshot", async () => {
  const room = await longRoom(2);
  const { world, people, erin, offline } = room;
  await fastForward(room);
  await world.settle(...people, erin);
  await world.give(offline, erin);
  await world.settle(...people, erin, offline);
  const expected = await look(first(people));
  expect(expected.lines).toContain("from far below");
  for (const person of [...people, erin, offline]) expect(await look(person)).toEqual(expected);
});

it("23, 30: who joined without history begins with order and members, and no view of what was before", async () => {
  const room = await longRoom(3, "since-join");
  const { world, people, erin } = room;
  await fastForward(room);
  await world.settle(...people, erin);
  await people[1]?.say("welcome");
  await world.settle(...people, erin);
  const lines = await erin.lines();
  expect(lines).not.toContain("before");
  expect(lines).toContain("welcome");
  const expected = await look(first(people));
  expect({ ...(await look(erin)), lines: [] }).toEqual({ ...expected, lines: [] });
});

it("30: nothing that somebody changed is begun with", async () => {
  const room = await longRoom(4);
  let refused = 0;
  // 256 buckets, of which a few stand for all, then the rest.
  const looked = [...room.chunks].filter((_chunk, i) => i >= 256 || i % 50 === 0);
  for (const [key, chunk] of looked) {
    const forged = copyBytes(chunk);
    const at = Math.floor(forged.length / 2);
    forged[at] = (forged[at] ?? 0) ^ 1;
    room.erin.store = createMemoryLogStore();
    // Buckets are fetched only when a link needs them: all else is looked at now.
    await fastForward({ ...room, chunks: new Map([...room.chunks, [key, forged] as const]) }).catch(
      (error: unknown) => {
        expect(error).toBeInstanceOf(CoterieError);
        refused++;
      },
    );
  }
  // The manifest, the index, the state and the view.
  expect(refused).toBe(4);
  const other = await longRoom(5);
  room.erin.store = createMemoryLogStore();
  await expect(fastForward({ ...room, manifest: other.manifest, chunks: other.chunks })).rejects.toThrow();
});

it("30: an era that ends within one batch is voted for with its views", async () => {
  const world = new World(6);
  const [alice] = await world.found(["alice"], { checkpointInterval: 8 });
  if (alice === undefined) throw new Error("one person");
  const erin = world.person("erin");
  const { hash: entry } = await alice.add(erin);
  await alice.in.writeAll(Array.from({ length: 20 }, (_, i) => [encodeUtf8(`line ${i}`)]));
  await world.settle(alice);
  const chunks = new Map<string, Uint8Array>();
  const manifest = await alice.in.makeSnapshot((chunk) => {
    chunks.set(encodeHex(primitives.sha256(chunk)), chunk);
    return Promise.resolve();
  });
  if (manifest === undefined) throw new Error("the newest checkpoint is certified");
  await fastForward({ world, people: [alice], erin, entry, manifest, chunks, offline: alice });
  await world.settle(alice, erin);
  expect(await erin.lines()).toEqual(await alice.lines());
});

function first(people: readonly Person[]): Person {
  const [person] = people;
  if (person === undefined) throw new Error("nobody is there");
  return person;
}
