/** Random histories of a room, and what has to hold in all of them (security bar D4). */
import { encodeHex } from "@coterie/bytes";
import { expect } from "vitest";
import type { MemberHistory } from "../src/index.ts";
import { addOf, Person, removeOf, Room, type RoomBlock, updateKeyOf } from "./epochs-room.ts";

const histories: readonly MemberHistory[] = ["all", "all", "since-join", "snapshot"];

/** Some tens of steps of people who write, add, remove, replace keys and hear from each other now and then. */
function playAtRandom(seed: string, steps: number): Room {
  const room = new Room(seed);
  const { random } = room;
  const pick = (people: readonly Person[]): Person => {
    const picked = people[random.below(people.length)];
    if (picked === undefined) throw new Error("nobody to pick");
    return picked;
  };
  const founder = room.join("person 0");
  room.write(founder);
  for (let step = 0; step < steps; step++) {
    const writer = pick(room.people);
    const set = room.sets.of([...writer.known].flatMap((id) => room.blocks[id]?.control ?? []));
    const isMember = room.admissionAt(writer.identity, set) !== undefined;
    const absent = room.people.filter(({ identity }) => room.admissionAt(identity, set) === undefined);
    const others = room.people.filter((person) => person !== writer && !absent.includes(person));
    const dice = random.below(20);
    if (dice < 8)
      room.receive(
        writer,
        [...pick(room.people).known].flatMap((id) => room.blocks[id] ?? []),
      );
    else if (!isMember) continue;
    else if (dice < 11) {
      const person =
        absent.length > 0 && random.below(2) === 0 ? pick(absent) : room.join(`person ${room.people.length}`);
      room.write(writer, [addOf(person, histories[random.below(histories.length)])]);
    } else if (dice < 13 && others.length > 1) room.write(writer, [removeOf(pick(others))]);
    else if (dice < 14) room.write(writer, [updateKeyOf(writer)]);
    else if (dice < 15) room.write(writer, [], { rotates: true });
    else room.write(writer);
  }
  return room;
}

/** Everybody hears everything and writes, until nobody has anything to hand on. */
function settle(room: Room): readonly Person[] {
  for (let round = 0; round < 4; round++)
    for (const person of room.people) {
      room.receive(person, room.blocks);
      if (membersNow(room, person).includes(person)) room.write(person);
    }
  for (const person of room.people) room.receive(person, room.blocks);
  // Two who removed each other, each with those whom it added, can leave two halves that cannot open each other's epochs.
  const remaining = room.people.filter((person) => membersNow(room, person).includes(person));
  const knowsMost = remaining.toSorted((x, y) => y.known.size - x.known.size)[0];
  if (knowsMost === undefined) return [];
  const members = membersNow(room, knowsMost);
  return remaining.filter((person) => members.includes(person));
}

function membersNow(room: Room, viewer: Person): readonly Person[] {
  const set = room.sets.of([...viewer.known].flatMap((id) => room.blocks[id]?.control ?? []));
  return room.people.filter(({ identity }) => room.admissionAt(identity, set) !== undefined);
}

/** Whether the policy lets somebody read a block: a member by what its author knew, or somebody added who may read what was before. */
function mayRead(room: Room, { identity }: Person, block: RoomBlock): boolean {
  if (room.admissionAt(identity, block.pastSet) !== undefined) return true;
  const rotate = room.blocks.find(
    ({ epochId, operations }) =>
      encodeHex(epochId) === encodeHex(block.epochId) && operations.some(({ kind }) => kind === "rotate"),
  );
  return room.controls.some(({ control, operations }) =>
    operations.some((op) => {
      if (op.kind !== "add" || encodeHex(op.identity) !== encodeHex(identity)) return false;
      if (op.history === "all" || rotate === undefined || control === undefined) return true;
      return rotate.control === control || room.sets.has(rotate.pastSet, control);
    }),
  );
}

/** Plays, settles and checks; gives how many blocks there were. A failure names the seed. */
export function playAndCheck(seed: string, steps: number): number {
  const room = playAtRandom(seed, steps);
  try {
    check(room);
  } catch (error) {
    throw new Error(`with seed ${seed}`, { cause: error });
  }
  return room.blocks.length;
}

/** Whoever stole the keys that members have replaced opens nothing that was written in knowledge of that. */
function checkOldKeys(room: Room): void {
  for (const person of room.people) {
    for (const [version, stolen] of person.keys.slice(0, -1).entries()) {
      const thief = new Person(person.name, room.logId);
      thief.keys.splice(0, 1, stolen);
      room.plunder(thief);
      const isReplaced = ({ pastSet }: RoomBlock): boolean =>
        room.controls.some(
          ({ control, author, operations }) =>
            control !== undefined &&
            author === person &&
            room.sets.has(pastSet, control) &&
            operations.some((operation) => operation.kind === "update-key" && operation.version > version),
        );
      for (const block of room.blocks) if (isReplaced(block)) expect(room.read(thief, block)).toBeUndefined();
    }
  }
}

function check(room: Room): void {
  const members = settle(room);
  const [first] = members;
  if (first === undefined) return;
  // A block whose epoch only removed people hold stays closed to the others, with everything that builds on it.
  const open = room.blocks.filter(({ id }) => members.some(({ known }) => known.has(id)));
  expect(open.filter(({ voidReason }) => voidReason !== undefined)).toEqual([]);
  for (const member of members) expect(member.known.symmetricDifference(first.known)).toEqual(new Set());
  const set = room.sets.of(open.flatMap(({ control }) => control ?? []));
  for (const member of members) {
    const { history, control } = room.admissionAt(member.identity, set) ?? { history: "since-join", control: -1 };
    for (const block of open) {
      // What nobody of those who are left can read, nobody can hand on.
      const isDue = history === "all" || room.sets.has(block.pastSet, control);
      const isHeld = members.some((other) => room.read(other, block) !== undefined);
      if (isDue && isHeld) expect(room.read(member, block)).toBe(`block ${block.id}`);
    }
  }
  const chosen = members.map((member) => encodeHex(room.write(member).epochId));
  expect(new Set(chosen).size).toBe(1);
  checkOldKeys(room);
  for (const thief of room.people) {
    room.plunder(thief);
    for (const block of room.blocks) {
      const found = room.read(thief, block);
      if (found !== undefined) expect(mayRead(room, thief, block)).toBe(true);
    }
  }
}
