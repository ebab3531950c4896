// Attack: more blocks at a relay than a device lets wait, in epochs that nobody has. Anybody can make them who may write there, or keeps the relay.
import type { Ciphertext } from "@coterie/bytes";
import { createEnvelope, oplogLimits } from "@coterie/oplog";
import { generateSigningKeyPair, randomBytes } from "@coterie/primitives";
import { nodePrimitives as primitives } from "@coterie/primitives/node";
import { expect, it } from "vitest";
import { Relays } from "./relayed.ts";
import { type Person, seeded, three, World } from "./world.ts";

/** A chain of one made-up writer, each block in another made-up epoch, in thousands. */
function* junkFor({ in: { log } }: Person): Generator<readonly Ciphertext<"block">[]> {
  const random = seeded(3);
  const { publicKey: writer, secretKey } = generateSigningKeyPair(primitives, random);
  const signer = { writer, sign: (message: Uint8Array) => primitives.sign(secretKey, message) };
  const logTag = log.logId.slice(0, 16);
  let previous = new Uint8Array(32);
  for (let seq = 0; seq < oplogLimits.waitingBlocks + 1_000; ) {
    const page: Ciphertext<"block">[] = [];
    for (; page.length < 1_000; seq++) {
      const header = { flags: 0, logTag, writer, seq, previous, epochId: randomBytes(random, 16) };
      const parts = { nonce: randomBytes(random, 24), control: randomBytes(random, 80), content: new Uint8Array(0) };
      const publicPart = new Uint8Array(0);
      const { hash, bytes } = createEnvelope({ sha256: primitives.sha256, signer }, { header, ...parts, publicPart });
      previous = hash;
      page.push(bytes);
    }
    yield page;
  }
}

it("sends what this device wrote, and fetches again what had to go for them", { timeout: 300_000 }, async () => {
  const world = new World(1);
  const [alice, bob, carol] = await three(world);
  const relays = new Relays("relay");
  const relay = relays.relay("relay", alice);
  await carol.say("c0");
  await world.meet(alice, carol);
  await relays.sync(alice, relays.connect(alice, "relay"));
  const syncer = relays.connect(bob, "relay");
  await relays.sync(bob, syncer);
  await alice.in.rotateNow();
  await world.give(alice, carol);
  await carol.say("hello");
  // brand: from a store
  const [rotate, hello] = (await carol.in.readStored(carol.in.log.dag.size - 2, 2)) as Ciphertext<"block">[];
  if (rotate === undefined || hello === undefined) throw new Error("carol has both");
  // The relay shows carol's block, and not yet the rotation that it is written under.
  await relay.append({ envelopes: [hello], onConflict: "keep" });
  await relays.sync(bob, syncer);
  expect(bob.in.log.waiting.lockedEpochs).toHaveLength(1);
  for (const envelopes of junkFor(alice)) await relay.append({ envelopes, onConflict: "keep" });
  const { hash } = await bob.say("from bob");
  for (let step = 0; step < 5; step++) await relays.step(syncer);
  expect(bob.in.log.waiting.blocks).toBe(oplogLimits.waitingBlocks);
  expect((await relay.find({ hashes: [hash] }))[0]).toBeDefined();
  await relay.append({ envelopes: [rotate], onConflict: "keep" });
  for (let step = 0; step < 100 && !(await bob.lines()).includes("hello"); step++) await relays.step(syncer);
  expect(await bob.lines()).toContain("hello");
});
