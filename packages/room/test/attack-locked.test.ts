// Attack: a relay without any key gives thousands of blocks of made-up writers in made-up epochs. They wait, and are not tried again with every key that comes:
// 32,000 of them cost 0.14 s for each rotation.
import { blockFlags, createEnvelope } from "@coterie/oplog";
import { generateSigningKeyPair, randomBytes } from "@coterie/primitives";
import { nodePrimitives as primitives } from "@coterie/primitives/node";
import { expect, it } from "vitest";
import { createRotation, encodePublicPart, Keyring } from "../src/index.ts";
import { RoomBlockReader } from "../src/room/block-reading.ts";
import { seeded, three, World } from "./world.ts";

it("opens what waits for an epoch when its key comes, and tells which ones came", async () => {
  const world = new World(1);
  const [alice, bob, carol] = await three(world);
  const random = seeded(3);
  const { logId } = alice.in.log;
  const { publicKey: writer, secretKey } = generateSigningKeyPair(primitives, random);
  const signer = { writer, sign: (message: Uint8Array) => primitives.sign(secretKey, message) };
  let [seq, previous] = [0, new Uint8Array(32)];
  const junk = (epochId = randomBytes(random, 16), publicPart = new Uint8Array(0)): Uint8Array => {
    const flags = publicPart.length > 0 ? blockFlags.publicPart : 0;
    const header = { flags, logTag: logId.slice(0, 16), writer, seq: seq++, previous, epochId };
    const parts = { nonce: randomBytes(random, 24), control: randomBytes(random, 80), content: new Uint8Array(0) };
    const envelope = createEnvelope({ sha256: primitives.sha256, signer }, { header, ...parts, publicPart });
    previous = envelope.hash;
    return envelope.bytes;
  };
  await bob.in.receive(Array.from({ length: 300 }, () => junk()));
  expect(bob.in.log.waiting.lockedEpochs).toHaveLength(300);
  // Alice's rotation comes after what carol wrote in it.
  await alice.in.rotateNow();
  await world.give(alice, carol);
  await carol.say("c1");
  const [rotate, first] = await carol.in.readStored(carol.in.log.dag.size - 2, 2);
  if (rotate === undefined || first === undefined) throw new Error("carol has both");
  await bob.in.receive([first]);
  expect(bob.in.log.waiting.lockedEpochs).toHaveLength(301);
  // A stranger may seal a secret of its own to bob: its block is none that the secret opens.
  const recipients = [{ identity: bob.id, sealingKey: bob.sealing.publicKey, level: "full" as const }];
  const strange = createRotation({ primitives, random }, { logId, recipients, wrapped: [] });
  await bob.in.receive([junk(strange.epochId, encodePublicPart([strange.sealing]))]);
  await bob.in.receive([rotate]);
  expect(await bob.lines()).toEqual(["c1"]);
  expect(bob.in.log.waiting.lockedEpochs).toHaveLength(300);
});

it("names the epochs that were learnt since, each time", () => {
  const random = seeded(4);
  const logId = randomBytes(random, 32);
  const keyring = new Keyring({ primitives }, { logId });
  const deps = { primitives, keyring, logId, identity: randomBytes(random, 32) };
  const reader = new RoomBlockReader({ ...deps, sealingKeys: () => [], onAlarm: () => undefined });
  const recipients = [{ identity: deps.identity, sealingKey: generatedKey(), level: "full" as const }];
  const learn = () => {
    const { epochId, secret } = createRotation({ primitives, random }, { logId, recipients, wrapped: [] });
    keyring.learn(epochId, secret);
    return epochId;
  };
  const one = learn();
  const version = reader.keysVersion();
  expect(reader.epochsSince(0)).toEqual([one]);
  expect(reader.epochsSince(version)).toEqual([]);
  const [two, three] = [learn(), learn()];
  expect(reader.epochsSince(version)).toEqual([two, three]);
});

function generatedKey() {
  return primitives.deriveAgreementKeyPair(new Uint8Array(32).fill(9)).publicKey;
}
