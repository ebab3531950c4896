import { type Bytes, encodeHex } from "@coterie/bytes";
import { describe, expect, it } from "vitest";
import { EpochFacts, type GrantFact } from "../src/epochs/epoch-facts.ts";
import type { EpochLevel } from "../src/epochs/level-secret.ts";
import { findVoidReason } from "../src/epochs/read-rule.ts";
import { SafeEpochs } from "../src/epochs/safe-epochs.ts";
import { chooseWraps, WriteRule } from "../src/epochs/write-rule.ts";
import { ControlSets, type MemberHistory, type Operation, type RotateOperation } from "../src/index.ts";
import { KeyIndex } from "../src/membership/key-index.ts";
import { addOf, believing, type Person, removeOf, Room, type RoomBlock, updateKeyOf } from "./epochs-room.ts";
import { madeUp } from "./epochs-scene.ts";

/** A room of people who all know everything; the first one made it. */
function roomOf(...names: readonly string[]): { readonly room: Room; readonly people: readonly Person[] } {
  const room = new Room(names.join(" "));
  const people = names.map((name) => room.join(name));
  const [founder, ...others] = people;
  if (founder === undefined) throw new Error("a room has a founder");
  room.write(founder);
  for (const other of others) room.write(founder, [addOf(other)]);
  hear(room, people);
  return { room, people };
}

function hear(room: Room, people: readonly Person[], from: readonly RoomBlock[] = room.blocks): void {
  for (const person of people) room.receive(person, from);
}

function epochOf(block: RoomBlock): string {
  return encodeHex(block.epochId);
}

function isRotate(block: RoomBlock): boolean {
  return block.operations.some(({ kind }) => kind === "rotate");
}

function grantsOf(block: RoomBlock): readonly { readonly identity: Bytes; readonly level: EpochLevel }[] {
  return block.operations.filter((operation) => operation.kind === "grant");
}

describe("the write rule", () => {
  it("writes on in one epoch while nobody goes", () => {
    const { room, people } = roomOf("alice", "bob", "carol");
    const blocks = people.map((person) => room.write(person));
    expect(new Set(room.blocks.map(epochOf)).size).toBe(1);
    expect(blocks.some((block) => isRotate(block) || grantsOf(block).length > 0)).toBe(false);
  });

  it("grants who is added with history the epoch that is there: one grant reaches all before it", () => {
    const { room, people } = roomOf("alice", "bob");
    const [alice, bob] = people as [Person, Person];
    for (let i = 0; i < 5; i++) room.write(alice, [], { rotates: true });
    const dave = room.join("dave");
    const add = room.write(alice, [addOf(dave)]);
    expect(grantsOf(add)).toEqual([expect.objectContaining({ identity: dave.identity, level: "full" })]);
    hear(room, [bob, dave]);
    for (const block of room.blocks) expect(room.read(dave, block)).toBe(`block ${block.id}`);
    expect(grantsOf(room.write(bob))).toEqual([]);
  });

  //  all ── remove carol, dave (no keys move) ── next block: new epoch without them
  it("rotates in the first block after a removal, once for several removals", () => {
    const { room, people } = roomOf("alice", "bob", "carol", "dave");
    const [alice, bob, carol, dave] = people as [Person, Person, Person, Person];
    const removal = room.write(alice, [removeOf(dave), removeOf(carol)]);
    expect(isRotate(removal)).toBe(false);
    hear(room, people);
    const next = room.write(bob);
    expect(isRotate(next)).toBe(true);
    hear(room, people);
    const after = [room.write(alice), room.write(bob)];
    for (const block of after) expect([isRotate(block), epochOf(block)]).toEqual([false, epochOf(next)]);
    for (const gone of [carol, dave]) {
      room.plunder(gone);
      for (const block of [next, ...after]) expect(room.read(gone, block)).toBeUndefined();
      expect(room.read(gone, removal)).toBe(`block ${removal.id}`);
    }
  });

  //  alice ──┬── add dave ──┬── remove dave        dave lacks the epoch of bob, which alice holds
  //          └── bob: new ──┘
  it("grants nothing to whom the block itself removes (F26)", () => {
    const removing = (removes: boolean): readonly RoomBlock[] => {
      const { room, people } = roomOf("alice", "bob");
      const [alice, bob] = people as [Person, Person];
      const dave = room.join("dave");
      room.write(alice, [addOf(dave)]);
      const concurrent = room.write(bob, [], { rotates: true });
      hear(room, [alice]);
      return [concurrent, room.write(alice, removes ? [removeOf(dave)] : [])];
    };
    const [epoch, granting] = removing(false) as [RoomBlock, RoomBlock];
    expect(granting.operations.filter(({ kind }) => kind === "grant")).toEqual([
      expect.objectContaining({ epochId: epoch.epochId }),
    ]);
    expect(removing(true).flatMap(grantsOf)).toEqual([]);
  });

  it("rotates when a member replaces its key, and seals to the new one", () => {
    const { room, people } = roomOf("alice", "bob");
    const [alice, bob] = people as [Person, Person];
    room.write(bob, [updateKeyOf(bob)]);
    hear(room, people);
    const next = room.write(alice);
    expect(isRotate(next)).toBe(true);
    const stolen = bob.keys.splice(0, 1);
    hear(room, [bob]);
    expect(room.read(bob, next)).toBe(`block ${next.id}`);
    const thief = room.join("thief of bob's old key");
    Object.assign(thief, { identity: bob.identity });
    thief.keys.splice(0, 1, ...stolen);
    room.plunder(thief);
    expect(room.read(thief, next)).toBeUndefined();
  });

  //  A: remove e, R1{a,b,c,d} ─┐
  //                            ├─ R3{a,b,c} by b ─┐
  //  C: remove d, R2{a,b,c,e} ─┘   R3' by c ──────┴─ both read, the greater one is used, the next rotation wraps both
  it("removes two people at once on two sides (16, 18)", () => {
    const { room, people } = roomOf("a", "b", "c", "d", "e");
    const [a, b, c, d, e] = people as [Person, Person, Person, Person, Person];
    room.write(a, [removeOf(e)]);
    const one = room.write(a);
    room.write(c, [removeOf(d)]);
    const two = room.write(c);
    expect([isRotate(one), isRotate(two)]).toEqual([true, true]);
    hear(room, [a, b, c]);
    const three = room.write(b);
    const alsoThree = room.write(c);
    expect([isRotate(three), isRotate(alsoThree)]).toEqual([true, true]);
    hear(room, [a, b, c]);
    const later = room.write(a);
    const alsoLater = room.write(b);
    expect(epochOf(alsoLater)).toBe(epochOf(later));
    expect([epochOf(three), epochOf(alsoThree)]).toContain(epochOf(later));
    const last = room.write(a, [], { rotates: true });
    const rotate = last.operations.find((operation) => operation.kind === "rotate");
    expect(rotate?.wraps.map(({ epochId }) => encodeHex(epochId)).toSorted((x, y) => (x < y ? -1 : 1))).toEqual(
      [epochOf(three), epochOf(alsoThree)].toSorted((x, y) => (x < y ? -1 : 1)),
    );
    for (const gone of [d, e]) {
      room.plunder(gone);
      for (const block of [three, alsoThree, later, alsoLater, last]) expect(room.read(gone, block)).toBeUndefined();
    }
    hear(room, [a, b, c]);
    for (const member of [a, b, c])
      for (const block of room.blocks) expect(room.read(member, block)).toBe(`block ${block.id}`);
  });

  it("hands a member who was added on one side the epoch that was begun on the other (17, 20)", () => {
    for (const history of ["all", "since-join", "snapshot"] as const) {
      const { room, people } = roomOf("alice", "bob", "carol");
      const [alice, bob] = people as [Person, Person];
      const dave = room.join("dave");
      const add = room.write(alice, [addOf(dave, history)]);
      const apart = room.write(bob, [], { rotates: true });
      hear(room, people);
      const merge = room.write(bob);
      hear(room, [...people, dave]);
      const level = history === "all" ? "full" : "control";
      expect(dave.keyring.findLevel(apart.epochId)).toBe(level);
      expect(room.read(dave, merge)).toBe(`block ${merge.id}`);
      expect(room.read(dave, apart)).toBe(history === "all" ? `block ${apart.id}` : undefined);
      expect(room.read(dave, add)).toBe(`block ${add.id}`);
      for (const person of people) expect(room.read(person, merge)).toBe(`block ${merge.id}`);
    }
  });

  it("never chooses the epoch of an admin who was removed meanwhile (19)", () => {
    const { room, people } = roomOf("alice", "bob", "mallory");
    const [alice, bob, mallory] = people as [Person, Person, Person];
    const removal = room.write(alice, [removeOf(mallory)]);
    for (let i = 0; i < 6; i++) room.write(mallory, [], { rotates: true });
    hear(room, [alice, bob]);
    const next = room.write(bob);
    expect(isRotate(next)).toBe(true);
    expect(next.past.has(removal.id)).toBe(true);
    room.plunder(mallory);
    expect(room.read(mallory, next)).toBeUndefined();
    expect(epochOf(room.write(bob))).toBe(epochOf(next));
  });

  it("gives late joiners exactly what their history says (23, D6)", () => {
    const expected: Readonly<Record<MemberHistory, { readonly level: EpochLevel; readonly old: EpochLevel }>> = {
      all: { level: "full", old: "full" },
      snapshot: { level: "snapshot", old: "control" },
      "since-join": { level: "read", old: "control" },
    };
    for (const history of ["all", "snapshot", "since-join"] as const) {
      const { room, people } = roomOf("alice", "bob");
      const [alice, bob] = people as [Person, Person];
      const before = [room.write(alice), room.write(bob, [], { rotates: true })];
      hear(room, people);
      const dave = room.join("dave");
      const add = room.write(alice, [addOf(dave, history)]);
      expect(isRotate(add)).toBe(history !== "all");
      hear(room, people);
      const after = [room.write(bob), room.write(alice, [], { rotates: true })];
      hear(room, [dave]);
      room.plunder(dave);
      const { level, old } = expected[history];
      for (const block of before) expect(dave.keyring.findLevel(block.epochId)).toBe(old);
      for (const block of after) expect(dave.keyring.findLevel(block.epochId)).toBe(level);
      for (const block of before) expect(room.read(dave, block) !== undefined).toBe(history === "all");
      for (const block of [add, ...after]) expect(room.read(dave, block)).toBe(`block ${block.id}`);
      expect(dave.known.size).toBe(room.blocks.length);
    }
  });

  it("lets who joined without history rotate: others then hand on what it could not", () => {
    const { room, people } = roomOf("alice", "bob");
    const [alice, bob] = people as [Person, Person];
    const dave = room.join("dave");
    room.write(alice, [addOf(dave, "since-join")]);
    hear(room, [...people, dave]);
    const rotated = room.write(dave, [], { rotates: true });
    const rotate = rotated.operations.find((operation) => operation.kind === "rotate");
    expect(rotate?.wraps.map(({ full }) => full)).toEqual([undefined]);
    hear(room, people);
    const erin = room.join("erin");
    room.write(bob, [addOf(erin)]);
    hear(room, [erin]);
    for (const block of room.blocks) expect(room.read(erin, block)).toBe(`block ${block.id}`);
  });

  it("grants what the author has where it has less than is due, so that nobody waits to follow the log", () => {
    const { room, people } = roomOf("alice");
    const [alice] = people as [Person];
    const dave = room.join("dave");
    room.write(alice, [addOf(dave, "since-join")]);
    room.receive(dave, room.blocks);
    const erin = room.join("erin");
    const add = room.write(dave, [addOf(erin)]);
    expect(grantsOf(add)).toEqual([expect.objectContaining({ level: "read" })]);
    room.receive(erin, room.blocks);
    expect(erin.known.size).toBe(room.blocks.length);
    expect(room.read(erin, add)).toBe(`block ${add.id}`);
    expect(room.blocks.filter((block) => room.read(erin, block) === undefined)).toEqual(room.blocks.slice(0, 1));
    hear(room, [alice]);
    expect(grantsOf(room.write(alice))).toEqual([expect.objectContaining({ identity: erin.identity, level: "full" })]);
    room.receive(erin, room.blocks);
    for (const block of room.blocks) expect(room.read(erin, block)).toBe(`block ${block.id}`);
  });

  it("hands on what is left where everybody who held more was removed", () => {
    const { room, people } = roomOf("alice", "bob");
    const [alice, bob] = people as [Person, Person];
    const dave = room.join("dave");
    room.write(alice, [addOf(dave, "since-join")]);
    hear(room, [...people, dave]);
    const held = room.write(alice, [], { rotates: true });
    hear(room, [dave]);
    room.write(dave, [removeOf(alice)]);
    room.write(dave, [removeOf(bob)]);
    const erin = room.join("erin");
    room.write(dave, [addOf(erin)]);
    hear(room, [erin]);
    expect(erin.keyring.findLevel(held.epochId)).toBe("read");
    expect(room.read(erin, held)).toBe(`block ${held.id}`);
  });
});

describe("a relay", () => {
  it("finds no secret, identity, sealing key, link or content in what it carries (29, D8)", () => {
    const { room, people } = roomOf("alice", "bob", "carol");
    const [alice, bob, carol] = people as [Person, Person, Person];
    const dave = room.join("dave");
    room.write(alice, [addOf(dave, "since-join")]);
    hear(room, [...people, dave]);
    room.write(bob, [removeOf(carol)]);
    room.write(bob, [], { rotates: true });
    hear(room, [...people, dave]);
    room.write(dave);
    const carried = room.blocks
      .map(({ header, publicPart, encrypted }) => [
        header,
        encrypted.nonce,
        encrypted.control,
        encrypted.content,
        publicPart,
      ])
      .map((parts) => parts.map((part) => encodeHex(part)).join(""))
      .join("");
    const secrets = room.people.flatMap(({ keyring }) =>
      keyring.epochIds().map((epochId) => keyring.findSecret(epochId)?.exposeSecretBytes() ?? epochId),
    );
    expect(secrets.length).toBeGreaterThan(8);
    const known = room.people.flatMap(({ identity, sealingKey }) => [identity, sealingKey]);
    const texts = room.blocks.map(({ id }) => new TextEncoder().encode(`block ${id}`));
    const links = room.blocks.map(({ hash }) => hash);
    for (const bytes of [...secrets, ...known, ...texts, ...links]) expect(carried).not.toContain(encodeHex(bytes));
    // The twin: what it may see is there.
    for (const { author, epochId } of room.blocks)
      for (const bytes of [author.writer, epochId]) expect(carried).toContain(encodeHex(bytes));
  });
});

/** Facts without blocks: control block n is number n; what it saw is given. */
function scene(names: readonly string[]) {
  const sets = new ControlSets();
  const identities = new KeyIndex();
  const facts = new EpochFacts({ sets, identities });
  const safe = new SafeEpochs(facts);
  const person = (name: string): { readonly index: number; readonly identity: Bytes } => {
    const identity = madeUp(`identity of ${name}`);
    return { index: identities.add(identity), identity };
  };
  const id = (name: string): Bytes => madeUp(`epoch ${name}`, 16);
  const rotateOf = (
    to: readonly string[],
    wraps: Readonly<Record<string, "full" | "control">> = {},
  ): RotateOperation => ({
    kind: "rotate",
    recipients: to.map((name) => ({ identity: person(name).identity, level: "full" })),
    wraps: Object.entries(wraps).map(([name, kind]) => ({
      epochId: id(name),
      full: kind === "full" ? new Uint8Array(48) : undefined,
      control: new Uint8Array(48),
    })),
  });
  const rotate = (
    name: string,
    at: {
      readonly control: number;
      readonly sees?: readonly number[];
      readonly by?: string;
      readonly to?: readonly string[];
      readonly wraps?: Readonly<Record<string, "full" | "control">>;
      readonly isVoid?: boolean;
      readonly beside?: readonly Operation[];
    },
  ): void => {
    const operation = rotateOf(at.to ?? names, at.wraps);
    facts.addRotate({
      epochId: id(name),
      control: at.control,
      lamport: at.control + 1,
      past: sets.of(at.sees ?? []),
      author: person(at.by ?? "alice").index,
      operation,
      operations: [...(at.beside ?? []), operation],
      isVoidByItself: at.isVoid ?? false,
    });
  };
  const grant = (
    name: string,
    at: { readonly control: number; readonly sees: readonly number[]; readonly to: string },
  ): GrantFact =>
    facts.addGrant({
      control: at.control,
      past: sets.of(at.sees),
      operation: { kind: "grant", epochId: id(name), identity: person(at.to).identity, level: "full" },
    });
  const membership = (sure: readonly string[], triggers: readonly number[] = [], unsure: readonly string[] = []) => {
    const members = [...sure, ...unsure].map((name) => ({
      ...person(name),
      sealingKey: madeUp(`sealing key of ${name}`),
      history: "all" as const,
      admission: { control: -1 },
    }));
    const indices = new Set(sure.map((name) => person(name).index));
    return {
      isSureAt: (index: number) => indices.has(index),
      isMemberAt: (index: number) => members.some((member) => member.index === index),
      members,
      triggers: sets.of(triggers),
    };
  };
  const isSafe = (
    name: string,
    {
      sees,
      sure = names,
      triggers = [],
      author = "alice",
    }: {
      readonly sees: readonly number[];
      readonly sure?: readonly string[];
      readonly triggers?: readonly number[];
      readonly author?: string;
    },
  ): boolean => {
    const epoch = facts.find(id(name));
    const view = { past: sets.of(sees), membership: membership(sure, triggers), author: person(author).index };
    return epoch !== undefined && safe.isSafe(epoch, view);
  };
  const plan = ({
    sees,
    sure = names,
    author = "alice",
    unsure = [],
    levels,
  }: {
    readonly sees: readonly number[];
    readonly sure?: readonly string[];
    readonly unsure?: readonly string[];
    readonly author?: string;
    readonly levels: Readonly<Record<string, EpochLevel>>;
  }) => {
    const held = {
      revision: 0,
      findLevel: (epochId: Bytes) =>
        Object.entries(levels).find(([name]) => encodeHex(id(name)) === encodeHex(epochId))?.[1],
    };
    const view = {
      past: sets.of(sees),
      membership: membership(sure, [], unsure),
      author: person(author).index,
      held,
      adds: [],
      removes: [],
    };
    return {
      ...new WriteRule({ facts, safe, truth: believing }).plan({ ...view, rotates: false }),
      wraps: chooseWraps({ facts }, view),
    };
  };
  return { sets, identities, facts, safe, person, id, rotate, rotateOf, grant, membership, isSafe, plan };
}

describe("a safe epoch", () => {
  it("is one that the author has seen, that is not void, and that knows of every trigger", () => {
    const { rotate, isSafe } = scene(["alice", "bob"]);
    rotate("k", { control: 1, sees: [0] });
    rotate("v", { control: 2, isVoid: true });
    expect(isSafe("k", { sees: [0, 1] })).toBe(true);
    expect(isSafe("k", { sees: [0] })).toBe(false);
    expect(isSafe("v", { sees: [2] })).toBe(false);
    expect(isSafe("unheard of", { sees: [0, 1] })).toBe(false);
    expect(isSafe("k", { sees: [0, 1], triggers: [0] })).toBe(true);
    expect(isSafe("k", { sees: [0, 1], triggers: [1] })).toBe(true);
    expect(isSafe("k", { sees: [0, 1, 3], triggers: [3] })).toBe(false);
  });

  it("is not one whose own block replaces a key or removes somebody: it was sealed before that", () => {
    const { rotate, isSafe, person } = scene(["alice", "bob"]);
    const { identity } = person("bob");
    const sealingKey = madeUp("a new key");
    const add = { kind: "add", identity, sealingKey, role: "member", history: "since-join" } as const;
    const update = { kind: "update-key", identity, sealingKey, version: 1, signature: new Uint8Array(64) } as const;
    const remove = { kind: "remove", identity, caps: [] } as const;
    for (const [control, { beside, expected }] of [
      { beside: [], expected: true },
      { beside: [add], expected: true },
      { beside: [update], expected: false },
      { beside: [remove], expected: false },
      { beside: [add, update], expected: false },
    ].entries()) {
      rotate(`k${control}`, { control, beside });
      expect(isSafe(`k${control}`, { sees: [control], triggers: [control] })).toBe(expected);
    }
  });

  it("is known to nobody of whom there is doubt but the author", () => {
    const { rotate, isSafe } = scene(["alice", "bob"]);
    rotate("k", { control: 0, to: ["alice", "bob", "mallory"] });
    rotate("m", { control: 1, by: "mallory", to: ["alice", "bob"] });
    for (const name of ["k", "m"]) {
      expect(isSafe(name, { sees: [0, 1] })).toBe(false);
      expect(isSafe(name, { sees: [0, 1], author: "mallory" })).toBe(true);
      expect(isSafe(name, { sees: [0, 1], sure: ["alice", "bob", "mallory"] })).toBe(true);
      expect(isSafe(name, { sees: [0, 1], sure: ["alice"], author: "mallory" })).toBe(false);
    }
  });

  it("is not one that a later epoch of others wraps, directly or over another one", () => {
    const { rotate, isSafe } = scene(["alice", "bob"]);
    rotate("k", { control: 0 });
    rotate("over", { control: 1, wraps: { k: "control" } });
    rotate("above", { control: 2, wraps: { over: "full" }, to: ["alice", "mallory"], isVoid: true });
    expect(isSafe("k", { sees: [0, 1] })).toBe(true);
    expect(isSafe("over", { sees: [0, 1] })).toBe(true);
    expect(isSafe("k", { sees: [0, 1, 2] })).toBe(false);
    expect(isSafe("over", { sees: [0, 1, 2] })).toBe(false);
    expect(isSafe("k", { sees: [0, 2] })).toBe(true);
    expect(isSafe("k", { sees: [0, 1, 2], author: "mallory" })).toBe(true);
  });

  it("comes to an answer about epochs that wrap each other", () => {
    const { rotate, isSafe } = scene(["alice", "bob"]);
    rotate("a", { control: 0, wraps: { b: "full", a: "full" } });
    rotate("b", { control: 1, wraps: { a: "full" } });
    expect(isSafe("a", { sees: [0, 1] })).toBe(true);
    rotate("c", { control: 2, wraps: { b: "full" }, to: ["mallory"] });
    expect(isSafe("a", { sees: [0, 1, 2] })).toBe(false);
  });

  it("is not one that was granted to somebody else, by an author who can have known it", () => {
    const { rotate, grant, isSafe } = scene(["alice", "bob"]);
    rotate("k", { control: 0 });
    grant("k", { control: 1, sees: [0], to: "mallory" });
    grant("k", { control: 2, sees: [], to: "mallory" });
    expect(isSafe("k", { sees: [0, 1] })).toBe(false);
    expect(isSafe("k", { sees: [0, 2] })).toBe(true);
    expect(isSafe("k", { sees: [0] })).toBe(true);
  });

  it("is not one that two rotates begin; its knowers are those of both", () => {
    const { rotate, isSafe } = scene(["alice", "bob"]);
    rotate("below", { control: 0 });
    rotate("k", { control: 1, wraps: { below: "full" } });
    rotate("k", { control: 2, to: ["mallory"] });
    expect(isSafe("k", { sees: [0, 1] })).toBe(true);
    expect(isSafe("k", { sees: [0, 1, 2] })).toBe(false);
    expect(isSafe("below", { sees: [0, 1] })).toBe(true);
    expect(isSafe("below", { sees: [0, 1, 2] })).toBe(false);
    rotate("twice", { control: 3 });
    rotate("twice", { control: 4 });
    for (const sees of [[3], [4]]) expect(isSafe("twice", { sees })).toBe(true);
    expect(isSafe("twice", { sees: [3, 4] })).toBe(false);
  });
});

describe("the read rule (22)", () => {
  const judge = (
    room: ReturnType<typeof scene>,
    block: {
      readonly wraps?: Readonly<Record<string, "full" | "control">>;
      readonly epoch: string;
      readonly author?: string;
      readonly to?: readonly string[];
      readonly adds?: readonly string[];
      readonly sees: readonly number[];
    },
  ): string | undefined =>
    findVoidReason(room, {
      epochId: room.id(block.epoch),
      author: block.author === "nobody" ? undefined : room.person(block.author ?? "alice").index,
      past: room.sets.of(block.sees),
      membership: room.membership(["alice", "bob"]),
      rotate: block.to && room.rotateOf(block.to, block.wraps),
      adds: (block.adds ?? []).map((name) => room.person(name).index),
    });

  it("lets stand what an honest program writes", () => {
    const room = scene(["alice", "bob"]);
    expect(judge(room, { epoch: "k", to: ["alice", "bob"], sees: [] })).toBeUndefined();
    room.rotate("k", { control: 0 });
    expect(judge(room, { epoch: "k", sees: [0] })).toBeUndefined();
    expect(judge(room, { epoch: "l", to: ["alice", "bob", "carol"], adds: ["carol"], sees: [0] })).toBeUndefined();
    expect(judge(room, { epoch: "m", to: ["alice", "bob", "mallory"], author: "mallory", sees: [0] })).toBeUndefined();
  });

  it("refuses an unsafe or unknown epoch, recipients who are others, an epoch begun again, and writers who are nobody", () => {
    const room = scene(["alice", "bob", "mallory"]);
    room.rotate("k", { control: 0 });
    expect(judge(room, { epoch: "k", sees: [0] })).toBe("unsafe-epoch");
    expect(judge(room, { epoch: "k", sees: [] })).toBe("unsafe-epoch");
    expect(judge(room, { epoch: "unheard of", sees: [0] })).toBe("unsafe-epoch");
    expect(judge(room, { epoch: "l", to: ["alice", "bob", "mallory"], sees: [0] })).toBe("rotates-to-others");
    expect(judge(room, { epoch: "k", to: ["alice"], sees: [0] })).toBe("epoch-begun-twice");
    expect(judge(room, { epoch: "k", to: ["alice"], sees: [] })).toBeUndefined();
    expect(judge(room, { epoch: "l", to: ["alice"], wraps: { k: "full" }, sees: [0] })).toBeUndefined();
    expect(judge(room, { epoch: "l", to: ["alice"], wraps: { k: "full" }, sees: [] })).toBe("wraps-unknown");
    for (const name of ["unheard of", "l"]) {
      const wraps = { k: "full", [name]: "control" } as const;
      expect(judge(room, { epoch: "l", to: ["alice"], wraps, sees: [0] })).toBe("wraps-unknown");
    }
    expect(judge(room, { epoch: "l", to: ["alice"], author: "nobody", sees: [0] })).toBe("not-a-writer");
  });
});

describe("a plan", () => {
  it("takes the safe epoch with the greatest lamport that the author can write in", () => {
    const room = scene(["alice", "bob"]);
    for (const [control, name] of ["a", "b", "c"].entries()) room.rotate(name, { control });
    const sees = [0, 1, 2];
    const choose = (levels: Readonly<Record<string, EpochLevel>>): string | undefined => {
      const plan = room.plan({ sees, levels });
      return plan.kind === "write" ? encodeHex(plan.epochId) : undefined;
    };
    expect(choose({ a: "full", b: "full", c: "full" })).toBe(encodeHex(room.id("c")));
    expect(choose({ a: "full", b: "read", c: "control" })).toBe(encodeHex(room.id("b")));
    expect(choose({ a: "control" })).toBeUndefined();
    room.facts.markIncomplete(room.id("c"), { missing: [room.person("bob").identity], falseWraps: [] });
    expect(choose({ a: "full", b: "full", c: "full" })).toBe(encodeHex(room.id("b")));
  });

  it("wraps what no other wrapped epoch reaches as well as the author could", () => {
    const room = scene(["alice", "bob"]);
    room.rotate("a", { control: 0 });
    room.rotate("b", { control: 1, wraps: { a: "full" } });
    room.rotate("c", { control: 2, wraps: { b: "control" } });
    const wrapped = (levels: Readonly<Record<string, EpochLevel>>): readonly string[] =>
      room.plan({ sees: [0, 1, 2], levels }).wraps.map(({ epoch, isFull }) => {
        const { epochId } = room.facts.get(epoch);
        const name = ["a", "b", "c"].find((each) => encodeHex(room.id(each)) === encodeHex(epochId));
        return `${name} ${isFull ? "full" : "control"}`;
      });
    expect(wrapped({ a: "full", b: "full", c: "full" })).toEqual(["c full", "b full"]);
    expect(wrapped({ a: "full", b: "read", c: "full" })).toEqual(["c full", "a full"]);
    expect(wrapped({ a: "control", b: "read", c: "read" })).toEqual(["c control"]);
    expect(wrapped({ a: "control", b: "control" })).toEqual(["b control"]);
    room.facts.markIncomplete(room.id("b"), { missing: [], falseWraps: [room.id("a")] });
    expect(wrapped({ a: "full", b: "full", c: "full" })).toEqual(["c full", "b full", "a full"]);
  });

  it("grants what was found to be missing or false, and what was granted falsely (F17)", () => {
    const room = scene(["alice", "bob"]);
    room.rotate("a", { control: 0 });
    room.rotate("b", { control: 1, wraps: { a: "full" }, sees: [0] });
    const given = room.grant("a", { control: 2, sees: [0, 1], to: "bob" });
    room.rotate("good", { control: 3, sees: [0, 1, 2] });
    const levels = { a: "full", b: "full", good: "full" } as const;
    const granted = (saw: readonly number[], sees = [...saw, 3]): readonly string[] =>
      room.plan({ sees, levels }).grants.map((due) => `${encodeHex(due.epochId)} ${encodeHex(due.identity)}`);
    expect(granted([0, 1])).toEqual([]);
    const toBob = (name: string): string => `${encodeHex(room.id(name))} ${encodeHex(room.person("bob").identity)}`;
    const { identity } = room.person("bob");
    room.facts.markIncomplete(room.id("a"), { missing: [identity], falseWraps: [] });
    expect(granted([0, 1])).toEqual([]);
    expect(granted([0])).toEqual([toBob("a")]);
    room.facts.markIncomplete(room.id("b"), { missing: [identity], falseWraps: [room.id("a")] });
    expect(granted([0, 1])).toEqual([toBob("b"), toBob("a")]);
    expect(granted([0, 1, 2])).toEqual([toBob("b")]);
    room.facts.markFalseGrant(given);
    expect(granted([0, 1, 2])).toEqual([toBob("b"), toBob("a")]);
    // Without an epoch that is good there is a new one, which wraps both: nobody needs a grant.
    expect(granted([0, 1, 2], [0, 1, 2])).toEqual([]);
  });

  it("remembers that nobody is due anything, until members, facts, levels or the past are others", () => {
    const room = scene(["alice"]);
    room.rotate("a", { control: 0 });
    room.rotate("b", { control: 1, sees: [0], wraps: { a: "full" } });
    const rule = new WriteRule({ ...room, truth: believing });
    let revision = 0;
    let levelOfA: EpochLevel | undefined = "full";
    const held = {
      get revision() {
        return revision;
      },
      findLevel: (epochId: Bytes): EpochLevel | undefined =>
        encodeHex(epochId) === encodeHex(room.id("a")) ? levelOfA : "full",
    };
    const [few, more] = [room.membership(["alice"]), room.membership(["alice", "bob"])];
    const due = (sees: readonly number[], membership: typeof few): readonly string[] => {
      const view = { past: room.sets.of(sees), membership, author: room.person("alice").index, held };
      return rule
        .plan({ ...view, adds: [], removes: [], rotates: false })
        .grants.map(({ epochId }) => encodeHex(epochId));
    };
    const [a, b] = ["a", "b"].map((name) => encodeHex(room.id(name)));
    expect(due([0, 1], few)).toEqual([]);
    expect(due([0, 1], few)).toEqual([]);
    expect(due([0, 1], more)).toEqual([b]);
    expect(due([0, 1], few)).toEqual([]);
    expect(due([0], more)).toEqual([a]);
    expect(due([0, 1], few)).toEqual([]);
    room.facts.markIncomplete(room.id("b"), { missing: [], falseWraps: [room.id("a")] });
    room.rotate("c", { control: 2, sees: [0, 1], to: ["alice", "bob"], wraps: { b: "full" } });
    expect(due([0, 1, 2], few)).toEqual([]);
    levelOfA = undefined;
    expect(due([0, 1, 2], more)).toEqual([]);
    levelOfA = "full";
    expect(due([0, 1, 2], more)).toEqual([]);
    revision += 1;
    expect(due([0, 1, 2], more)).toEqual([a]);
  });

  it("seals a new epoch to all who are sure, and to the author, of whom there may be doubt", () => {
    const room = scene(["alice", "bob"]);
    const plan = room.plan({ sees: [], author: "carol", sure: ["alice", "bob"], unsure: ["carol"], levels: {} });
    const names = ["alice", "bob", "carol"].map((name) => encodeHex(room.person(name).identity));
    expect(plan.kind === "rotate" && plan.recipients.map(({ identity }) => encodeHex(identity))).toEqual(names);
  });
});
