// Views of whole rooms: what they show is what the order says, however they came to it.
import { expect, it } from "vitest";
import { three, World } from "./world.ts";

//        ┌── alice: add dave (since join) ──┐
//   ... ─┤                                  ├── dave is due everything, and is granted it after it looked
//        └── bob: add dave (all) ───────────┘
it("8: takes up what a member was granted after its view had passed it", async () => {
  const world = new World(8);
  const [alice, bob, carol] = await three(world, "admin");
  await carol.say("before");
  await world.settle(alice, bob, carol);
  const dave = world.person("dave");
  await alice.add(dave, { history: "since-join" });
  await alice.say("meanwhile");
  await world.join(alice, dave);
  expect(await dave.lines()).toEqual(["meanwhile"]);
  await bob.add(dave, { history: "all" });
  const all = [alice, bob, carol, dave];
  for (let round = 0; round < 3; round++) {
    await world.settle(...all);
    for (const person of all) await person.say(`${person.name} ${round}`);
  }
  await world.settle(...all);
  const expected = await alice.lines();
  expect(expected).toContain("before");
  // The senior add decides the history; whichever it is, the view is that of a fresh start.
  const history = dave.in.log.membership.find(dave.id)?.history;
  const lines = await dave.lines();
  await dave.reopen("checkpoint");
  expect(await dave.lines()).toEqual(lines);
  await dave.reopen("genesis");
  expect(await dave.lines()).toEqual(lines);
  if (history === "all") expect(lines).toEqual(expected);
  else expect(lines).not.toContain("before");
});
