// Every operation that hosts propose, from the proposal to what all members make of it (docs/protocol/rooms.md §5.1).
import { copyBytes } from "@coterie/bytes";
import { expect, it } from "vitest";
import {
  AlreadyAMemberError,
  LastAdminError,
  LastIndexerError,
  NotAMemberError,
  NotAnAdminError,
  NotAWriterError,
} from "../src/index.ts";
import { four, namesIn, three, World } from "./world.ts";

it("lets an admin make another one, who then may add, and no longer after being one no more", async () => {
  const world = new World(1);
  const [alice, bob, carol] = await three(world);
  const dave = world.person("dave");
  await expect(bob.add(dave)).rejects.toBeInstanceOf(NotAnAdminError);
  await alice.makeRole(bob, "admin");
  await world.meet(alice, bob, carol);
  await bob.add(dave);
  await world.meet(alice, bob, carol);
  await world.join(bob, dave);
  await alice.makeRole(bob, "member");
  await world.settle(alice, bob, carol, dave);
  await expect(bob.add(world.person("eve"))).rejects.toBeInstanceOf(NotAnAdminError);
  for (const person of [alice, bob, carol, dave]) {
    expect(namesIn(world, person)).toEqual(["alice", "bob", "carol", "dave"]);
    expect(person.in.log.membership.find(bob.id)?.role).toBe("member");
    expect(person.alarms).toEqual([]);
  }
});

it("seals later epochs to a member's new key only, and the member reads on", async () => {
  const world = new World(2);
  const [alice, bob, carol] = await three(world);
  const [old] = bob.keys.sealing;
  await bob.updateKey();
  await world.meet(alice, bob, carol);
  const written = await alice.say("sealed to bob's new key");
  await world.meet(alice, bob, carol);
  expect(await bob.lines()).toEqual(["sealed to bob's new key"]);
  expect(alice.in.log.membership.find(bob.id)?.keyVersion).toBe(1);

  // A thief of the old key alone, who has every block.
  const thief = world.device({ name: "thief", keys: { ...bob.keys, sealing: old === undefined ? [] : [old] } });
  await world.join(alice, thief);
  expect(thief.in.log.controls.facts.find(written.epochId)).toBeUndefined();
  expect(thief.in.log.waiting.lockedEpochs).toContainEqual(written.epochId);
  expect(await thief.lines()).toEqual([]);
});

it("stops a writer that is revoked; the member writes on with its other device", async () => {
  const world = new World(3);
  const [alice, bob, carol] = await three(world);
  const lost = world.device({ name: "bob's lost phone", keys: bob.keys });
  await world.join(alice, lost);
  await lost.say("before");
  await world.meet(alice, bob, carol, lost);
  const writer = lost.writer;
  await expect(carol.revoke(writer)).rejects.toBeInstanceOf(NotAnAdminError);
  await bob.revoke(writer);
  await lost.say("not knowing");
  await world.meet(alice, bob, carol);
  await world.give(lost, alice);
  await world.settle(alice, bob, carol);
  await bob.say("after");
  await world.meet(alice, bob, carol);
  for (const person of [alice, bob, carol]) {
    expect(await person.lines()).toEqual(["before", "after"]);
    expect(namesIn(world, person)).toEqual(["alice", "bob", "carol"]);
  }
  // What was stopped stays so, and its device is told.
  await world.give(alice, lost);
  await expect(lost.say("knowing")).rejects.toBeInstanceOf(NotAWriterError);
  await expect(bob.revoke(writer)).rejects.toBeInstanceOf(NotAWriterError);
});

it("lets a member leave, whom nobody writes for any more; the last admin stays", async () => {
  const world = new World(4);
  const [alice, bob, carol] = await three(world);
  await expect(alice.leave()).rejects.toBeInstanceOf(LastAdminError);
  await bob.say("bye");
  await bob.leave();
  await expect(bob.say("ghost")).rejects.toBeInstanceOf(NotAMemberError);
  await world.meet(alice, bob, carol);
  await carol.say("without bob");
  await world.settle(alice, carol);
  await world.give(carol, bob);
  for (const person of [alice, carol]) {
    expect(namesIn(world, person)).toEqual(["alice", "carol"]);
    expect(await person.lines()).toEqual(["bye", "without bob"]);
  }
  expect(await bob.lines()).toEqual(["bye"]);
});

it("hands finality over to other indexers, and the room goes on when the first one is removed", async () => {
  const world = new World(5);
  const [alice, bob, carol, dave] = await four(world, "admin");
  for (const person of [bob, carol, dave]) await person.say(`${person.name} has a writer`);
  await world.settle(alice, bob, carol, dave);
  await expect(bob.remove(alice)).rejects.toBeInstanceOf(LastIndexerError);
  await alice.setIndexers(bob, carol, dave);
  await world.settle(alice, bob, carol, dave);
  expect(carol.in.log.membership.indexers).toEqual([bob.writer, carol.writer, dave.writer]);
  await bob.remove(alice);
  await bob.say("on we go");
  await world.settle(bob, carol, dave);
  for (const person of [bob, carol, dave]) {
    expect(person.in.log.hasOpenValue()).toBe(false);
    expect(namesIn(world, person)).toEqual(["bob", "carol", "dave"]);
    expect(await person.lines()).toContain("on we go");
    expect(person.alarms).toEqual([]);
  }
});

it("refuses to add who is there, and to remove who is not", async () => {
  const world = new World(6);
  const [alice, bob] = await three(world);
  await expect(alice.add(bob)).rejects.toBeInstanceOf(AlreadyAMemberError);
  await expect(alice.remove(world.person("eve"))).rejects.toBeInstanceOf(NotAMemberError);
  const before = await alice.in.readStored(0, 100);
  expect((await alice.in.readStored(0, 100)).map(copyBytes)).toEqual(before.map(copyBytes));
});
