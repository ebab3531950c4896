// Who is in a room after people changed it without knowing of each other (docs/protocol/rooms.md §5), in whole rooms.
import { encodeHex } from "@coterie/bytes";
import { expect, it } from "vitest";
import { LastIndexerError, NotAMemberError } from "../src/index.ts";
import { four, namesIn, type Person, three, World } from "./world.ts";

/** What all of them must have alike. */
async function summary(person: Person) {
  const { order, dag } = person.in.log;
  const tail = order.tail().map((block) => encodeHex(dag.hash(block)));
  return { lines: await person.lines(), hash: encodeHex(order.orderHash), position: order.position, tail };
}

async function expectAgreement(world: World, people: readonly Person[], names: readonly string[]): Promise<void> {
  const [first] = people;
  if (first === undefined) throw new Error("somebody");
  const expected = await summary(first);
  for (const person of people) {
    expect(namesIn(world, person)).toEqual(names);
    expect(await summary(person)).toEqual(expected);
    expect(person.alarms).toEqual([]);
  }
}

//   [a b c d e] ── set indexers [b c d e f] ──┐
//        └── everybody writes on ─────────────┴── all of it becomes final, the last of it by the new ones
it("10: hands over from one list of indexers to another while everybody writes", async () => {
  const world = new World(10);
  const names = ["alice", "bob", "carol", "dave", "erin", "frank"];
  const people = await world.found(names, { role: "admin" });
  const [alice] = people;
  if (alice === undefined) throw new Error("six people");
  for (const person of people) await person.say(`hello of ${person.name}`);
  await world.settle(...people);
  await alice.setIndexers(...people.slice(0, 5));
  await world.settle(...people);
  await alice.setIndexers(...people.slice(1));
  for (const person of people) await person.say(`${person.name} writes on`);
  await world.settle(...people);
  for (const person of people) await person.say(`${person.name} later`);
  await world.settle(...people);
  await expectAgreement(world, people, names);
  expect(alice.in.log.membership.indexers).toEqual(people.slice(1).map(({ writer }) => writer));
  expect(alice.in.log.hasOpenValue()).toBe(false);
  // The old one is not needed any more.
  await people[1]?.remove(alice);
  for (const person of people.slice(1)) await person.say(`${person.name} without alice`);
  await world.settle(...people.slice(1));
  await expectAgreement(world, people.slice(1), names.slice(1));
  for (const person of people.slice(1)) expect(person.in.log.hasOpenValue()).toBe(false);
});

it("11: lets one of two indexers go, in two steps, and not the last one", async () => {
  const world = new World(11);
  const [alice, bob, carol] = await three(world, "admin");
  await bob.say("hello");
  await world.settle(alice, bob, carol);
  await alice.setIndexers(alice, bob);
  await world.settle(alice, bob, carol);
  // A quorum of two is both: first the list, while both are there, then the member.
  await alice.setIndexers(alice);
  await world.settle(alice, bob, carol);
  await alice.remove(bob);
  await carol.say("without bob");
  await world.settle(alice, carol);
  await carol.say("and on");
  await world.settle(alice, carol);
  await expectAgreement(world, [alice, carol], ["alice", "carol"]);
  expect(alice.in.log.hasOpenValue()).toBe(false);
  await expect(carol.remove(alice)).rejects.toBeInstanceOf(LastIndexerError);
  await expect(alice.leave()).rejects.toBeInstanceOf(LastIndexerError);
});

it("11: goes on tentatively where a quorum was removed: nothing is lost, and nothing opens to who was removed", async () => {
  const world = new World(111);
  const [alice, bob, carol] = await three(world, "admin");
  await bob.say("hello");
  await world.settle(alice, bob, carol);
  await alice.setIndexers(alice, bob);
  await world.settle(alice, bob, carol);
  await alice.remove(bob);
  await world.meet(alice, carol);
  await carol.say("without bob");
  await world.settle(alice, carol);
  await alice.say("still here");
  await world.settle(alice, carol);
  await expectAgreement(world, [alice, carol], ["alice", "carol"]);
  expect(alice.in.log.hasOpenValue()).toBe(true);
  await world.give(alice, bob);
  expect(await bob.lines()).toEqual(["hello"]);
});

//   a ──┬── alice: remove bob (cap: b0) ───────────────┐
//       └── bob: b1, add dave ── dave: d0 ── bob: b2 ──┴── nothing of b1, dave, d0, b2 counts anywhere
it("12: cuts off what a removed admin wrote meanwhile, and whom it added", async () => {
  const world = new World(12);
  const [alice, bob, carol] = await three(world, "admin");
  await bob.say("b0");
  await world.settle(alice, bob, carol);
  const dave = world.person("dave");
  await bob.say("b1");
  await bob.add(dave, { role: "admin" });
  await world.join(bob, dave);
  await dave.say("d0");
  await world.give(dave, bob);
  await bob.say("b2");
  await alice.remove(bob);
  await alice.say("a1");
  // Carol hears of it in the other order.
  await world.give(bob, carol);
  expect(namesIn(world, carol)).toEqual(["alice", "bob", "carol", "dave"]);
  await world.give(alice, carol);
  await world.give(bob, alice);
  await world.give(dave, alice);
  await world.settle(alice, carol);
  await carol.say("c1");
  await world.settle(alice, carol);
  await expectAgreement(world, [alice, carol], ["alice", "carol"]);
  expect(await alice.lines()).toEqual(["b0", "a1", "c1"]);
  await world.give(carol, dave);
  await world.give(carol, bob);
  expect(await dave.lines()).not.toContain("c1");
  expect(await bob.lines()).not.toContain("c1");
});

//   ...──┬── bob: remove carol ──┐
//        └── carol: remove bob ──┴── bob was there first: bob stays
it("13: lets the senior stay where two remove each other, on all devices", async () => {
  const world = new World(13);
  const [alice, bob, carol, dave] = await four(world, "admin");
  await bob.remove(carol);
  await bob.say("b1");
  await carol.remove(bob);
  await carol.say("c1");
  await world.give(bob, alice);
  await world.give(carol, alice);
  await world.give(carol, dave);
  await world.give(bob, dave);
  await world.meet(alice, bob, dave);
  await dave.say("d1");
  await world.settle(alice, bob, dave);
  await bob.say("b2");
  await world.settle(alice, bob, dave);
  await expectAgreement(world, [alice, bob, dave], ["alice", "bob", "dave"]);
  expect(await alice.lines()).not.toContain("c1");
  await world.give(alice, carol);
  expect(await carol.lines()).not.toContain("d1");
});

//   ...──┬── x: remove y ──┐
//        ├── y: remove z ──┼── x was there first: the removal of x is void, that of y holds, and with it falls what y did: z stays
//        └── z: remove x ──┘
async function circle(seed: number, [x, y, z]: readonly [number, number, number]) {
  const world = new World(seed);
  const people = await world.found(["alice", "bob", "carol", "dave", "erin"], { role: "admin" });
  const [alice, bob, carol, dave, erin] = people;
  const [first, second, third] = [people[x], people[y], people[z]];
  if (!(alice && bob && carol && dave && erin && first && second && third)) throw new Error("five people");
  for (const person of people) await person.say(`hello of ${person.name}`);
  await world.settle(...people);
  // Those whom nobody doubts are a quorum.
  await alice.setIndexers(alice, dave, erin);
  await world.settle(...people);
  await first.remove(second);
  await second.remove(third);
  await third.remove(first);
  await world.meet(...people);
  const staying = people.filter((person) => person !== second);
  for (const person of staying) await person.say(`${person.name} goes on`);
  await world.settle(...staying);
  for (const person of staying) await person.say(`${person.name} again`);
  await world.settle(...staying);
  return { world, staying, gone: second };
}

it("13: breaks a circle of three removals at the most senior one, on all devices", async () => {
  const { world, staying, gone } = await circle(131, [1, 2, 3]);
  await expectAgreement(world, staying, ["alice", "bob", "dave", "erin"]);
  for (const { name } of staying) expect(await staying[0]?.lines()).toContain(`${name} goes on`);
  await expect(gone.say("ghost")).rejects.toBeInstanceOf(NotAMemberError);
});

it("13: lets the founder write on whom a void removal in a circle names", async () => {
  const { world, staying } = await circle(132, [0, 1, 2]);
  await expectAgreement(world, staying, ["alice", "carol", "dave", "erin"]);
  for (const { name } of staying) expect(await staying[0]?.lines()).toContain(`${name} goes on`);
});

it("14: takes a removed member back, with what it wrote before, under a new writer key", async () => {
  const world = new World(14);
  const [alice, bob, carol] = await three(world, "admin");
  await bob.say("b0");
  await world.settle(alice, bob, carol);
  const before = bob.writer;
  await alice.remove(bob);
  await alice.say("while bob is away");
  await world.settle(alice, carol);
  await world.give(alice, bob);
  await expect(bob.say("ghost")).rejects.toBeInstanceOf(NotAMemberError);
  await carol.add(bob);
  await world.settle(alice, bob, carol);
  await bob.say("b1");
  expect(bob.writer).not.toEqual(before);
  await world.settle(alice, bob, carol);
  await expectAgreement(world, [alice, bob, carol], ["alice", "carol", "bob"]);
  expect(await bob.lines()).toEqual(["b0", "while bob is away", "b1"]);
});

it("14: takes a removed member back without what was written meanwhile, where that is how it joins", async () => {
  const world = new World(141);
  const [alice, bob, carol] = await three(world, "admin");
  await bob.say("b0");
  await world.settle(alice, bob, carol);
  await alice.remove(bob);
  await alice.say("while bob is away");
  await world.settle(alice, carol);
  await carol.add(bob, { history: "since-join" });
  await carol.say("c1");
  await world.settle(alice, bob, carol);
  await bob.say("b1");
  await world.settle(alice, bob, carol);
  expect(await alice.lines()).toEqual(["b0", "while bob is away", "c1", "b1"]);
  expect(await bob.lines()).toEqual(["b0", "c1", "b1"]);
});
