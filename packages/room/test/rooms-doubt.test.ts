// Members of whom there is doubt (docs/protocol/rooms.md §5.3, §7): they follow the room and acknowledge, so that the doubt ends, and read no
// content that was written in knowledge of it before that.
import { expect, it } from "vitest";
import { namesIn, operationsOf, type Person, World } from "./world.ts";

async function admins(seed: number, names: readonly string[], indexers: readonly string[]) {
  const world = new World(seed);
  const people = await world.found(names, { role: "admin" });
  const said = await everybodySays(people, "before");
  await world.settle(...people);
  const [founder] = people;
  if (founder === undefined) throw new Error("a room has a founder");
  await founder.setIndexers(...people.filter(({ name }) => indexers.includes(name)));
  await world.settle(...people);
  return { world, people, said };
}

/** Alice removes mallory, who has not seen it. */
async function besieged(indexers: readonly string[]) {
  const room = await admins(1_000 + indexers.length, ["alice", "bob", "carol", "dave", "mallory"], indexers);
  const [alice, bob, carol, dave, mallory] = room.people;
  if (!(alice && bob && carol && dave && mallory)) throw new Error("five people");
  await alice.remove(mallory);
  return { ...room, rest: [alice, bob, carol, dave], mallory };
}

/** One after another, without hearing of each other. */
async function everybodySays(people: readonly Person[], when: string): Promise<readonly string[]> {
  for (const person of people) await person.say(`${person.name} ${when}`);
  return people.map(({ name }) => `${name} ${when}`);
}

const isInDoubt = (person: Person, other: Person): boolean =>
  person.knowsAsMember(other) && !person.in.log.membership.isSure(other.id);

/** Everybody has the same final order with everything in it that counts, nobody is in doubt, and nobody has more to say. */
async function expectPeace(world: World, people: readonly Person[], lines: readonly string[]): Promise<void> {
  const [first] = people;
  if (first === undefined) throw new Error("nobody is left");
  for (const person of people) {
    const { log } = person.in;
    expect([...(await person.lines())].sort()).toEqual([...lines].sort());
    expect(await person.lines()).toEqual(await first.lines());
    expect(log.order.orderHash).toEqual(first.in.log.order.orderHash);
    expect(log.hasOpenValue()).toBe(false);
    expect(people.filter((other) => isInDoubt(person, other))).toEqual([]);
    expect(namesIn(world, person)).toEqual(namesIn(world, first));
  }
  const sizes = people.map((person) => person.in.log.dag.size);
  expect(await world.settle(...people)).toBe(0);
  expect(people.map((person) => person.in.log.dag.size)).toEqual(sizes);
}

//   alice: remove mallory ───┐
//                            ├── alice, bob, carol, dave: members, but bob, carol and dave in doubt until a commit decides
//   mallory: remove b, c, d ─┘
for (const indexers of [
  ["alice", "bob"],
  ["bob", "carol"],
  ["alice", "bob", "carol"],
  ["bob", "carol", "dave"],
  ["alice", "bob", "carol", "dave"],
])
  it(`ends where one admin names everybody, and the indexers are ${indexers.join(", ")}`, async () => {
    const { world, people, rest, mallory, said } = await besieged(indexers);
    const operations = rest.slice(1).map(({ id: identity }) => ({ kind: "remove", identity, caps: [] }) as const);
    await mallory.in.change(() => operations);
    await world.meet(...people);
    for (const person of rest) {
      const doubted = rest.filter((other) => isInDoubt(person, other));
      expect(doubted.map(({ name }) => name)).toEqual(["bob", "carol", "dave"]);
    }
    const during = await everybodySays(rest, "in doubt");
    for (const to of rest) for (const from of rest) if (from !== to) await world.give(from, to);
    // They follow, and read of the others nothing that was written in knowledge of the doubt.
    for (const person of rest) {
      const read = (await person.lines()).filter((line) => line.endsWith("doubt"));
      expect([...read].sort()).toEqual(person === rest[0] ? during : [`${person.name} in doubt`]);
      expect(person.in.log.waiting.blocks).toBe(0);
    }
    await world.settle(...rest);
    const after = await everybodySays(rest, "after");
    await world.settle(...rest);
    await expectPeace(world, rest, [...said, ...during, ...after]);
  });

// Each of mallory's blocks begins an epoch without whom it named before: nobody sees all of them.
for (const indexers of [["alice"], ["alice", "bob"], ["bob", "carol", "dave"]])
  it(`ends where one admin names one after another, and the indexers are ${indexers.join(", ")}`, async () => {
    const { world, people, rest, mallory, said } = await besieged(indexers);
    for (const { id: identity } of rest.slice(1))
      await mallory.in.change(() => [{ kind: "remove", identity, caps: [] }]);
    await world.meet(...people);
    for (const person of rest) expect(namesIn(world, person)).toEqual(["alice", "bob", "carol", "dave"]);
    const during = await everybodySays(rest, "in doubt");
    await world.settle(...rest);
    const after = await everybodySays(rest, "after");
    await world.settle(...rest);
    await expectPeace(world, rest, [...said, ...during, ...after]);
  });

//   a removes b ‖ b removes c ‖ c removes a: c's removal is void, a's holds, so b's block is void; c is in doubt until that is final
it("ends where three honest admins remove each other in a circle, and two indexers decide", async () => {
  const { world, people, said } = await admins(13, ["a", "b", "c", "d"], ["a", "d"]);
  const [a, b, c, d] = people;
  if (!(a && b && c && d)) throw new Error("four people");
  await a.remove(b);
  await b.remove(c);
  await c.remove(a);
  await world.meet(...people);
  const rest = [a, c, d];
  const during = await everybodySays(rest, "in doubt");
  await world.settle(...rest);
  const after = await everybodySays(rest, "after");
  await world.settle(...rest);
  await expectPeace(world, rest, [...said, ...during, ...after]);
  // Who was removed reads nothing of it.
  await world.give(a, b);
  expect((await b.lines()).filter((line) => !line.endsWith("before"))).toEqual([]);
});

//   c removes d ‖ b removes c ‖ a removes b      a is away: d's removal is void and d in doubt; with a's block it holds
it("reads nothing of the doubt where it ends badly, and the next block rotates, once", async () => {
  const { world, people, said } = await admins(14, ["a", "b", "c", "d", "e"], ["a", "e"]);
  const [a, b, c, d, e] = people;
  if (!(a && b && c && d && e)) throw new Error("five people");
  await c.remove(d);
  await b.remove(c);
  await a.remove(b);
  await world.meet(b, c, d, e);
  expect(isInDoubt(e, d)).toBe(true);
  const during = await everybodySays([b, e], "in doubt");
  await world.meet(b, d, e);
  expect(d.in.log.waiting.blocks).toBe(0);
  await world.meet(...people);
  expect(namesIn(world, e)).toEqual(["a", "c", "e"]);
  const rest = [a, c, e];
  const rotations: boolean[] = [];
  // There is doubt about c until its removal is decided to be void: it writes in an epoch of its own.
  for (const person of [a, e, c]) {
    const after = await person.say(`${person.name} after`);
    rotations.push(operationsOf(person, after).some(({ kind }) => kind === "rotate"));
    await world.meet(...rest);
  }
  expect(rotations).toEqual([true, false, true]);
  await world.settle(...rest);
  // The doubt about c ended well: the next block of anybody grants it what it missed.
  expect(await c.lines()).not.toContain("a after");
  await a.say("a again");
  await world.settle(...rest);
  await expectPeace(world, rest, [...said, ...during.slice(1), "a after", "c after", "e after", "a again"]);
  await world.give(a, d);
  expect((await d.lines()).filter((line) => !line.endsWith("before"))).toEqual([]);
});
