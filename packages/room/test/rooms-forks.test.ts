// Two blocks of one writer in one place (docs/protocol/rooms.md §3.3): found by whoever sees both, shown to all, and answered in one way.
import { encodeHex } from "@coterie/bytes";
import {
  createEnvelope,
  decodeEnvelope,
  type Envelope,
  ForkProofError,
  type Signer,
  verifyForkProof,
} from "@coterie/oplog";
import { nodePrimitives as primitives } from "@coterie/primitives/node";
import { expect, it } from "vitest";
import { ForkReports } from "../src/room/fork-reports.ts";
import { createSigner } from "../src/room/own-writer.ts";
import { Relays } from "./relayed.ts";
import { operationsOf, type Person, three, World } from "./world.ts";

/** Bob's machine was copied, and both copies write on. */
async function cloned(seed: number) {
  const world = new World(seed);
  const [alice, bob, carol] = await three(world);
  await bob.say("b0");
  await world.meet(alice, bob, carol);
  const copy = await bob.clone();
  await copy.open(bob.in.log.logId);
  return { world, alice, bob, carol, copy };
}

const forksOf = (person: Person) => person.alarms.filter(({ kind }) => kind === "fork");

function frozenIn(person: Person): readonly string[] {
  return person.in.log.membership.frozenWriters.map(({ writer, seq }) => `${encodeHex(writer)}/${seq}`);
}

//   a0 ── b0 ──┬── b1  (known to alice)  ── alice ──┐
//              └── b1' (known to carol)  ── carol ──┴── proof in the next block of whoever meets the other
it("25: finds the proof from two peers, freezes the writer, and converges", async () => {
  const { world, alice, bob, carol, copy } = await cloned(1);
  const forked = bob.writer;
  await bob.say("b1");
  await copy.say("b1'");
  await world.give(bob, alice);
  await world.give(copy, carol);
  await carol.say("c1");
  expect([...forksOf(alice), ...forksOf(carol)]).toEqual([]);
  await world.give(carol, alice);
  expect(forksOf(alice)).toEqual([{ kind: "fork", writer: forked, seq: 1 }]);
  expect(frozenIn(alice)).toEqual([]);

  await alice.say("a1");
  await world.give(alice, carol);
  await world.settle(alice, carol);
  for (const person of [alice, carol]) {
    expect(frozenIn(person)).toEqual([`${encodeHex(forked)}/1`]);
    expect([...(await person.lines())].sort()).toEqual(["a1", "b0", "c1"]);
    expect(person.in.log.membership.find(bob.id)?.role).toBe("member");
  }
  expect(await alice.lines()).toEqual(await carol.lines());
  // One proof is enough: nobody shows the fork again.
  expect(operationsOf(carol, await carol.say("c2")).map(({ kind }) => kind)).toEqual(["rotate"]);
});

it("25: leaves what was final before anybody met the fork", async () => {
  const { world, alice, bob, carol, copy } = await cloned(7);
  await bob.say("b1");
  await copy.say("b1'");
  await world.give(bob, alice);
  // Alice is the only indexer: her block makes b1 final.
  await alice.say("a1");
  await world.give(copy, carol);
  await world.settle(alice, carol);
  for (const person of [alice, carol]) {
    expect(frozenIn(person)).toEqual([`${encodeHex(bob.writer)}/1`]);
    expect(await person.lines()).toEqual(["b0", "b1", "a1"]);
  }
});

it("25: gives the owner of a cloned machine a new writer, whose blocks count", async () => {
  const { world, alice, bob, carol, copy } = await cloned(2);
  const forked = bob.writer;
  await bob.say("b1");
  await copy.say("b1'");
  await world.give(copy, bob);
  expect(forksOf(bob)).toHaveLength(1);
  // Bob is the first who can prove it: the proof comes with the new writer's first block, which it does not freeze.
  await bob.say("b2");
  expect(bob.writer).not.toEqual(forked);
  await world.give(bob, copy);
  await copy.say("b3");
  expect(copy.writer).not.toEqual(forked);
  await world.meet(alice, bob, carol, copy);
  await world.settle(alice, bob, carol, copy);
  for (const person of [alice, bob, carol, copy]) {
    expect(await person.lines()).toEqual(["b0", "b2", "b3"]);
    expect(frozenIn(person)).toEqual([`${encodeHex(forked)}/1`]);
  }
});

it("25: shows a fork that was met before a restart", async () => {
  const { world, alice, bob, copy } = await cloned(3);
  await bob.say("b1");
  await copy.say("b1'");
  await world.give(bob, alice);
  await world.give(copy, alice);
  await alice.reopen();
  await alice.say("a1");
  expect(frozenIn(alice)).toEqual([`${encodeHex(bob.writer)}/1`]);
});

it("D7: gives proofs that anybody can check who knows the log's tag, and no other log's members believe", async () => {
  const { world, alice, bob, copy } = await cloned(4);
  await bob.say("b1");
  await copy.say("b1'");
  await world.give(bob, alice);
  await world.give(copy, alice);
  const [fork] = operationsOf(alice, await alice.say("a1")).filter(({ kind }) => kind === "fork");
  if (fork?.kind !== "fork") throw new Error("alice shows the fork");
  const logTag = alice.in.log.logId.slice(0, 16);
  expect(verifyForkProof(primitives, { proof: fork.proof, logTag })).toMatchObject({ writer: bob.writer, seq: 1 });
  const other = await three(new World(5));
  const otherTag = other[0].in.log.logId.slice(0, 16);
  expect(() => verifyForkProof(primitives, { proof: fork.proof, logTag: otherTag })).toThrow(ForkProofError);
});

/** Alice has both branches, and of the first one a run inside of which a relay without keys spoiled the signature. */
async function spoiled(seed: number) {
  const room = await cloned(seed);
  const { world, alice, bob, copy } = room;
  await bob.say("b1");
  await bob.say("b2");
  await copy.say("b1'");
  // The last one vouches for the run all the same.
  const run = (await bob.in.readStored(bob.in.log.dag.size - 2, 2)).map((block) => block.slice());
  const signed = run[0]?.slice() ?? new Uint8Array();
  run[0]?.fill(0, -64);
  expect(decodeEnvelope(primitives, signed).header.seq).toBe(1);
  await alice.in.receive(run.map((block) => block.slice()));
  await world.give(copy, alice);
  expect(forksOf(alice)).toHaveLength(1);
  const before = alice.in.log.membershipLog.size;
  await alice.say("a1");
  await alice.say("a2");
  expect(alice.in.log.membershipLog.size).toBe(before);
  return { ...room, signed, spoiledCopy: run[0] ?? signed };
}

it("25: leaves a fork that it cannot prove, for lack of signatures, to whoever can", async () => {
  const { world, alice, bob, carol, copy } = await spoiled(6);
  // Who has the blocks as their writer signed them proves it.
  await world.give(bob, carol);
  await world.give(copy, carol);
  await carol.say("c1");
  await world.meet(alice, carol);
  expect(frozenIn(alice)).toEqual([`${encodeHex(bob.writer)}/1`]);
});

it("25: proves a fork once a copy with its writer's own signature comes", async () => {
  const { alice, bob, signed, spoiledCopy } = await spoiled(8);
  await alice.in.receive([spoiledCopy.slice()]);
  await alice.say("a3");
  expect(frozenIn(alice)).toEqual([]);
  await alice.in.receive([signed]);
  await alice.say("a4");
  expect(frozenIn(alice)).toEqual([`${encodeHex(bob.writer)}/1`]);
});

it("25: asks relays, which have every signature, for what a proof lacks", async () => {
  const { alice, bob } = await spoiled(9);
  const relays = new Relays("relay");
  await relays.sync(bob, relays.connect(bob, "relay"));
  const syncer = relays.connect(alice, "relay");
  await relays.sync(alice, syncer);
  await alice.say("a3");
  expect(frozenIn(alice)).toEqual([`${encodeHex(bob.writer)}/1`]);
  await relays.sync(alice, syncer);
  expect(relays.alarms.map(({ kind }) => kind)).not.toContain("withheld");
});

it("25: forks without end keep neither memory nor other writers' proofs", async () => {
  const { sha256 } = primitives;
  const reports = new ForkReports();
  const signerOf = (seed: number): Signer => {
    const { secretKey, publicKey } = primitives.deriveSigningKeyPair(new Uint8Array(32).fill(seed));
    return createSigner(primitives, { secretKey, publicKey });
  };
  const empty = new Uint8Array(0);
  const blocks: Envelope["bytes"][] = [];
  const blockOf = (signer: Signer, name: number): number => {
    const header = {
      flags: 1,
      logTag: new Uint8Array(16),
      writer: signer.writer,
      seq: 0,
      previous: new Uint8Array(32),
      epochId: new Uint8Array(16),
    };
    const nonce = new Uint8Array(24).fill(name);
    const control = new Uint8Array(80).fill(name >> 8);
    return (
      blocks.push(
        createEnvelope({ sha256, signer }, { header, nonce, control, content: empty, publicPart: empty }).bytes,
      ) - 1
    );
  };
  const forked = (signer: Signer, name: number) => ({
    writer: signer.writer,
    seq: 0,
    blocks: [blockOf(signer, name), blockOf(signer, name + 1)] as const,
  });
  const [mallory, bob] = [signerOf(1), signerOf(2)];
  reports.add([forked(bob, 1)]);
  for (let i = 0; i < 100; i++) reports.add([forked(mallory, 2 * i)]);
  const storage = { readBlock: async (block: number) => blocks[block] };
  const world = new World(1);
  const [alice] = await world.found(["alice"]);
  const { membership } = alice?.in.log ?? {};
  if (membership === undefined) throw new Error("a room has a founder");
  const proven = await reports.prove({ primitives, storage }, { membership });
  const writers = proven.map(({ proof }) => verifyForkProof(primitives, { proof, logTag: new Uint8Array(16) }).writer);
  expect(writers.map((writer) => encodeHex(writer))).toEqual(
    [bob, ...Array.from({ length: 8 }, () => mallory)].map(({ writer }) => encodeHex(writer)),
  );
});
