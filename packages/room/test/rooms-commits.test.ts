// What a block says of commits, its past shows: nobody waits for a commit that nothing leads to (docs/protocol/rooms.md §4.2).
import { decodeEnvelope } from "@coterie/oplog";
import { nodePrimitives as primitives } from "@coterie/primitives/node";
import { encodeHex, equalBytes } from "@coterie/bytes";
import { expect, it } from "vitest";
import { forge, shownBy } from "./rooms-hostile.ts";
import { three, World } from "./world.ts";

/**
 * Alice removes bob, one of two indexers; he acknowledges that all the same, which decides it. Gives whether it did at this place in the
 * rounds, and whether carol, who hears of alice alone, asks for the block that did.
 */
async function decidedByTheRemoved(rounds: number) {
  const world = new World(28);
  const [alice, bob, carol] = await three(world, "admin");
  await bob.say("b0");
  await world.settle(alice, bob, carol);
  await alice.setIndexers(alice, bob);
  await world.settle(alice, bob, carol);
  for (let i = 0; i < rounds; i++) {
    const person = i % 2 === 0 ? bob : alice;
    await person.say(`${person.name} ${i}`);
    await world.meet(alice, bob, carol);
  }
  const { epochId } = await alice.remove(bob);
  await world.meet(alice, bob);
  const seen = await forge(bob, { epochId, after: bob.in.log.dag.heads() });
  await alice.in.receive([seen.bytes]);
  await alice.say("a1");
  const { log } = alice.in;
  const unseen = log.dag.heads().map((head) => shownBy(alice, head));
  const last = await forge(bob, {
    epochId,
    after: [],
    unseen: unseen.filter(({ hash }) => !equalBytes(hash, seen.hash)),
  });
  const before = log.order.era;
  await alice.in.receive([last.bytes]);
  if (log.order.era === before) return undefined;
  expect(log.order.indexers).toHaveLength(1);
  await alice.say("after");
  const byAlice = (await alice.in.readStored(0, 1_000)).filter((block) =>
    equalBytes(decodeEnvelope(primitives, block).header.writer, alice.writer),
  );
  await carol.in.receive(byAlice.map((block) => block.slice()));
  return { alice, carol, last };
}

//   alice: remove bob ── a1 ─────────────────── after    names the commit that bob's last block decides
//   bob:            └─ seen ── (links to a1) last        void, not final, and bob's writer is no indexer any more
it("F28: links once to the void block of a former indexer that showed the last commit of its era", async () => {
  let decided = 0;
  for (let rounds = 0; rounds < 4; rounds++) {
    const found = await decidedByTheRemoved(rounds);
    if (found === undefined) continue;
    decided += 1;
    const { alice, carol, last } = found;
    expect(alice.in.log.isVoid(alice.in.log.dag.find(last.hash) ?? -1)).toBe(true);
    const missing = carol.in.log.waiting.missing.map((hash) => encodeHex(hash));
    expect(missing).toContain(encodeHex(last.hash));
    await carol.in.receive([last.bytes]);
  }
  expect(decided).toBeGreaterThan(0);
});
