// Attack: a member writes so much that a piece of a device's state is longer than a storage takes at once. An honest room comes there as well.
import { oplogLimits } from "@coterie/oplog";
import { randomBytes } from "@coterie/primitives";
import { expect, it } from "vitest";
import { type Operation, roomLimits } from "../src/index.ts";
import { forge } from "./rooms-hostile.ts";
import { type Person, seeded, World } from "./world.ts";

async function roomOfThree(seed: number) {
  const world = new World(seed);
  const people = await world.found(["alice", "bob", "mallory"], { checkpointInterval: 20 });
  const [alice, bob, mallory] = people;
  if (!(alice && bob && mallory)) throw new Error("three people");
  await mallory.say("m0");
  await world.settle(...people);
  return { world, alice, bob, mallory };
}

async function goesOn(world: World, people: readonly Person[]): Promise<void> {
  const [alice] = people;
  for (let i = 0; i < 40; i++) await alice?.say(`${i}`);
  await world.settle(...people);
  for (const person of people) {
    await person.reopen();
    expect(person.in.log.beganWithCheckpoint).toBe(true);
  }
  await alice?.say("still here");
  await world.settle(...people);
  for (const person of people) expect((await person.lines()).at(-1)).toBe("still here");
}

it("goes on where the control blocks of a checkpoint take more than 16 MiB", { timeout: 300_000 }, async () => {
  const { world, alice, bob, mallory } = await roomOfThree(1);
  const { epochId } = mallory.in;
  if (epochId === undefined) throw new Error("mallory writes in an epoch");
  const random = seeded(1);
  // Nobody lets mallory do it, but it is a control block all the same.
  const operation: Operation = {
    kind: "set-indexers",
    writers: Array.from({ length: roomLimits.indexers }, () => randomBytes(random, 32)),
  };
  const operations = Array.from({ length: 510 }, () => operation);
  for (let i = 0; i < 17; i++) await forge(mallory, { epochId, after: mallory.in.log.dag.heads(), operations });
  await world.settle(alice, bob, mallory);
  await goesOn(world, [alice, bob]);
  expect(alice.in.log.checkpoints.newest?.state?.length ?? 0).toBeGreaterThan(oplogLimits.stateValueBytes);
});

it("goes on where a view takes more than 16 MiB", { timeout: 300_000 }, async () => {
  const { world, alice, bob } = await roomOfThree(2);
  for (let i = 0; i < 17; i++) await bob.in.write(new Uint8Array(1_040_000).fill(97));
  await world.settle(alice, bob);
  await goesOn(world, [alice, bob]);
  const view = await bob.in.view("lines");
  const lengthBytes = Array.from({ length: view.length }, (_, at) => view.at(at).length).reduce((a, b) => a + b, 0);
  expect(lengthBytes).toBeGreaterThan(oplogLimits.stateValueBytes);
});
