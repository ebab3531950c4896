// A relay that lost everything, refilled by devices that dropped what checkpoints cover (docs/protocol/rooms.md §8.4, §10.1).
import { equalBytes } from "@coterie/bytes";
import { expect, it } from "vitest";
import { Relays } from "./relayed.ts";
import { type Person, World } from "./world.ts";

async function meet(relays: Relays, ...people: readonly Person[]): Promise<void> {
  for (let round = 0; round < 3; round++)
    for (const person of people) await relays.sync(person, relays.connect(person, "gateway"));
}

/** A room with many checkpoints behind it, in which everybody writes. */
async function longRoom(seed: number): Promise<{ world: World; relays: Relays; people: readonly Person[] }> {
  const world = new World(seed);
  const people = await world.found(["alice", "bob", "carol"], { role: "admin", checkpointInterval: 12 });
  const relays = new Relays("gateway");
  for (let round = 0; round < 8; round++) {
    for (const person of people) await person.say(`${person.name} ${round}`);
    if (round === 3) await people[1]?.in.rotateNow();
    await meet(relays, ...people);
  }
  return { world, relays, people };
}

async function expectSame(people: readonly Person[], lines: readonly string[]): Promise<void> {
  for (const person of people) {
    expect(await person.lines()).toEqual(lines);
    expect(person.in.log.waiting.blocks).toBe(0);
    expect(person.alarms).toEqual([]);
    expect(person.in.log.order.tail()).toEqual([]);
  }
}

it("31: devices that dropped what they could refill an emptied relay: a newcomer joins, and everybody goes on", async () => {
  const { world, relays, people } = await longRoom(1);
  const [alice, bob, carol] = people;
  if (!(alice && bob && carol)) throw new Error("three people");
  for (const person of people) {
    expect(await person.in.dropCovered()).toBe(true);
    await person.reopen();
    expect(person.store.first()).toBeGreaterThan(20);
  }
  relays.empty("gateway", alice);
  const before = await alice.lines();
  // Carol was offline, and has written since.
  await carol.say("carol, offline");
  await meet(relays, alice, bob);
  const dave = world.person("dave");
  const { hash: entry } = await bob.add(dave);
  await meet(relays, bob, alice);
  await relays.joinBySnapshot("gateway", { host: alice, newcomer: dave, entry });
  await meet(relays, alice, dave, bob, carol);
  for (let round = 0; round < 8; round++) {
    for (const person of [...people, dave]) await person.say(`${person.name} again ${round}`);
    await meet(relays, ...people, dave);
  }
  const lines = await alice.lines();
  expect(lines.slice(0, before.length)).toEqual(before);
  expect(lines).toContain("carol, offline");
  expect(lines).toHaveLength(before.length + 1 + 8 * 4);
  await expectSame([...people, dave], lines);
  for (const { kind } of relays.alarms) expect(["log-shortened", "head-withdrawn"]).toContain(kind);
  // Once more, with dave, who has only ever had a snapshot.
  for (const person of [...people, dave]) expect(await person.in.dropCovered()).toBe(true);
  relays.empty("gateway", alice);
  const erin = world.person("erin");
  const { hash: entryOfErin } = await alice.add(erin);
  await meet(relays, ...people, dave);
  await relays.joinBySnapshot("gateway", { host: dave, newcomer: erin, entry: entryOfErin });
  await meet(relays, erin);
  await erin.say("erin");
  await meet(relays, ...people, dave, erin);
  await expectSame([...people, dave, erin], [...lines, "erin"]);
});

it("31: who was invited before the relay was emptied finds its entry with the snapshot", async () => {
  const { world, relays, people } = await longRoom(2);
  const [alice, bob] = people;
  if (!(alice && bob)) throw new Error("two people");
  const dave = world.person("dave");
  const { hash: entry } = await alice.add(dave);
  for (let round = 0; round < 10; round++) {
    await bob.say(`later ${round}`);
    await meet(relays, ...people);
  }
  for (const person of people) expect(await person.in.dropCovered()).toBe(true);
  const stored = await alice.in.readStored(alice.store.first(), 1_000);
  expect(stored.some((block) => equalBytes(block, entry))).toBe(false);
  relays.empty("gateway", alice);
  await meet(relays, ...people);
  await relays.joinBySnapshot("gateway", { host: alice, newcomer: dave, entry });
  await dave.say("dave");
  await meet(relays, ...people, dave);
  await expectSame([...people, dave], await alice.lines());
  expect(await alice.lines()).toContain("dave");
});

it("31: what only one of them has still comes to the relay, after the others began it", async () => {
  const { world, relays, people } = await longRoom(3);
  const [alice, bob, carol] = people;
  if (!(alice && bob && carol)) throw new Error("three people");
  // Alice keeps everything.
  for (const person of [bob, carol]) {
    expect(await person.in.dropCovered()).toBe(true);
    await person.reopen();
  }
  relays.empty("gateway", alice);
  await meet(relays, bob, carol, alice, bob);
  const dave = world.person("dave");
  await alice.add(dave);
  await meet(relays, alice);
  await world.invite(alice, dave);
  await meet(relays, dave, alice);
  expect(await dave.lines()).toEqual(await alice.lines());
  await dave.say("dave has all of it");
  await meet(relays, ...people, dave);
  await expectSame([...people, dave], await alice.lines());
});
