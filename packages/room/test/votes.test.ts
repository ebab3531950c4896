import { expect, it } from "vitest";
import { openRoom } from "../src/index.ts";
import { World } from "./world.ts";

it("certifies a checkpoint by votes that come after a restart, and asks for no vote twice", async () => {
  const world = new World(40);
  const people = await world.found(["alice", "bob", "carol"], { role: "admin", checkpointInterval: 6 });
  const [alice, bob] = people;
  if (alice === undefined || bob === undefined) throw new Error("three people");
  for (let round = 0; round < 12 && alice.in.log.checkpoints.newest === undefined; round++) {
    await alice.say(`line ${round}`);
    await world.meet(...people);
  }
  // The checkpoint is there, alice's vote is not: she comes back, votes once, and owes nothing more.
  const { logId } = alice.in.log;
  expect(alice.in.log.checkpoints.findCertified()).toBeUndefined();
  alice.room = await openRoom(alice.deps, { logId, from: "checkpoint" });
  expect(await alice.in.acknowledge()).toBeDefined();
  await world.settle(...people);
  expect(alice.in.log.checkpoints.findCertified()).toBeDefined();
  expect(await alice.in.acknowledge()).toBeUndefined();
});
