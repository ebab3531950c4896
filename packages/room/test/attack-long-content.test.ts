// What a block must seal to a thousand people has no room beside a content of 1 MiB (docs/protocol/rooms.md §2.1, §7).
import { randomBytes } from "@coterie/primitives";
import { expect, it } from "vitest";
import type { Operation } from "../src/index.ts";
import { operationsOf, seeded, World } from "./world.ts";

it("writes the longest content where a rotation among 900 is due, in one call", async () => {
  const world = new World(1);
  const [alice, bob, carol] = await world.found(["alice", "bob", "carol"], { role: "admin" });
  if (!(alice && bob && carol)) throw new Error("three people");
  const random = seeded(1);
  const sealingKey = bob.sealing.publicKey;
  await alice.in.change(() =>
    Array.from({ length: 900 }, (): Operation => {
      return { kind: "add", identity: randomBytes(random, 32), sealingKey, role: "member", history: "all" };
    }),
  );
  await alice.remove(bob);
  const before = alice.in.log.dag.size;
  const text = "long ".repeat(208_000);
  const written = await alice.say(text);
  // The rotation came before it, by itself.
  expect(alice.in.log.dag.size).toBe(before + 2);
  expect(operationsOf(alice, written)).toEqual([]);
  const rotation = alice.in.log.dag.hash(before);
  expect(operationsOf(alice, { hash: rotation }).map(({ kind }) => kind)).toEqual(["rotate"]);
  await alice.say("short");
  await world.settle(alice, carol);
  expect(await carol.lines()).toEqual([text, "short"]);
  await alice.reopen();
  expect(await alice.lines()).toEqual([text, "short"]);
});
