// 27: two machines with one storage: what either wrote while it was alone is read by everybody once (docs/protocol/rooms.md §10.4).
import { encodeUtf8 } from "@coterie/bytes";
import { expect, it } from "vitest";
import { Machine, Relays } from "./relayed.ts";
import { type Person, World } from "./world.ts";

interface Cloned {
  readonly relays: Relays;
  readonly alice: Person;
  readonly bob: Person;
  readonly copy: Person;
  readonly machine: Machine;
}

/** Bob's machine was copied, and both copies wrote while they were alone. */
async function cloned(seed: number): Promise<Cloned> {
  const world = new World(seed);
  const machines = { bob: new Machine() };
  const [alice, bob] = [world.person("alice"), world.person("bob")];
  bob.store = machines.bob.start();
  await world.foundBy(alice);
  await alice.add(bob);
  await world.invite(alice, bob);
  const relays = new Relays("relay");
  await meet(relays, alice, bob);
  await bob.say("b0");
  await meet(relays, alice, bob);
  const machine = await machines.bob.copy();
  const copy = await bob.clone();
  copy.store = machine.start();
  await copy.open(alice.in.log.logId);
  await bob.say("b1");
  await bob.say("b2");
  await copy.say("c1");
  await copy.in.write(encodeUtf8("c2"), encodeUtf8("c2 too"));
  await copy.say("c3");
  return { relays, alice, bob, copy, machine };
}

async function meet(relays: Relays, ...people: readonly Person[]): Promise<void> {
  const syncers = people.map((person) => ({ person, syncer: relays.connect(person, "relay") }));
  for (let round = 0; round < 3; round++) for (const { person, syncer } of syncers) await relays.sync(person, syncer);
}

const written = ["b0", "b1", "b2", "c1", "c2", "c2 too", "c3"];

async function expectAll({ relays, alice, bob, copy }: Cloned): Promise<void> {
  for (const person of [alice, bob, copy]) {
    const lines = await person.lines();
    expect([...lines].sort()).toEqual(written);
    expect(lines.filter((line) => line.startsWith("c"))).toEqual(["c1", "c2", "c2 too", "c3"]);
    expect(person.alarms).toEqual([]);
    expect(person.in.log.waiting.blocks).toBe(0);
  }
  expect(await alice.lines()).toEqual(await copy.lines());
  expect(relays.alarms).toEqual([]);
}

it("27: what both copies of a device wrote while they were alone is read by everybody once, in order", async () => {
  const room = await cloned(1);
  const { relays, alice, bob, copy } = room;
  await meet(relays, bob, copy, alice);
  await expectAll(room);
  expect(copy.writer).not.toEqual(bob.writer);
  await copy.say("c4");
  await meet(relays, bob, copy, alice);
  expect(await alice.lines()).toContain("c4");
  await copy.reopen();
  expect(await copy.lines()).toEqual(await alice.lines());
  await copy.reopen("genesis");
  expect(await copy.lines()).toEqual(await alice.lines());
});

/** Plays rooms whose copy is stopped at one change of its storage after another while it finds out, and begins again. Gives how often it was. */
async function stopEverywhere(
  make: () => Promise<Cloned>,
  whatHolds: (room: Cloned) => Promise<void>,
): Promise<number> {
  let stops = 0;
  for (const isDone of [false, true])
    for (let isStopped = true, at = 1; isStopped; at++) {
      const room = await make();
      const { relays, alice, bob, copy, machine } = room;
      await meet(relays, bob);
      machine.stopAt(at, isDone);
      isStopped = await meet(relays, copy).then(
        () => false,
        () => true,
      );
      machine.repair();
      copy.store = machine.start();
      await copy.open(alice.in.log.logId);
      await whatHolds(room);
      if (isStopped) stops += 1;
    }
  return stops;
}

it("27: the same, wherever the copy is stopped while it finds out", async () => {
  const stops = await stopEverywhere(
    () => cloned(2),
    async (room) => {
      const { relays, alice, bob, copy } = room;
      await meet(relays, bob, copy, alice);
      await expectAll(room);
    },
  );
  expect(stops).toBeGreaterThan(8);
});

/** The only indexer was copied: each copy's blocks were final where they were written. */
async function clonedFounder(
  seed: number,
  { checkpointInterval, drops }: { checkpointInterval: number; drops: boolean },
): Promise<Cloned> {
  const world = new World(seed);
  const [alice, bob] = [world.person("alice"), world.person("bob")];
  const first = new Machine();
  bob.store = first.start();
  await world.foundBy(bob, { checkpointInterval });
  await bob.add(alice);
  await world.invite(bob, alice);
  const relays = new Relays("relay");
  await bob.say("b0");
  await meet(relays, bob, alice);
  if (drops) for (let block = 0; block < 6; block++) await bob.in.rotateNow();
  if (drops) await meet(relays, bob, alice);
  expect(drops && (await bob.in.dropCovered())).toBe(drops);
  const machine = await first.copy();
  const copy = await bob.clone();
  copy.store = machine.start();
  await copy.open(bob.in.log.logId);
  for (const line of ["b1", "b2"]) await bob.say(line);
  for (const line of ["c1", "c2", "c2 too", "c3"]) await copy.say(line);
  return { relays, alice, bob, copy, machine };
}

it.each([
  [1_000, false],
  [3, false],
  [3, true],
])(
  "27: the same of the only indexer, with checkpoints each %d blocks, compacted: %s",
  async (checkpointInterval, drops) => {
    const room = await clonedFounder(3, { checkpointInterval, drops });
    const { relays, alice, bob, copy, machine } = room;
    await copy.in.close();
    copy.store = machine.start();
    await copy.open(bob.in.log.logId);
    expect(copy.in.log.beganWithCheckpoint).toBe(checkpointInterval === 3);
    await meet(relays, bob, copy, alice);
    await meet(relays, bob, copy, alice);
    await expectAll(room);
    for (const person of [alice, bob, copy]) expect(person.in.log.order.tail()).toEqual([]);
    expect(copy.in.log.order.orderHash).toEqual(bob.in.log.order.orderHash);
    await copy.reopen();
    await expectAll(room);
  },
);

it("27: what a copy did to the room is done again, unless somebody did the same", async () => {
  const world = new World(4);
  const [alice, bob, carol, dave] = [world.person("a"), world.person("b"), world.person("c"), world.person("d")];
  const first = new Machine();
  alice.store = first.start();
  await world.foundBy(alice);
  await alice.add(bob);
  await world.invite(alice, bob);
  const relays = new Relays("relay");
  await meet(relays, alice, bob);
  const copy = await alice.clone();
  copy.store = (await first.copy()).start();
  await copy.open(alice.in.log.logId);
  await alice.add(carol);
  await copy.add(carol);
  await copy.add(dave);
  await copy.in.rotateNow();
  await copy.updateKey();
  await copy.remove(bob);
  await copy.say("only carol and dave");
  await world.invite(alice, carol);
  await world.invite(alice, dave);
  await meet(relays, alice, copy, carol, dave, bob);
  await meet(relays, alice, copy, carol, dave, bob);
  for (const person of [alice, copy, carol, dave]) {
    expect(person.in.members.map(({ identity }) => identity)).toHaveLength(3);
    expect(person.knowsAsMember(bob)).toBe(false);
    expect(await person.lines()).toEqual(["only carol and dave"]);
    expect(person.alarms).toEqual([]);
  }
  expect(await bob.lines()).toEqual([]);
});

it("27: a device that was restored goes on with another writer, and reads what it had written since", async () => {
  const world = new World(5);
  const [alice, bob] = [world.person("alice"), world.person("bob")];
  const first = new Machine();
  bob.store = first.start();
  await world.foundBy(alice);
  await alice.add(bob);
  await world.invite(alice, bob);
  const relays = new Relays("relay");
  await meet(relays, alice, bob);
  await bob.say("b0");
  await meet(relays, bob);
  const { writer } = bob;
  const backup = await first.copy();
  await bob.say("lost with the disk, but sent");
  await meet(relays, bob);
  for (const ownHead of ["trust", "confirm"] as const) {
    const restored = await bob.clone();
    restored.ownHead = ownHead;
    restored.store = (await backup.copy()).start();
    await restored.open(alice.in.log.logId);
    await restored.say(`written before anybody was asked: ${ownHead}`);
    await meet(relays, restored, alice);
    await restored.say(`afterwards: ${ownHead}`);
    await meet(relays, restored, alice);
    expect(restored.writer).not.toEqual(writer);
    expect(await restored.lines()).toEqual(await alice.lines());
    expect(restored.alarms).toEqual([]);
  }
  expect((await alice.lines()).filter((line) => line.includes("trust"))).toHaveLength(2);
  expect(await alice.lines()).toHaveLength(6);
  expect([...alice.alarms, ...relays.alarms]).toEqual([]);
});

it("27: the same of a long content, beside which there is no room for the keys that are due by then", async () => {
  const world = new World(9);
  const [alice, bob, carol] = [world.person("alice"), world.person("bob"), world.person("carol")];
  const first = new Machine();
  bob.store = first.start();
  await world.foundBy(alice);
  await alice.add(bob, { role: "admin" });
  await alice.add(carol);
  const { publicKey: sealingKey } = carol.sealing;
  const add = { sealingKey, role: "member", history: "all" } as const;
  const many = Array.from({ length: 900 }, () => ({ ...add, kind: "add" as const, identity: world.bytes(32) }));
  await alice.in.change(() => many);
  for (const person of [bob, carol]) await world.invite(alice, person);
  const relays = new Relays("relay");
  await meet(relays, alice, bob);
  await bob.say("b0");
  await meet(relays, alice, bob);
  const machine = await first.copy();
  const copy = await bob.clone();
  copy.ownHead = "confirm";
  copy.store = machine.start();
  await copy.open(alice.in.log.logId);
  await meet(relays, copy);
  const long = "long ".repeat(208_000);
  for (const line of [long, "c1", "c3"]) await copy.say(line);
  await bob.say("b1");
  // Nobody has written since: whoever does next rotates. The copy learns of it before it may write again.
  await bob.remove(carol);
  await meet(relays, bob);
  machine.stopAt(1, true);
  await expect(meet(relays, copy)).rejects.toThrow();
  machine.repair();
  copy.store = machine.start();
  await copy.open(alice.in.log.logId);
  await meet(relays, copy, alice, bob);
  for (const person of [alice, bob, copy]) {
    expect([...(await person.lines())].sort()).toEqual(["b0", "b1", "c1", "c3", long]);
    expect(person.alarms).toEqual([]);
  }
});

it("27: a restored founder, who was the only indexer, finishes what the lost device began, if a person says so", async () => {
  const world = new World(8);
  const [alice, bob] = [world.person("alice"), world.person("bob")];
  const first = new Machine();
  alice.store = first.start();
  await world.foundBy(alice, { checkpointInterval: 6 });
  await alice.add(bob);
  await world.invite(alice, bob);
  const relays = new Relays("relay");
  await meet(relays, alice, bob);
  const backup = await first.copy();
  await alice.say("lost with the disk, but sent");
  await meet(relays, alice, bob);
  const { writer } = alice;
  const restored = await alice.clone();
  restored.store = backup.start();
  await restored.open(alice.in.log.logId);
  await restored.say("written before anybody was asked");
  const syncer = relays.connect(restored, "relay");
  await relays.sync(restored, syncer);
  await meet(relays, bob);
  // Nobody is there who could make it final.
  expect(restored.writer).not.toEqual(writer);
  expect(bob.in.log.order.tail().length).toBeGreaterThan(0);
  expect(await restored.in.reclaimWriter()).toBe(true);
  syncer.resumeWriter(writer);
  expect(restored.writer).toEqual(writer);
  await relays.sync(restored, syncer);
  for (let line = 0; line < 8; line++) await restored.say(`line ${line}`);
  await relays.sync(restored, syncer);
  restored.store = backup.start();
  await restored.reopen();
  await restored.say("after another start");
  await meet(relays, restored, bob);
  expect(restored.writer).toEqual(writer);
  for (const person of [restored, bob]) {
    expect(await person.lines()).toHaveLength(11);
    expect(person.in.log.order.tail()).toEqual([]);
    expect(person.alarms).toEqual([]);
  }
  expect(relays.alarms).toEqual([]);
  // There is none but the one that it writes with.
  expect(await restored.in.reclaimWriter()).toBe(false);
  expect(await bob.in.reclaimWriter()).toBe(false);
});

it("27: the only indexer writes before anybody confirmed its head, and everything becomes final all the same", async () => {
  const world = new World(6);
  const [alice, bob] = [world.person("alice"), world.person("bob")];
  const first = new Machine();
  alice.store = first.start();
  await world.foundBy(alice, { checkpointInterval: 6 });
  await alice.add(bob);
  await world.invite(alice, bob);
  const relays = new Relays("relay");
  await meet(relays, alice, bob);
  const { writer } = alice;
  alice.ownHead = "confirm";
  const lines: string[] = [];
  for (let run = 0; run < 3; run++) {
    alice.store = first.start();
    await alice.reopen();
    for (let line = 0; line < 3; line++) await alice.say(lines[lines.push(`run ${run}, line ${line}`) - 1] ?? "");
    // Offline at first: a key of this run alone, of which the next run knows nothing but that it was its own.
    expect(alice.writer).not.toEqual(writer);
    if (run === 1) continue;
    await meet(relays, alice, bob);
    expect(alice.writer).toEqual(writer);
    await alice.say(lines[lines.push(`run ${run}, confirmed`) - 1] ?? "");
    await meet(relays, alice, bob);
    for (const person of [alice, bob]) {
      expect(await person.lines()).toEqual(lines);
      expect(person.in.log.order.tail()).toEqual([]);
      expect(person.alarms).toEqual([]);
    }
  }
});

/** As {@link cloned}, but both machines ask before they go on with their writer, and the copy was started again since it wrote with it. */
async function clonedAsking(seed: number): Promise<Cloned> {
  const world = new World(seed);
  const [alice, bob] = [world.person("alice"), world.person("bob")];
  const first = new Machine();
  bob.store = first.start();
  bob.ownHead = "confirm";
  await world.foundBy(alice);
  await alice.add(bob);
  await world.invite(alice, bob);
  const relays = new Relays("relay");
  await meet(relays, alice, bob);
  await bob.say("b0");
  await meet(relays, alice, bob);
  const machine = await first.copy();
  const copy = await bob.clone();
  copy.ownHead = "confirm";
  copy.store = machine.start();
  await copy.open(alice.in.log.logId);
  await meet(relays, copy);
  expect(copy.writer).toEqual(bob.writer);
  await copy.say("c1");
  copy.store = machine.start();
  await copy.reopen();
  await copy.in.write(encodeUtf8("c2"), encodeUtf8("c2 too"));
  expect(copy.writer).not.toEqual(bob.writer);
  await bob.say("b1");
  await bob.say("b2");
  return { relays, alice, bob, copy, machine };
}

it("27: the same where both ask before they go on, wherever the copy is stopped", async () => {
  const stops = await stopEverywhere(
    () => clonedAsking(7),
    async ({ relays, alice, bob, copy }) => {
      // A key of this run, since nobody confirmed the one that was to write again what is left.
      await copy.say("c3");
      await meet(relays, bob, copy, alice);
      await meet(relays, copy, alice, bob);
      for (const person of [alice, bob, copy]) {
        expect([...(await person.lines())].sort()).toEqual(written);
        expect(person.alarms).toEqual([]);
      }
      expect(relays.alarms).toEqual([]);
    },
  );
  expect(stops).toBeGreaterThan(8);
});
