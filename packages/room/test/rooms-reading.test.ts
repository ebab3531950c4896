// What somebody may read, and what nobody else may: newcomers, relays, members who were long away (docs/protocol/rooms.md §6, §7).
import { Buffer } from "node:buffer";
import { type Bytes, encodeHex, encodeUtf8 } from "@coterie/bytes";
import { decodeEnvelope } from "@coterie/oplog";
import { nodePrimitives as primitives } from "@coterie/primitives/node";
import { expect, it } from "vitest";
import type { MemberHistory } from "../src/index.ts";
import { heldLevels, storedBlocks } from "./rooms-verdict.ts";
import { seeded, three, World } from "./world.ts";

/** A room with three epochs of texts, and a newcomer after the second. */
async function newcomer(history: MemberHistory) {
  const world = new World(23);
  const [alice, bob] = await three(world, "admin");
  const written: (readonly [text: string, epochId: Bytes])[] = [];
  const say = async (text: string): Promise<void> => {
    written.push([text, (await alice.say(text)).epochId]);
  };
  await say("first");
  await alice.in.rotateNow();
  await say("second");
  const dave = world.person("dave");
  await alice.add(dave, { history });
  await world.join(alice, dave);
  await say("third");
  await bob.in.rotateNow();
  await world.meet(alice, bob, dave);
  await say("fourth");
  await world.settle(alice, bob, dave);
  return { world, alice, dave, written };
}

const expected = {
  all: { lines: ["first", "second", "third", "fourth"], before: "full" },
  "since-join": { lines: ["third", "fourth"], before: "control" },
  snapshot: { lines: ["third", "fourth"], before: "control" },
} as const;

for (const history of ["all", "since-join", "snapshot"] as const)
  it(`23, D6: a newcomer with history "${history}" gets exactly that: contents, inboxes, levels, through all wraps`, async () => {
    const { alice, dave, written } = await newcomer(history);
    const { lines, before } = expected[history];
    expect(await dave.lines()).toEqual(lines);
    expect(await alice.lines()).toEqual(expected.all.lines);
    const ids = new Set(written.map(([, epochId]) => encodeHex(epochId)));
    const held = await heldLevels(dave, ids);
    for (const [text, epochId] of written) {
      const isAfter = text === "third" || text === "fourth";
      const level = history === "all" ? "full" : history === "snapshot" ? "snapshot" : "read";
      expect(held.get(encodeHex(epochId))).toBe(isAfter ? level : before);
      if (lines.some((line) => line === text))
        expect(dave.in.inboxKeyPair(epochId).publicKey).toEqual(alice.in.inboxKeyPair(epochId).publicKey);
      else expect(() => dave.in.inboxKeyPair(epochId)).toThrow();
    }
  });

function contains(haystack: Uint8Array, needle: Bytes): boolean {
  return Buffer.from(haystack).includes(Buffer.from(needle));
}

it("29: what a relay carries holds no plaintext, no link and no member", async () => {
  const world = new World(29);
  const people = await three(world, "admin");
  const [alice, bob, carol] = people;
  const canary = "a canary that nobody but members reads";
  for (const person of people) await person.say(`${canary} ${person.name}`);
  await world.settle(...people);
  await alice.in.rotateNow();
  await bob.updateKey();
  await world.settle(...people);
  await carol.say(canary);
  await world.settle(...people);
  const blocks = await storedBlocks(alice);
  const { dag } = alice.in.log;
  const secrets = [
    encodeUtf8(canary),
    ...people.flatMap(({ id, keys }) => [id, ...keys.sealing.map((key) => key.publicKey)]),
  ];
  for (const block of blocks) {
    const { hash, header } = decodeEnvelope(primitives, block);
    for (const secret of secrets) expect(contains(block, secret)).toBe(false);
    const index = dag.find(hash);
    const parents = index === undefined ? [] : dag.parents(index).map((parent) => dag.hash(parent));
    for (const parent of parents)
      if (encodeHex(parent) !== encodeHex(header.previous)) expect(contains(block, parent)).toBe(false);
  }
  expect(contains(blocks[0] ?? new Uint8Array(), alice.writer)).toBe(true);
});

it("D8: a member that was away for 200 epochs catches up, from shuffled and repeated blocks", async () => {
  const world = new World(8);
  const [alice, bob, carol] = await three(world, "admin");
  await carol.say("c0");
  await world.settle(alice, bob, carol);
  for (let epoch = 0; epoch < 200; epoch++) {
    await alice.in.rotateNow();
    if (epoch % 10 === 0) await alice.say(`epoch ${epoch}`);
  }
  const random = seeded(8);
  const blocks = (await storedBlocks(alice)).map((block) => ({ block: block.slice(), at: random.below(1_000_000) }));
  const shuffled = [...blocks, ...blocks.slice(0, 100)].sort((a, b) => a.at - b.at).map(({ block }) => block);
  for (let at = 0; at < shuffled.length; at += 37) await carol.in.receive(shuffled.slice(at, at + 37));
  expect(await carol.lines()).toEqual(await alice.lines());
  expect(carol.in.log.waiting).toMatchObject({ blocks: 0, missing: [], lockedEpochs: [] });
  await carol.say("back");
  await world.give(carol, alice);
  expect(await alice.lines()).toContain("back");
  expect(carol.alarms).toEqual([]);
});
