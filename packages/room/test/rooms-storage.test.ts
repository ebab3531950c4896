// What a device finds in its storage after others, or a machine, did what they should not.
import { type Ciphertext, encodeUtf8 } from "@coterie/bytes";
import { type LogStore, StoreFailedError } from "@coterie/oplog";
import { expect, it } from "vitest";
import { RoomFailedError } from "../src/index.ts";
import { type Person, three, World } from "./world.ts";

const forksOf = (person: Person) => person.alarms.filter(({ kind }) => kind === "fork");

async function storedBy(person: Person): Promise<readonly Uint8Array[]> {
  const { store } = person;
  const blocks: Ciphertext<"block">[] = [];
  while (blocks.length < store.length()) blocks.push(...(await store.read(blocks.length, 1_000)));
  return blocks.map((block) => block.slice());
}

it("27: writes with a new key after its storage was rolled back, and forks nothing", async () => {
  const world = new World(27);
  const [alice, bob, carol] = await three(world);
  await bob.say("b0");
  await world.settle(alice, bob, carol);
  const backup = await bob.clone();
  await bob.say("b1");
  await world.settle(alice, bob, carol);
  const before = bob.writer;

  backup.ownHead = "confirm";
  await backup.open(bob.in.log.logId);
  // Nobody has said yet what the newest head is: a block that cannot wait comes from a new writer.
  await backup.say("b2");
  expect(backup.writer).not.toEqual(before);
  await world.give(backup, alice);
  await world.settle(alice, carol);
  for (const person of [alice, carol]) {
    expect(await person.lines()).toEqual(["b0", "b1", "b2"]);
    expect(forksOf(person)).toEqual([]);
  }
});

it("27: asks for the newest head, and goes on with the key where the storage is not behind", async () => {
  const world = new World(28);
  const [alice, bob, carol] = await three(world);
  await bob.say("b0");
  await world.settle(alice, bob, carol);
  const { writer } = bob;
  const backup = await bob.clone();
  await bob.say("b1");
  await world.settle(alice, bob, carol);
  const newest = alice.findHead(writer);
  backup.ownHead = "confirm";

  // Behind: the head that others have is not in the storage.
  const { logId } = alice.in.log;
  await backup.open(logId);
  expect(await backup.in.confirmOwnHead(newest)).toBe(false);
  await backup.say("from the copy");
  expect(backup.writer).not.toEqual(writer);

  // Not behind.
  bob.ownHead = "confirm";
  await bob.reopen();
  expect(await bob.in.confirmOwnHead(newest)).toBe(true);
  await bob.say("from bob");
  expect(bob.writer).toEqual(writer);
  await world.give(backup, alice);
  await world.give(bob, alice);
  await world.settle(alice, carol);
  for (const person of [alice, carol]) {
    expect([...(await person.lines())].sort()).toEqual(["b0", "b1", "from bob", "from the copy"]);
    expect(forksOf(person)).toEqual([]);
  }
});

it("27: goes on with a new writer where others bring what it wrote since it was copied, without any relay", async () => {
  const world = new World(33);
  const [alice, bob, carol] = await three(world);
  await bob.say("b0");
  await world.settle(alice, bob, carol);
  const backup = await bob.clone();
  await bob.say("b1");
  await world.settle(alice, bob, carol);
  const { writer } = bob;
  await backup.open(alice.in.log.logId);
  await world.give(alice, backup);
  expect(await backup.lines()).toEqual(["b0", "b1"]);
  await backup.reopen();
  await backup.say("b2");
  await bob.say("b2'");
  expect(backup.writer).not.toEqual(writer);
  await world.settle(alice, bob, carol, backup);
  for (const person of [alice, bob, carol, backup]) {
    expect([...(await person.lines())].sort()).toEqual(["b0", "b1", "b2", "b2'"]);
    expect(forksOf(person)).toEqual([]);
  }
});

it("27: forks where the host trusts a storage that was rolled back: the others see it", async () => {
  const world = new World(29);
  const [alice, bob] = await three(world);
  await bob.say("b0");
  const backup = await bob.clone();
  await bob.say("b1");
  await world.give(bob, alice);
  await backup.open(alice.in.log.logId);
  await backup.say("b1'");
  await world.give(backup, alice);
  expect(forksOf(alice)).toHaveLength(1);
});

it("reopens a run of blocks that one signature vouches for, wherever its pages end", async () => {
  const world = new World(30);
  const [alice, bob] = await three(world);
  await bob.in.writeAll(Array.from({ length: 700 }, (_, i) => [encodeUtf8(`b${i}`)]));
  // A relay, which has no key, spoils all signatures but the last one.
  const blocks = (await storedBy(bob)).slice(-700);
  for (const block of blocks.slice(0, -1)) block.fill(0, -64);
  await alice.in.receive(blocks);
  const before = await alice.lines();
  expect(before).toHaveLength(700);
  await alice.reopen("genesis");
  expect(await alice.lines()).toEqual(before);
  expect(alice.alarms).toEqual([]);
});

it("takes in more at once than one call of the storage takes", async () => {
  const world = new World(31);
  const [alice, bob] = await three(world);
  const large = new Uint8Array(1_000_000);
  await bob.in.writeAll(Array.from({ length: 10 }, () => [large]));
  await alice.in.receive(await storedBy(bob));
  const view = await alice.in.view("lines");
  expect(view.length).toBe(10);
  await alice.reopen("genesis");
  expect((await alice.in.view("lines")).length).toBe(10);
});

/** A store that fails where it is to save state. */
function failingToSave(store: LogStore): LogStore {
  const save = (): Promise<void> => Promise.reject(new StoreFailedError("no room for state"));
  return { ...store, save };
}

it("keeps nothing that it could not open again: keys are durable before the blocks that need them", async () => {
  const world = new World(32);
  const [alice] = await three(world);
  await alice.in.writeAll(Array.from({ length: 700 }, (_, i) => [encodeUtf8(`a${i}`)]));
  const dave = world.person("dave");
  // The entry that opens the 700 blocks comes after them, in another page of the storage.
  await alice.add(dave);
  const { logId } = alice.in.log;
  const blocks = await storedBy(alice);
  const late = world.device({ name: "dave's device", keys: dave.keys });
  await world.join(alice, late);
  expect(await late.lines()).toHaveLength(700);

  const unlucky = world.device({ name: "dave's unlucky device", keys: dave.keys });
  await world.invite(alice, unlucky);
  const { store: good } = unlucky;
  unlucky.store = failingToSave(good);
  await unlucky.open(logId);
  await expect(unlucky.in.receive(blocks)).rejects.toBeInstanceOf(RoomFailedError);
  unlucky.store = good;
  await unlucky.open(logId);
  await unlucky.in.receive(blocks);
  expect(await unlucky.lines()).toEqual(await late.lines());
  expect(unlucky.alarms).toEqual([]);
});
