// Attack: the thief of an old backup writes a branch that leaves its writer's chain far below the checkpoints of others (docs/protocol/rooms.md §3.3, §8.2).
import { encodeUtf8 } from "@coterie/bytes";
import { expect, it } from "vitest";
import { type Person, World } from "./world.ts";

/** Carol's device was copied before most of what is final now; bob's was opened from a checkpoint since. */
async function farBelow(seed: number, blocks = 60) {
  const world = new World(seed);
  const [alice, bob, carol] = await world.found(["alice", "bob", "carol"], { checkpointInterval: 40 });
  if (!(alice && bob && carol)) throw new Error("three people");
  await carol.say("c0");
  await world.meet(alice, bob, carol);
  const thief = await carol.clone();
  await thief.open(carol.in.log.logId);
  const texts = Array.from({ length: blocks / 5 }, (_, i) => [encodeUtf8(`c${i}`)]);
  for (let i = 0; i < 5; i++) {
    await carol.in.writeAll(texts);
    await world.settle(alice, bob, carol);
  }
  await world.settle(alice, bob, carol);
  await bob.reopen();
  expect(bob.in.log.beganWithCheckpoint).toBe(true);
  return { world, alice, bob, thief };
}

const branches: Readonly<Record<string, (thief: Person) => Promise<unknown>>> = {
  "of one block": (thief) => thief.say("forged"),
  "of a control block": (thief) => thief.in.rotateNow(),
  "that passes the head": async (thief) => {
    for (let i = 0; i < 80; i++) await thief.say(`forged ${i}`);
  },
};

it.each(Object.entries(branches))("takes in what others built on a branch %s", async (_name, write) => {
  const { world, alice, bob, thief } = await farBelow(1);
  await write(thief);
  await world.give(thief, alice);
  await alice.say("after");
  await world.settle(alice, bob);
  await bob.say("bob is still there");
  await world.settle(alice, bob);
  for (const person of [alice, bob]) {
    expect(person.in.log.waiting.blocks).toBe(0);
    expect((await person.lines()).slice(-2)).toEqual(["after", "bob is still there"]);
    expect(person.in.log.membership.frozenWriters).toHaveLength(1);
  }
  expect(await bob.lines()).toEqual(await alice.lines());
  expect(bob.in.log.order.orderHash).toEqual(alice.in.log.order.orderHash);
  await bob.reopen();
  expect(await bob.lines()).toEqual(await alice.lines());
  expect(bob.in.log.waiting.blocks).toBe(0);
});

it("leaves out what is final below the checkpoint, however often it comes", async () => {
  const { world, alice, bob } = await farBelow(2, 1_200);
  const [size, position] = [bob.in.log.dag.size, bob.in.log.order.position];
  // More than the checkpoint's state names.
  expect(size).toBeLessThan(alice.in.log.dag.size);
  await bob.in.receive(await alice.in.readStored(0, 100));
  expect([bob.in.log.dag.size, bob.in.log.order.position]).toEqual([size, position]);
  expect(bob.in.log.waiting.blocks).toBe(0);
  await bob.say("on");
  await world.settle(alice, bob);
  expect(await bob.lines()).toEqual(await alice.lines());
});
