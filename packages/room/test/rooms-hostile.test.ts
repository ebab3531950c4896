// Members and former members who write what no honest program writes (docs/protocol/rooms.md §5, §7), against whole rooms.
import process from "node:process";
import { type Bytes, encodeHex } from "@coterie/bytes";
import type { Envelope } from "@coterie/oplog";
import { generateAgreementKeyPair } from "@coterie/primitives";
import { nodePrimitives as primitives } from "@coterie/primitives/node";
import { expect, it } from "vitest";
import { createGrant, createRotation, type Operation, type Sealing } from "../src/index.ts";
import { forge } from "./rooms-hostile.ts";
import { deriveEntryKey, encryptEntry, type EntryPlace } from "../src/epochs/entry-key.ts";
import { keyMessage } from "../src/membership/authorise.ts";
import { namesIn, operationsOf, type Person, seeded, World } from "./world.ts";

async function roomWithMallory(seed: number) {
  const world = new World(seed);
  const people = await world.found(["alice", "bob", "carol", "mallory"], { role: "admin" });
  const [alice, bob, carol, mallory] = people;
  if (!(alice && bob && carol && mallory)) throw new Error("four people");
  await mallory.say("m0");
  await world.settle(...people);
  return { world, alice, bob, carol, mallory };
}

function epochOf(person: Person): Bytes {
  const { epochId } = person.in;
  if (epochId === undefined) throw new Error("no epoch to write in");
  return epochId;
}

/** Opens for its recipient, to a secret that is none of the epoch's. */
function sealFalsely({ random }: World, to: Omit<EntryPlace, "ephemeralKey">): Sealing {
  const { secretKey, publicKey: ephemeralKey } = generateAgreementKeyPair(primitives, random);
  const place = { ...to, ephemeralKey };
  const key = deriveEntryKey({ primitives }, { place, shared: primitives.agree(secretKey, to.sealingKey) });
  const secret = new Uint8Array(32).fill(7);
  const entries = Uint8Array.from({ length: 8 * 48 }, (_, i) => Math.floor(i / 48));
  entries.set(encryptEntry({ primitives }, { place, key, secret }), 7 * 48);
  return { epochId: to.epochId, ephemeralKey, entries };
}

const reasonsOf = (person: Person) => person.alarms.map((alarm) => ("reason" in alarm ? alarm.reason : alarm.kind));

//   m0 ──┬── alice: remove mallory ── a1 (final)
//        └── m1, m2, ... : written later, linked to what was before
const backDated = process.env["COTERIE_FULL"] === "1" ? 1_000 : 200;

it(`15, D5: ${backDated} back-dated blocks of a removed admin change nothing`, { timeout: 600_000 }, async () => {
  const { world, alice, bob, carol, mallory } = await roomWithMallory(15);
  const old = epochOf(mallory);
  const { dag } = mallory.in.log;
  const before = dag.size;
  await alice.remove(mallory);
  await alice.say("a1");
  await world.settle(alice, bob, carol);
  const random = seeded(15);
  const sock = world.person("sock puppet");
  const operations: readonly (readonly Operation[])[] = [
    [],
    [{ kind: "add", identity: sock.id, sealingKey: sock.sealing.publicKey, role: "admin", history: "all" }],
    [{ kind: "remove", identity: alice.id, caps: [] }],
    [{ kind: "role", identity: bob.id, role: "member", caps: [] }],
    [{ kind: "set-indexers", writers: [mallory.writer] }],
  ];
  for (let i = 0; i < backDated; i++) {
    const forged = await forge(mallory, {
      epochId: old,
      after: random.below(2) === 0 ? [] : [random.below(before)],
      operations: operations[random.below(operations.length)] ?? [],
      text: `back-dated ${i}`,
    });
    await alice.in.receive([forged.bytes]);
    if (random.below(2) === 0) await carol.in.receive([forged.bytes]);
  }
  await world.settle(alice, bob, carol);
  await bob.say("b1");
  await world.settle(alice, bob, carol);
  for (const person of [alice, bob, carol]) {
    expect(await person.lines()).toEqual(["m0", "a1", "b1"]);
    expect(namesIn(world, person)).toEqual(["alice", "bob", "carol"]);
    expect(person.in.log.membership.indexers).toEqual([alice.writer]);
    expect(person.in.members.every(({ role }) => role === "admin")).toBe(true);
  }
  expect(encodeHex(alice.in.log.order.orderHash)).toBe(encodeHex(carol.in.log.order.orderHash));
  await world.give(alice, mallory);
  expect(await mallory.lines()).not.toContain("b1");
});

it("22: a block that knows of a removal, in an epoch that the removed one holds, is void for all, with an alarm", async () => {
  const { world, alice, bob, carol, mallory } = await roomWithMallory(22);
  const old = epochOf(mallory);
  await alice.remove(bob);
  await world.meet(alice, carol, mallory);
  const { dag } = mallory.in.log;
  await forge(mallory, { epochId: old, after: dag.heads(), text: "for bob's eyes" });
  await world.meet(alice, carol, mallory);
  await carol.say("c1");
  await world.settle(alice, carol);
  for (const person of [alice, carol]) {
    expect(await person.lines()).toEqual(["m0", "c1"]);
    expect(reasonsOf(person)).toEqual(["unsafe-epoch"]);
  }
});

it("22: a rotation to somebody who is no member is void for all, with an alarm", async () => {
  const { world, alice, carol, mallory } = await roomWithMallory(221);
  const stranger = world.person("stranger");
  const { log } = mallory.in;
  const recipients = [alice, carol, mallory, stranger].map((person) => ({
    identity: person.id,
    sealingKey: person.sealing.publicKey,
    level: "full" as const,
  }));
  const rotation = createRotation({ primitives, random: seeded(1) }, { logId: log.logId, recipients, wrapped: [] });
  const { epochId, operation, sealing, secret } = rotation;
  await forge(mallory, {
    epochId,
    after: log.dag.heads(),
    operations: [operation],
    sealings: [sealing],
    secret,
    text: "hi",
  });
  await world.meet(alice, carol, mallory);
  const next = await carol.say("c1");
  expect(next.epochId).not.toEqual(epochId);
  await world.meet(alice, carol);
  for (const person of [alice, carol]) {
    expect(await person.lines()).toEqual(["m0", "c1"]);
    expect(reasonsOf(person)).toContain("rotates-to-others");
  }
});

//   m0 ──┬── alice: remove mallory ── a1 (final) ── bob ── carol ── ...   in one epoch, whatever comes
//        └── mallory: new keys, late adds, grants of the epoch of now, in blocks linked to what was before
it("F25: what a removed admin goes on writing makes nobody rotate, once the removal is decided", async () => {
  const { world, alice, bob, carol, mallory } = await roomWithMallory(25);
  const old = epochOf(mallory);
  const before = mallory.in.log.dag.size;
  await alice.remove(mallory);
  await alice.say("a1");
  await world.settle(alice, bob, carol);
  const { epochId, hash: rotation } = await bob.say("b1");
  await world.settle(alice, bob, carol);
  const { logId } = mallory.in.log;
  const sock = world.person("sock puppet");
  const changesNothing = async (witness: Person, forged: Envelope): Promise<void> => {
    await witness.in.receive([forged.bytes]);
    expect(witness.in.log.dag.find(forged.hash)).toBeDefined();
    expect(encodeHex(epochOf(witness))).toBe(encodeHex(epochId));
    const written = await witness.say("as ever");
    expect(encodeHex(written.epochId)).toBe(encodeHex(epochId));
    expect(operationsOf(witness, written).map(({ kind }) => kind)).not.toContain("rotate");
    await world.settle(alice, bob, carol);
  };
  for (let i = 1; i <= 12; i++) {
    const { publicKey: sealingKey } = generateAgreementKeyPair(primitives, world.random);
    const signature = primitives.sign(mallory.keys.identity.secretKey, keyMessage(logId, { version: i, sealingKey }));
    const operations: readonly Operation[] =
      i % 2 === 0
        ? [{ kind: "update-key", identity: mallory.id, sealingKey, version: i, signature }]
        : [{ kind: "add", identity: sock.id, sealingKey, role: "admin", history: "since-join" }];
    const forged = await forge(mallory, { epochId: old, after: [world.random.below(before)], operations });
    await changesNothing([alice, bob, carol][i % 3] ?? alice, forged);
  }
  // The relay shows the block that begins the epoch of now. What is granted need not be true to make somebody a knower.
  const { dag } = bob.in.log;
  const block = dag.find(rotation) ?? -1;
  const unseen = [{ hash: rotation, lamport: dag.lamport(block), commits: dag.commits(block) }];
  const entries = Uint8Array.from({ length: 8 * 48 }, (_, i) => Math.floor(i / 48));
  const sealing = { epochId, ephemeralKey: sock.sealing.publicKey, entries };
  const operations: readonly Operation[] = [{ kind: "grant", epochId, identity: sock.id, level: "read" }];
  const granting = await forge(mallory, { epochId: old, after: [], unseen, operations, sealings: [sealing] });
  await changesNothing(carol, granting);
  expect(reasonsOf(carol)).toContain("not-a-writer");
});

//   alice ── mallory: grant of E to dave alone ── mallory: writes under E, whose rotation nobody ever saw
it("F27: a block under an epoch that was not begun in its past splits nobody off", async () => {
  const { world, alice, bob, carol, mallory } = await roomWithMallory(27);
  const { log } = mallory.in;
  const to = { identity: carol.id, sealingKey: carol.sealing.publicKey, level: "full" as const };
  const { epochId, secret } = createRotation(
    { primitives, random: seeded(3) },
    { logId: log.logId, recipients: [to], wrapped: [] },
  );
  const grant = createGrant({ primitives }, { logId: log.logId, secret, ...to });
  const { operation, sealing } = grant;
  await forge(mallory, { epochId: epochOf(mallory), after: [], operations: [operation], sealings: [sealing] });
  const malformed = await forge(mallory, {
    epochId,
    after: [],
    operations: [{ kind: "role", identity: bob.id, role: "member", caps: [] }],
    secret,
    text: "for carol's eyes",
  });
  await carol.in.receive([malformed.bytes]);
  await world.give(mallory, carol);
  await carol.in.receive([malformed.bytes]);
  // Carol can open it, as if the epoch were one.
  expect(carol.in.log.dag.find(malformed.hash)).toBeUndefined();
  expect(reasonsOf(carol)).toContain("epoch-not-begun");
  await carol.say("c1");
  await world.settle(alice, bob, carol);
  for (const person of [alice, bob, carol]) {
    expect(await person.lines()).toEqual(["m0", "c1"]);
    expect(person.in.log.waiting.blocks).toBe(0);
    expect(person.in.members.every(({ role }) => role === "admin")).toBe(true);
  }
});

//   all ── mallory: adds dave, grants something else ── bob: grants again ── dave reads everything
for (const fault of ["another secret", "what opens to mallory", "nothing"] as const)
  it(`a grant of ${fault} to a newcomer is granted again, by the next block of whoever can tell`, async () => {
    const { world, alice, bob, carol, mallory } = await roomWithMallory(41);
    const epochId = epochOf(mallory);
    const { logId, dag } = mallory.in.log;
    const dave = world.person("dave");
    const secret = await mallory.in.get(epochId);
    const to = { logId, identity: dave.id, sealingKey: dave.sealing.publicKey };
    const { identity, sealingKey } = to;
    const granted = (key: Bytes): Sealing =>
      createGrant({ primitives }, { ...to, secret, level: "full", sealingKey: key }).sealing;
    const filling = Uint8Array.from({ length: 8 * 48 }, (_, i) => Math.floor(i / 48));
    const sealings = {
      "another secret": () => sealFalsely(world, { ...to, epochId }),
      "what opens to mallory": () => granted(mallory.sealing.publicKey),
      nothing: () => ({ ...granted(sealingKey), entries: filling }),
    };
    const operations: readonly Operation[] = [
      { kind: "add", identity, sealingKey, role: "member", history: "all" },
      { kind: "grant", epochId, identity, level: "full" },
    ];
    await forge(mallory, { epochId, after: dag.heads(), operations, sealings: [sealings[fault]()] });
    await world.join(mallory, dave);
    expect(dave.in.log.dag.size).toBe(0);
    expect(dave.alarms.map(({ kind }) => kind)).toEqual(fault === "another secret" ? ["false-entry"] : []);
    await world.meet(alice, bob, carol, mallory);
    const mending = operationsOf(bob, await bob.say("b1"));
    expect(mending.filter(({ kind }) => kind === "grant")).toEqual([operations[1]]);
    await bob.say("b2");
    await world.meet(alice, bob, carol, dave);
    await world.settle(alice, bob, carol, dave);
    expect(await dave.lines()).toEqual(["m0", "b1", "b2"]);
    expect(bob.alarms.filter(({ kind }) => kind === "false-grant")).toEqual([
      expect.objectContaining({ epochId, identity: dave.id }),
    ]);
    // Once it was mended nobody grants it a third time.
    for (const person of [alice, carol, dave])
      expect(operationsOf(person, await person.say("on")).filter(({ kind }) => kind === "grant")).toEqual([]);
  });

for (const fault of ["omits", "mis-seals"] as const)
  it(`21: where a rotator ${fault} somebody, nobody is shut out`, async () => {
    const { world, alice, bob, carol, mallory } = await roomWithMallory(21);
    const { log } = mallory.in;
    const named = fault === "omits" ? [alice, carol, mallory] : [alice, bob, carol, mallory];
    const recipients = named.map((person) => ({
      identity: person.id,
      // To mallory's own key in bob's place: bob finds nothing that opens.
      sealingKey: (person === bob ? mallory : person).sealing.publicKey,
      level: "full" as const,
    }));
    const rotation = createRotation({ primitives, random: seeded(2) }, { logId: log.logId, recipients, wrapped: [] });
    const { epochId, operation, sealing, secret } = rotation;
    await forge(mallory, { epochId, after: log.dag.heads(), operations: [operation], sealings: [sealing], secret });
    await world.meet(alice, bob, carol, mallory);
    const next = await carol.say("c1");
    if (fault === "mis-seals") {
      expect(next.epochId).not.toEqual(epochId);
      expect(reasonsOf(carol)).toContain("incomplete-epoch");
    }
    await world.settle(alice, bob, carol);
    await alice.say("a1");
    await world.settle(alice, bob, carol);
    for (const person of [alice, bob, carol]) expect(await person.lines()).toEqual(["m0", "c1", "a1"]);
  });
