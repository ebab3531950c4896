// Views of whole rooms: what they show is what the order says, however they came to it.
import { encodeUtf8 } from "@coterie/bytes";
import { expect, it } from "vitest";
import type { ApplyBlocks } from "../src/index.ts";
import { appendLines, lineViews, type Person, three, World } from "./world.ts";

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
  for (let round = 0; round < 2; round++) {
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

// Says lines, and counts how often the storage is read for the view of them.
async function sayMuch(
  speaker: Person,
  count: number,
): Promise<{ readonly said: readonly string[]; readonly reads: number }> {
  let reads = 0;
  const { store } = speaker;
  speaker.store = { ...store, read: (from, limit) => (reads++, store.read(from, limit)) };
  await speaker.reopen("genesis");
  const said = Array.from({ length: count }, (_, i) => `line ${i}`);
  for (let at = 0; at < said.length; at += 1_000)
    await speaker.in.writeAll(said.slice(at, at + 1_000).map((line) => [encodeUtf8(line)]));
  reads = 0;
  expect(await speaker.lines()).toEqual(said);
  return { said, reads };
}

it("reads what is no longer in memory back from the storage, many blocks at a time", async () => {
  const [, bob] = await new World(9).found(["alice", "bob"], { checkpointInterval: 1_000_000 });
  if (bob === undefined) throw new Error("two people");
  // More than are kept in memory. Without alice, who is the indexer, nothing of it is final.
  const { said, reads } = await sayMuch(bob, 9_000);
  expect(bob.in.log.order.tail().length).toBeGreaterThanOrEqual(said.length);
  expect(reads).toBeGreaterThan(0);
  expect(reads).toBeLessThanOrEqual(Math.ceil(said.length / 64) + 1);
});

it("uses what becomes final while it is in memory", async () => {
  const [alice] = await new World(10).found(["alice"], { checkpointInterval: 1_000_000 });
  if (alice === undefined) throw new Error("one person");
  const { said, reads } = await sayMuch(alice, 2_100);
  expect(alice.in.log.order.tail()).toEqual([]);
  expect(reads).toBe(0);
  await alice.reopen("genesis");
  expect(await alice.lines()).toEqual(said);
});

it("goes on writing where a view throws, and tells whoever asks for it", async () => {
  const [alice] = await new World(11).found(["alice"], { checkpointInterval: 1_000_000 });
  if (alice === undefined) throw new Error("one person");
  const lines: ApplyBlocks = (view, blocks) => {
    if (view.length >= 1_280) throw new Error("enough");
    appendLines(view, blocks);
  };
  alice.views = { lines };
  await alice.reopen("genesis");
  for (let round = 0; round < 2; round++)
    await alice.in.writeAll(Array.from({ length: 1_100 }, (_, i) => [encodeUtf8(`line ${round} ${i}`)]));
  await expect(alice.lines()).rejects.toThrow("enough");
  alice.views = lineViews;
  await alice.reopen("genesis");
  expect((await alice.lines()).length).toBe(2_200);
});

it("8: takes up while it runs what it was granted since, also where it was opened from a checkpoint", async () => {
  const world = new World(10);
  const people = await world.found(["alice", "bob", "carol"], { role: "admin", checkpointInterval: 6 });
  const [alice, bob, carol] = people;
  if (!(alice && bob && carol)) throw new Error("three people");
  await carol.say("before");
  await world.settle(alice, bob, carol);
  const dave = world.person("dave");
  await bob.add(dave, { history: "all" });
  await alice.add(dave, { history: "since-join" });
  await world.join(alice, dave);
  for (let round = 0; round < 8; round++) {
    await carol.say(`carol ${round}`);
    await world.settle(alice, carol, dave);
  }
  await dave.reopen();
  expect(dave.in.log.beganWithCheckpoint).toBe(true);
  expect(await dave.lines()).not.toContain("before");
  // What waits for others waits on.
  await bob.say("bob, the first");
  await bob.say("bob, the second");
  const stored = await bob.in.readStored(0, 1_000);
  await dave.in.receive(stored.slice(-1));
  expect(dave.in.log.waiting.blocks).toBe(1);
  await dave.in.receive(stored.slice(0, -2));
  expect(await dave.lines()).toContain("before");
  expect(dave.in.log.beganWithCheckpoint).toBe(false);
  expect(dave.in.log.waiting.blocks).toBe(1);
  await dave.in.receive(stored);
  await world.settle(alice, bob, carol, dave);
  const lines = await dave.lines();
  expect(lines.slice(-2)).toEqual(["bob, the first", "bob, the second"]);
  expect([...lines].sort()).toEqual([...(await alice.lines())].sort());
  await dave.reopen();
  expect(await dave.lines()).toEqual(lines);
  await dave.say("dave goes on");
  await world.settle(alice, bob, carol, dave);
  expect(await alice.lines()).toContain("dave goes on");
  for (const person of [alice, bob, carol, dave]) expect(person.alarms).toEqual([]);
});

it("keeps no checkpoint with views of a later time", async () => {
  const [alice] = await new World(12).found(["alice"], { checkpointInterval: 100 });
  if (alice === undefined) throw new Error("one person");
  let isBroken = true;
  const lines: ApplyBlocks = (view, blocks) => {
    if (isBroken && view.length >= 32) throw new Error("not now");
    appendLines(view, blocks);
  };
  alice.views = { lines };
  await alice.reopen("genesis");
  const said = Array.from({ length: 150 }, (_, i) => `line ${i}`);
  await alice.in.writeAll(said.map((line) => [encodeUtf8(line)]));
  isBroken = false;
  expect(await alice.lines()).toEqual(said);
  await alice.say("one more");
  await alice.reopen("checkpoint");
  expect(await alice.lines()).toEqual([...said, "one more"]);
});
