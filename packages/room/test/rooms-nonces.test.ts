// A11, A7, 24: no key meets one nonce twice, and no part of a block opens in another place (docs/protocol/rooms.md §2.2).
import process from "node:process";
import { concatBytes, encodeHex, encodeUtf8 } from "@coterie/bytes";
import { blockFlags, createEnvelope, decodeEnvelope, encodeControlPrefix, encodeHeader } from "@coterie/oplog";
import { nodePrimitives as primitives } from "@coterie/primitives/node";
import { expect, it } from "vitest";
import { encryptBlock } from "../src/epochs/block-cipher.ts";
import { deriveBlockKeys } from "../src/epochs/block-keys.ts";
import { generateOwnWriter, createSigner } from "../src/room/own-writer.ts";
import { encodeValues } from "../src/room/values.ts";
import { storedBlocks } from "./rooms-verdict.ts";
import { type Person, seeded, three, World } from "./world.ts";

it("24: clones of one device that write other things in one place share no nonce, and the same thing is the same block", async () => {
  const world = new World(24);
  const [, bob] = await three(world);
  await bob.say("b0");
  const nonces = new Map<string, string>();
  for (let clone = 0; clone < 24; clone++) {
    const copy = await bob.clone();
    await copy.open(bob.in.log.logId, clone % 2 === 0 ? "checkpoint" : "genesis");
    for (const text of [`text ${clone % 12}`, "the same for all", `text ${clone}`]) await copy.say(text);
    for (const block of (await storedBlocks(copy)).slice(-3)) {
      const { header, nonce, hash } = decodeEnvelope(primitives, block);
      const place = `${encodeHex(header.epochId)} ${encodeHex(header.writer)} ${encodeHex(nonce)}`;
      const name = encodeHex(hash);
      expect(nonces.get(place) ?? name).toBe(name);
      nonces.set(place, name);
    }
  }
  // 12 first texts, each repeated by a second clone; what follows follows another block and is another one.
  expect(nonces.size).toBe(12 + 12 + 24);
});

/** Blocks of two rooms with the same people. */
async function twoRooms(): Promise<readonly (readonly [Person, readonly Uint8Array[]])[]> {
  const rooms: (readonly [Person, readonly Uint8Array[]])[] = [];
  for (const seed of [71, 72]) {
    const world = new World(seed);
    const people = await three(world, "admin");
    for (const person of people) await person.say(`hello of ${person.name}`);
    await world.settle(...people);
    await people[0].in.rotateNow();
    for (const person of people) await person.in.writeAll([[encodeUtf8("one")], [encodeUtf8("two")]]);
    await world.settle(...people);
    rooms.push([people[0], await storedBlocks(people[0])]);
  }
  return rooms;
}

const isFull = process.env["COTERIE_FULL"] === "1";
const transplants = isFull ? 10_000 : 2_000;
const clones = isFull ? 1_000_000 : 20_000;

it(`A7: ${transplants} transplants of parts between rooms, epochs, writers and places are refused`, {
  timeout: 600_000,
}, async () => {
  const rooms = await twoRooms();
  const random = seeded(7);
  // Whoever transplants signs again, as a writer of its own: the signature alone must not be what stops it.
  const signer = createSigner(primitives, generateOwnWriter(primitives, random).keyPair);
  const pool = rooms.flatMap(([, blocks]) => blocks).map((block) => decodeEnvelope(primitives, block.slice()));
  const pick = () => pool[random.below(pool.length)] ?? pool[0];
  const alice = rooms[0]?.[0];
  if (alice === undefined) throw new Error("two rooms");
  const logTag = alice.in.log.logId.slice(0, 16);
  const before = { size: alice.in.log.dag.size, lines: await alice.lines() };
  let tried = 0;
  while (tried < transplants) {
    const [header, control, content, open] = [pick(), pick(), pick(), pick()];
    if (!(header && control && content && open)) throw new Error("blocks");
    const flags = (content.content.length > 0 ? 4 : 0) | (open.publicPart.length > 0 ? 2 : 0);
    const { sha256 } = primitives;
    const forged = createEnvelope(
      { sha256, signer },
      {
        header: { ...header.header, flags, logTag, writer: signer.writer },
        nonce: control.nonce,
        control: control.control,
        content: content.content,
        publicPart: open.publicPart,
      },
    );
    const { admitted } = await alice.in.receive([forged.bytes]);
    expect(admitted).toBe(0);
    // And with the old signature, in the old writer's name.
    const stolen = concatBytes(control.bytes.subarray(0, -64), content.signature);
    if (encodeHex(content.signature) !== encodeHex(control.signature)) await alice.in.receive([stolen]);
    tried++;
  }
  expect(alice.in.log.dag.size).toBe(before.size);
  expect(await alice.lines()).toEqual(before.lines);
});

it(`A11: ${clones} clones of one state, all with equal randomness, share no nonce for different blocks`, {
  timeout: 600_000,
}, async () => {
  const world = new World(11);
  const [, bob] = await three(world);
  const { epochId } = await bob.say("b0");
  const secret = await bob.in.get(epochId);
  const keys = deriveBlockKeys({ primitives }, { secret, place: { epochId, writer: bob.writer } });
  const { log } = bob.in;
  const header = encodeHeader({
    flags: blockFlags.content,
    logTag: log.logId.slice(0, 16),
    writer: bob.writer,
    seq: 1,
    previous: log.dag.hash(log.findHead(bob.writer) ?? 0),
    epochId,
  });
  const control = encodeControlPrefix({ links: [], lamport: 9, commits: 0 });
  const nothing = new Uint8Array();
  const nonces = new Set<string>();
  for (let clone = 0; clone < clones; clone++) {
    const content = encodeValues([encodeUtf8(`clone ${clone}`)]);
    const { nonce } = encryptBlock({ primitives }, { keys, header, publicPart: nothing, control, content });
    nonces.add(encodeHex(nonce));
  }
  expect(nonces.size).toBe(clones);
});
