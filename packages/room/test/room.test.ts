import { expect, it } from "vitest";
import { World } from "./world.ts";

it("lets its members read what each of them writes", async () => {
  const world = new World(1);
  const [alice, bob, carol] = await world.found(["alice", "bob", "carol"]);
  if (alice === undefined || bob === undefined || carol === undefined) throw new Error("three");
  await alice.say("a1");
  await world.meet(alice, bob, carol);
  await bob.say("b1");
  await world.meet(alice, bob, carol);
  await carol.say("c1");
  await world.meet(alice, bob, carol);
  for (const person of [alice, bob, carol]) {
    expect(await person.lines()).toEqual(["a1", "b1", "c1"]);
    expect(person.alarms).toEqual([]);
  }
});
