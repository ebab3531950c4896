// Epochs that begin without knowing of each other (docs/protocol/rooms.md §6, §7), in whole rooms. The race of two removals (16) is in
// removal-race.test.ts.
import { encodeHex } from "@coterie/bytes";
import { expect, it } from "vitest";
import type { MemberHistory } from "../src/index.ts";
import { four, namesIn, operationsOf, three, World } from "./world.ts";

const due: Readonly<Record<MemberHistory, readonly string[]>> = {
  all: ["a0", "a1", "b1", "c2", "d3"],
  "since-join": ["a1", "c2", "d3"],
  snapshot: ["a1", "c2", "d3"],
};

//   a0 ──┬── alice: add dave ── a1 ──┐
//        └── bob: rotate ── b1 ──────┴── c2 ── d3
for (const history of ["all", "since-join", "snapshot"] as const)
  it(`17: an add and a rotation at the same time: who was added reads what "${history}" allows`, async () => {
    const world = new World(17);
    const [alice, bob, carol] = await three(world, "admin");
    const dave = world.person("dave");
    await alice.say("a0");
    await world.settle(alice, bob, carol);
    await alice.add(dave, { history });
    await alice.say("a1");
    await bob.in.rotateNow();
    await bob.say("b1");
    await world.meet(alice, bob, carol);
    const third = await carol.say("c2");
    await world.join(carol, dave);
    await dave.say("d3");
    await world.settle(alice, bob, carol, dave);
    for (const person of [alice, bob, carol]) expect([...(await person.lines())].sort()).toEqual(due.all);
    expect([...(await dave.lines())].sort()).toEqual(due[history]);
    expect([...dave.alarms, ...carol.alarms]).toEqual([]);
    // Bob's epoch does not know of dave: only where dave is due everything may it be gone on with.
    const rotates = operationsOf(carol, third).some(({ kind }) => kind === "rotate");
    expect(rotates).toBe(false);
  });

//   a0 ──┬── alice: rotate ── a1 ──┐
//        └── bob: rotate ── b1 ────┴── c2 ── d: rotate (wraps both, directly or through the other)
it("18: reads both of two rotations at once, and the next one wraps both", async () => {
  const world = new World(18);
  const [alice, bob, carol, dave] = await four(world, "admin");
  await world.settle(alice, bob, carol, dave);
  await alice.in.rotateNow();
  const one = await alice.say("a1");
  await bob.in.rotateNow();
  const other = await bob.say("b1");
  expect(one.epochId).not.toEqual(other.epochId);
  await world.meet(alice, bob, carol, dave);
  const next = await carol.say("c2");
  // Both are safe: everybody goes on in the same one of them, and no third is needed.
  expect([encodeHex(one.epochId), encodeHex(other.epochId)]).toContain(encodeHex(next.epochId));
  await world.meet(alice, bob, carol, dave);
  const rotate = operationsOf(dave, await dave.in.rotateNow()).find(({ kind }) => kind === "rotate");
  const wrapped = rotate?.kind === "rotate" ? rotate.wraps.map(({ epochId }) => encodeHex(epochId)) : [];
  expect(wrapped.sort()).toEqual([encodeHex(one.epochId), encodeHex(other.epochId)].sort());
  await world.settle(alice, bob, carol, dave);
  const erin = world.person("erin");
  await dave.add(erin);
  await world.join(dave, erin);
  for (const person of [alice, bob, carol, dave, erin])
    expect([...(await person.lines())].sort()).toEqual(["a1", "b1", "c2"]);
});

//   a0 ──┬── alice: remove bob ── a1 ──┐
//        └── bob: rotate ── b1 ────────┴── c2: not in bob's epoch
it("19: never writes in an epoch that a removed admin began at the same time", async () => {
  const world = new World(19);
  const [alice, bob, carol, dave] = await four(world, "admin");
  await world.settle(alice, bob, carol, dave);
  await alice.remove(bob);
  await alice.say("a1");
  // Later in lamport, and to all of them: by order alone it would be chosen.
  for (let i = 0; i < 5; i++) await bob.say(`b${i}`);
  await bob.in.rotateNow();
  const forbidden = await bob.say("b9");
  await world.give(bob, carol);
  await world.give(alice, carol);
  const next = await carol.say("c2");
  expect(next.epochId).not.toEqual(forbidden.epochId);
  await world.give(bob, alice);
  await world.settle(alice, carol, dave);
  await dave.say("d3");
  await world.settle(alice, carol, dave);
  await world.give(dave, bob);
  for (const person of [alice, carol, dave]) {
    expect([...(await person.lines())].sort()).toEqual(["a1", "c2", "d3"]);
    expect(namesIn(world, person)).toEqual(["alice", "carol", "dave"]);
    expect(person.alarms).toEqual([]);
  }
  const lines = await bob.lines();
  for (const secret of ["a1", "c2", "d3"]) expect(lines).not.toContain(secret);
});

//   a0 ──┬── alice, bob: rotate, add erin, write ──────┐
//        └── carol, dave: remove frank, rotate, write ─┴── everybody who stays reads all of it
it("20: keeps what was written in a partition readable for all, whatever was rotated meanwhile", async () => {
  const world = new World(20);
  const people = await world.found(["alice", "bob", "carol", "dave", "frank"], { role: "admin" });
  const [alice, bob, carol, dave, frank] = people;
  if (!(alice && bob && carol && dave && frank)) throw new Error("five people");
  await alice.say("a0");
  await world.settle(...people);
  const erin = world.person("erin");
  await alice.in.rotateNow();
  await alice.say("a1");
  await world.meet(alice, bob);
  await bob.add(erin);
  await bob.say("b1");
  await world.join(bob, erin);
  await erin.say("e1");
  await carol.remove(frank);
  await carol.say("c1");
  await world.meet(carol, dave);
  await dave.in.rotateNow();
  await dave.say("d1");
  const staying = [alice, bob, carol, dave, erin];
  await world.settle(...staying);
  await carol.say("c2");
  await world.settle(...staying);
  await bob.say("b2");
  await world.settle(...staying);
  for (const person of staying) {
    expect([...(await person.lines())].sort()).toEqual(["a0", "a1", "b1", "b2", "c1", "c2", "d1", "e1"]);
    expect(person.alarms).toEqual([]);
    expect(person.in.log.waiting).toMatchObject({ blocks: 0, lockedEpochs: [] });
  }
  await world.give(bob, frank);
  for (const secret of ["c1", "d1", "c2", "b2"]) expect(await frank.lines()).not.toContain(secret);
});
