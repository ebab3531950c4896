// Views of whole rooms: what they show is what the order says, however they came to it.
import { encodeUtf8 } from "@coterie/bytes";
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

it("reads what is no longer in memory back from the storage, many blocks at a time", async () => {
  const world = new World(9);
  const [alice] = await world.found(["alice"], { checkpointInterval: 1_000_000 });
  if (alice === undefined) throw new Error("one person");
  let reads = 0;
  const { store } = alice;
  alice.store = { ...store, read: (from, limit) => (reads++, store.read(from, limit)) };
  await alice.reopen("genesis");
  const said = Array.from({ length: 9_000 }, (_, i) => `line ${i}`);
  for (let at = 0; at < said.length; at += 1_000)
    await alice.in.writeAll(said.slice(at, at + 1_000).map((line) => [encodeUtf8(line)]));
  reads = 0;
  expect(await alice.lines()).toEqual(said);
  expect(reads).toBeGreaterThan(0);
  expect(reads).toBeLessThanOrEqual(Math.ceil(said.length / 64) + 1);
});
