import { expect, it } from "vitest";
import { World } from "./world.ts";

it("5: falls silent after everything is final, also where votes fill eras", async () => {
  const world = new World(5);
  const people = await world.found(["alice", "bob", "carol", "dave"], { role: "admin", checkpointInterval: 2 });
  const [alice] = people;
  if (alice === undefined) throw new Error("four people");
  for (const person of people) await person.say(`hello of ${person.name}`);
  await world.settle(...people);
  await alice.setIndexers(...people);
  for (let round = 0; round < 3; round++) {
    for (const person of people) await person.say(`${person.name} ${round}`);
    expect(await world.settle(...people)).toBeLessThanOrEqual(12);
    for (const person of people) {
      expect(person.in.log.hasOpenValue()).toBe(false);
      expect(person.alarms).toEqual([]);
    }
  }
});
