// The race that the note about rotating keys calls unavoidable (docs/protocol/rooms.md §7):
//
//   a1 ── b1 ── c1 ──┬── a: remove e ── a: rotate ── a2 ──┐
//                    └── b: remove d ── b: rotate ── b2 ──┴── c3 (the first block after the merge)
//
// a's epoch is known to d, b's to e: a rule that picks one of them lets one of the removed read on.
import { expect, it } from "vitest";
import { type Person, World } from "./world.ts";

async function race(seed: number) {
  const world = new World(seed);
  const everybody = await world.found(["a", "b", "c", "d", "e"], { role: "admin" });
  const [a, b, c, d, e] = everybody;
  if (!(a && b && c && d && e)) throw new Error("five people");
  for (const [person, text] of [
    [a, "a1"],
    [b, "b1"],
    [c, "c1"],
  ] as const) {
    await person.say(text);
    await world.meet(...everybody);
  }
  await a.remove(e);
  await a.in.rotateNow();
  await a.say("a2");
  await b.remove(d);
  await b.in.rotateNow();
  await b.say("b2");
  return { world, a, b, c, d, e };
}

/** Epochs of all blocks that somebody's room could open, by the texts in them. */
async function readable(person: Person): Promise<readonly string[]> {
  return [...(await person.lines())].sort();
}

it("lets neither of two members removed at the same time read on, nor both together", async () => {
  const { world, a, b, c, d, e } = await race(7);
  // Before the merge each of the removed reads in the half that does not know of the removal: nobody can prevent that.
  await world.give(a, d);
  await world.give(b, e);
  expect(await readable(d)).toContain("a2");
  expect(await readable(e)).toContain("b2");

  await world.meet(a, b, c);
  await c.say("c3");
  await world.meet(a, b, c);
  await a.say("a4");
  await world.meet(a, b, c);
  for (const person of [a, b, c]) {
    expect(await readable(person)).toEqual(["a1", "a2", "a4", "b1", "b2", "c1", "c3"]);
    expect(person.alarms).toEqual([]);
    expect(person.in.members.map(({ identity }) => identity)).toHaveLength(3);
  }

  // Both removed get everything there is, and pool what they hold.
  await world.give(c, d);
  await world.give(c, e);
  await world.meet(d, e);
  for (const removed of [d, e]) {
    const lines = await readable(removed);
    expect(lines).not.toContain("c3");
    expect(lines).not.toContain("a4");
  }
  const later = c.in.epochId;
  if (later === undefined) throw new Error("members write in some epoch");
  for (const removed of [d, e]) expect(() => removed.in.inboxKeyPair(later)).toThrow();
});

it("begins one epoch after the merge, and all go on in it", async () => {
  const { world, a, b, c } = await race(8);
  const [before, other] = [a.in.epochId, b.in.epochId];
  await world.meet(a, b, c);
  const third = await c.say("c3");
  expect(third.epochId).not.toEqual(before);
  expect(third.epochId).not.toEqual(other);
  await world.meet(a, b, c);
  expect((await a.say("a4")).epochId).toEqual(third.epochId);
  expect((await b.say("b4")).epochId).toEqual(third.epochId);
});
