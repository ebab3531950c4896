// 30: from a checkpoint everything is as from the genesis. 31: and it stays so.
import { expect, it } from "vitest";
import { openRoom } from "../src/index.ts";
import { type Person, World } from "./world.ts";

async function busyRoom(
  seed: number,
  checkpointInterval: number,
): Promise<{ world: World; people: readonly Person[] }> {
  const world = new World(seed);
  const people = await world.found(["alice", "bob", "carol", "dave"], { role: "admin", checkpointInterval });
  for (let round = 0; round < 12; round++) {
    const writer = people[world.random.below(people.length)];
    const other = people[world.random.below(people.length)];
    await writer?.say(`${round} by ${writer.name}`);
    if (round % 3 === 0) await other?.say(`beside ${round}`);
    if (round === 7) await people[0]?.in.rotateNow();
    await world.settle(...people);
  }
  return { world, people };
}

function summary(person: Person) {
  const { order, membership } = person.in.log;
  return {
    position: order.position,
    orderHash: order.orderHash,
    era: order.era,
    commits: order.commits,
    tail: order.tail().map((block) => person.in.log.dag.hash(block)),
    members: membership.members.map(({ identity, role }) => [identity, role]),
    epoch: person.in.epochId,
    checkpoint: person.in.log.checkpoints.newest?.hash,
  };
}

it("30: opens from a checkpoint to what it opens to from the genesis", async () => {
  const { people } = await busyRoom(30, 7);
  for (const person of people) {
    const { logId, checkpoints } = person.in.log;
    expect(checkpoints.newest?.era).toBeGreaterThan(2);
    const before = { ...summary(person), lines: await person.lines() };
    const deps = person.deps;
    person.room = await openRoom(deps, { logId, from: "checkpoint" });
    expect(person.in.log.beganWithCheckpoint).toBe(true);
    const restored = { ...summary(person), lines: await person.lines() };
    expect({ ...restored, checkpoint: undefined }).toEqual({ ...before, checkpoint: undefined });
    person.room = await openRoom(deps, { logId, from: "genesis" });
    expect({ ...summary(person), lines: await person.lines() }).toEqual(before);
  }
});

it("30: goes on from a checkpoint as everybody else does, to the same next checkpoints", async () => {
  const { world, people } = await busyRoom(31, 6);
  const [alice, bob, ...others] = people;
  if (alice === undefined || bob === undefined) throw new Error("four people");
  bob.room = await openRoom(bob.deps, { logId: bob.in.log.logId, from: "checkpoint" });
  for (let round = 0; round < 10; round++) {
    await people[round % people.length]?.say(`later ${round}`);
    await world.settle(...people);
  }
  const expected = { ...summary(alice), lines: await alice.lines() };
  for (const person of [bob, ...others]) {
    expect({ ...summary(person), lines: await person.lines() }).toEqual(expected);
    expect(person.alarms).toEqual([]);
  }
  const certified = bob.in.log.checkpoints.findCertified();
  expect(certified?.chain.length).toBeGreaterThan(0);
});

it("31: dropping what a certified checkpoint covers changes nothing, and is not dropped twice", async () => {
  const { world, people } = await busyRoom(32, 6);
  const [alice, bob] = people;
  if (alice === undefined || bob === undefined) throw new Error("four people");
  expect(await bob.in.dropCovered()).toBe(true);
  expect(bob.store.first()).toBeGreaterThan(0);
  const { logId } = bob.in.log;
  await expect(openRoom(bob.deps, { logId, from: "genesis" })).rejects.toMatchObject({ code: "room/history-dropped" });
  bob.room = await openRoom(bob.deps, { logId, from: "checkpoint" });
  for (let round = 0; round < 8; round++) {
    await people[round % people.length]?.say(`later ${round}`);
    await world.settle(...people);
  }
  expect({ ...summary(bob), lines: await bob.lines() }).toEqual({ ...summary(alice), lines: await alice.lines() });
  expect(await bob.in.dropCovered()).toBe(true);
});
