// A sealing key counts whichever block it was signed in (docs/protocol/rooms.md §5.2, rule 4): so whoever writes must have seen it (§4.2).
import { nodePrimitives as primitives } from "@coterie/primitives/node";
import { expect, it } from "vitest";
import { proposeAdd } from "../src/index.ts";
import { three, World } from "./world.ts";

//   alice: remove bob (decided) ── alice: add bob, with the key she knew ── alice: add dave ──┐
//   bob: new key ── b ── newer key     (before he hears)                                      ├── alice ── dave
//
// Bob's blocks are void for good, and the newest one is under an epoch that nobody but him and alice has.
it("lets everybody know the newest key of a member, though it was signed in a block that is void for good", async () => {
  const world = new World(3);
  const [alice, bob, carol] = await three(world, "admin");
  await world.settle(alice, bob, carol);
  const dave = world.person("dave");
  const add = {
    identity: bob.id,
    sealingKey: bob.sealing.publicKey,
    role: "member",
    history: "all",
  } as const;
  await alice.remove(bob);
  await bob.updateKey();
  await bob.say("b");
  await bob.updateKey();
  await alice.in.change((proposer) => [proposeAdd({ primitives }, { ...proposer, add })]);
  await alice.add(dave);
  await world.join(alice, dave);
  await world.settle(alice, bob, carol, dave);
  for (const person of [alice, dave, carol, bob]) {
    await person.say(person.name);
    await world.settle(alice, bob, carol, dave);
  }
  const keys = [alice, bob, carol, dave].map((person) => person.in.log.membership.find(bob.id)?.sealingKey);
  expect(keys).toEqual(keys.map(() => bob.sealing.publicKey));
  expect([...(await bob.lines())].sort()).toEqual(["alice", "bob", "carol", "dave"]);
});
