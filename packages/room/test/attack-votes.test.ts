// Attack: an indexer casts hundreds of votes for one era, each for another checkpoint, before the others cast theirs (docs/protocol/rooms.md §8.2).
import { randomBytes } from "@coterie/primitives";
import { nodePrimitives as primitives } from "@coterie/primitives/node";
import { expect, it } from "vitest";
import type { Operation } from "../src/index.ts";
import { CheckpointBook } from "../src/checkpoint/checkpoint-book.ts";
import { voteMessage } from "../src/checkpoint/votes.ts";
import { createSigner, decodeOwnWriter } from "../src/room/own-writer.ts";
import { RoomStore } from "../src/room/room-store.ts";
import { forge } from "./rooms-hostile.ts";
import { type Person, seeded, World } from "./world.ts";

const random = seeded(8);

async function junkVotes(by: Person, era: number): Promise<readonly Operation[]> {
  const { logId } = by.in.log;
  const encoded = await new RoomStore(by.deps, { logId }).load("writer");
  if (encoded === undefined) throw new Error("who votes has a writer");
  const { sign } = createSigner(primitives, decodeOwnWriter(primitives, encoded).keyPair);
  const views = new Uint8Array(32);
  return Array.from({ length: 300 }, () => {
    const checkpoint = randomBytes(random, 32);
    return { kind: "vote", era, checkpoint, views, signature: sign(voteMessage({ logId, era, checkpoint, views })) };
  });
}

it("certifies a checkpoint all the same, and falls silent", async () => {
  const world = new World(1);
  const people = await world.found(["alice", "bob", "mallory"], { role: "admin", checkpointInterval: 6 });
  const [alice, bob, mallory] = people;
  if (!(alice && bob && mallory)) throw new Error("three people");
  for (const person of [bob, mallory]) await person.say("here");
  await world.meet(...people);
  await alice.setIndexers(...people);
  for (let round = 0; round < 30 && (mallory.in.log.checkpoints.newest?.era ?? 0) < 2; round++) {
    for (const person of people) {
      await person.say(`line ${round}`);
      await world.give(person, mallory);
      if ((mallory.in.log.checkpoints.newest?.era ?? 0) >= 2) break;
      await world.meet(...people);
    }
  }
  const era = mallory.in.log.checkpoints.newest?.era ?? 0;
  expect(era).toBeGreaterThanOrEqual(2);
  expect(alice.in.log.checkpoints.newest?.era ?? 0).toBeLessThanOrEqual(era);
  const { epochId } = mallory.in;
  if (epochId === undefined) throw new Error("mallory writes in an epoch");
  await forge(mallory, { epochId, after: mallory.in.log.dag.heads(), operations: await junkVotes(mallory, era) });
  for (const person of [alice, bob]) await world.give(mallory, person);
  for (let round = 0; ; round++) {
    await world.meet(alice, bob);
    const written = [await alice.in.acknowledge(), await bob.in.acknowledge()].filter((block) => block !== undefined);
    if (written.length === 0) break;
    expect(round).toBeLessThan(20);
  }
  for (const person of [alice, bob]) expect(person.in.log.checkpoints.chainBefore(era).at(-1)?.era).toBe(era);
});

it("verifies each vote once, and few of one voter", () => {
  let verified = 0;
  const logId = randomBytes(random, 32);
  const counted = {
    ...primitives,
    verify: (...input: Parameters<typeof primitives.verify>) => {
      verified += 1;
      return primitives.verify(...input);
    },
  };
  const pairs = Array.from({ length: 4 }, (_, i) => primitives.deriveSigningKeyPair(new Uint8Array(32).fill(i + 1)));
  const book = new CheckpointBook({ primitives: counted, logId, mode: "majority", onConflict: () => undefined });
  const state = {
    era: 1,
    position: 1,
    commits: 1,
    orderHash: new Uint8Array(32),
    anchor: new Uint8Array(32),
    control: new Uint8Array(0),
    contexts: new Uint8Array(0),
    chains: new Uint8Array(256 * 32),
  };
  const voters = pairs.map(({ publicKey }) => publicKey);
  const { hash } = book.add(state, { indexers: voters, voters, hasValue: true });
  const views = new Uint8Array(32);
  const cast = (voter: number, checkpoint = hash) => {
    const pair = pairs[voter];
    if (pair === undefined) throw new Error("four voters");
    const signature = primitives.sign(pair.secretKey, voteMessage({ logId, era: 1, checkpoint, views }));
    book.addVote({ era: 1, checkpoint, views, writer: pair.publicKey, signature });
  };
  for (let i = 0; i < 1_000; i++) cast(0, randomBytes(random, 32));
  expect(verified).toBeLessThan(20);
  expect(book.findCertified()).toBeUndefined();
  for (const voter of [1, 2, 3]) cast(voter);
  expect(book.findCertified()?.own.era).toBe(1);
});
