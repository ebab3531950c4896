// Attack: an admin adds more people than an epoch has entries for. Once it is removed, the next block has to rotate (docs/protocol/rooms.md §7).
import { randomBytes } from "@coterie/primitives";
import { expect, it } from "vitest";
import { type Operation, roomLimits } from "../src/index.ts";
import { forge } from "./rooms-hostile.ts";
import { operationsOf, seeded, World } from "./world.ts";

it("rotates for as many as there is room for, and grants the others the epoch", { timeout: 120_000 }, async () => {
  const world = new World(1);
  const [alice, bob, mallory] = await world.found(["alice", "bob", "mallory"], { role: "admin" });
  if (!(alice && bob && mallory)) throw new Error("three people");
  await mallory.say("m0");
  await world.settle(alice, bob, mallory);
  const random = seeded(1);
  const { epochId } = mallory.in;
  if (epochId === undefined) throw new Error("mallory writes in an epoch");
  const sealingKey = mallory.sealing.publicKey;
  for (const count of [4_000, 4_000, 2_100]) {
    const operations = Array.from({ length: count }, (): Operation => {
      return { kind: "add", identity: randomBytes(random, 32), sealingKey, role: "member", history: "all" };
    });
    await forge(mallory, { epochId, after: mallory.in.log.dag.heads(), operations });
  }
  await world.give(mallory, alice);
  expect(alice.in.members.length).toBe(10_103);
  await alice.remove(mallory);
  const [first] = operationsOf(alice, await alice.say("a1"));
  if (first?.kind !== "rotate") throw new Error("a removal is followed by a rotation");
  expect(first.recipients).toHaveLength(roomLimits.sealedEntries);
  const granted = operationsOf(alice, await alice.say("a2")).filter(({ kind }) => kind === "grant");
  expect(granted).toHaveLength(10_102 - roomLimits.sealedEntries);
  expect(operationsOf(alice, await alice.say("a3"))).toEqual([]);
  await world.settle(alice, bob);
  expect(await bob.lines()).toEqual(["m0", "a1", "a2", "a3"]);
});
