// Which epochs may be written in where there is doubt about members (docs/protocol/rooms.md §7): who follows, and who reads.
import type { Bytes } from "@coterie/bytes";
import { expect, it } from "vitest";
import { EpochFacts } from "../src/epochs/epoch-facts.ts";
import type { EpochLevel } from "../src/epochs/level-secret.ts";
import { findVoidReason } from "../src/epochs/read-rule.ts";
import { SafeEpochs } from "../src/epochs/safe-epochs.ts";
import { WriteRule } from "../src/epochs/write-rule.ts";
import { ControlSets, type Operation } from "../src/index.ts";
import { KeyIndex } from "../src/membership/key-index.ts";
import { believing } from "./epochs-room.ts";
import { madeUp } from "./epochs-scene.ts";

type Given = Readonly<Record<string, EpochLevel>>;

/** A room in which alice and bob are sure, carol and dave are in doubt, and nobody else is a member. */
function doubtful() {
  const sets = new ControlSets();
  const identities = new KeyIndex();
  const facts = new EpochFacts({ sets, identities });
  const safe = new SafeEpochs(facts);
  const identityOf = (name: string): Bytes => madeUp(`identity of ${name}`);
  const numberOf = (name: string): number => identities.add(identityOf(name));
  const idOf = (epoch: string): Bytes => madeUp(`epoch ${epoch}`, 16);
  let controls = 0;
  const everything = (): number => sets.of(Array.from({ length: controls }, (_, control) => control));
  const rotateOf = (to: Given, wraps: Readonly<Record<string, "full" | "control">>) => ({
    kind: "rotate" as const,
    recipients: Object.entries(to).map(([name, level]) => ({ identity: identityOf(name), level })),
    wraps: Object.entries(wraps).map(([name, kind]) => ({
      epochId: idOf(name),
      full: kind === "full" ? new Uint8Array(48) : undefined,
      control: new Uint8Array(48),
    })),
  });
  const rotate = (
    epoch: string,
    { by = "alice", to, wraps = {} }: { by?: string; to: Given; wraps?: Readonly<Record<string, "full" | "control">> },
  ): void => {
    const operation = rotateOf(to, wraps);
    const at = { control: controls, lamport: controls, past: everything(), author: numberOf(by) };
    facts.addRotate({ ...at, epochId: idOf(epoch), operation, operations: [operation], isVoidByItself: false });
    controls += 1;
  };
  const grant = (epoch: string, to: string, level: EpochLevel): void => {
    const operation = { kind: "grant", epochId: idOf(epoch), identity: identityOf(to), level } as const;
    facts.addGrant({ control: controls, past: everything(), operation });
    controls += 1;
  };
  const members = ["alice", "bob", "carol", "dave"].map((name) => ({
    index: numberOf(name),
    identity: identityOf(name),
    sealingKey: madeUp(`sealing key of ${name}`),
    history: "all" as const,
    admission: { control: -1 },
  }));
  const membership = {
    isSureAt: (index: number) => index === numberOf("alice") || index === numberOf("bob"),
    isMemberAt: (index: number) => members.some((member) => member.index === index),
    members,
    triggers: sets.empty,
  };
  const isSafe = (epoch: string, author = "alice"): boolean =>
    safe.isSafe(facts.find(idOf(epoch)) ?? -1, { past: everything(), membership, author: numberOf(author) });
  const reasonOf = (to: Given, by = "alice"): string | undefined =>
    findVoidReason(
      { facts, safe, identities },
      {
        epochId: idOf("new"),
        author: numberOf(by),
        past: everything(),
        membership,
        rotate: rotateOf(to, {}),
        adds: [],
      },
    );
  const plan = (author: string, { levels, removes = [] }: { levels: Given; removes?: readonly string[] }) => {
    const held = {
      revision: 0,
      findLevel: (epochId: Bytes): EpochLevel | undefined =>
        Object.entries(levels).find(([name]) => idOf(name).join() === epochId.join())?.[1],
    };
    return new WriteRule({ facts, safe, truth: believing }).plan({
      past: everything(),
      membership,
      author: numberOf(author),
      held,
      adds: [],
      removes: removes.map(numberOf),
      rotates: false,
    });
  };
  const namesIn = (given: readonly Pick<Extract<Operation, { kind: "grant" }>, "identity" | "level">[]): Given =>
    Object.fromEntries(
      given.map(({ identity, level }) => [
        ["alice", "bob", "carol", "dave"].find((name) => identityOf(name).join() === identity.join()) ?? "somebody",
        level,
      ]),
    );
  return { rotate, grant, isSafe, reasonOf, plan, namesIn };
}

it("is safe where those in doubt only follow, and where they read it is not", () => {
  for (const level of ["control", "read", "snapshot", "full"] as const) {
    const room = doubtful();
    room.rotate("k", { to: { alice: "full", bob: "full", carol: level } });
    expect(room.isSafe("k")).toBe(level === "control");
    const granted = doubtful();
    granted.rotate("k", { to: { alice: "full", bob: "full" } });
    granted.grant("k", "carol", level);
    expect(granted.isSafe("k")).toBe(level === "control");
    // Whoever is in doubt may write in what it knows itself.
    expect(granted.isSafe("k", "carol")).toBe(true);
  }
});

it("is not safe where somebody follows who is no member", () => {
  const room = doubtful();
  room.rotate("k", { to: { alice: "full", bob: "full" } });
  expect(room.isSafe("k")).toBe(true);
  room.grant("k", "mallory", "control");
  expect(room.isSafe("k")).toBe(false);
});

//  k ◀── full or control ── over: carol has it at some level
it("counts what wraps give exactly: S for who has S, control for all others", () => {
  const reads: Readonly<Record<string, boolean>> = {
    "full full": true,
    "full snapshot": false,
    "full read": false,
    "full control": false,
    "control full": false,
  };
  for (const [how, isRead] of Object.entries(reads)) {
    const [wrap, level] = how.split(" ") as ["full" | "control", EpochLevel];
    const room = doubtful();
    room.rotate("k", { to: { alice: "full", bob: "full" } });
    room.rotate("over", { by: "bob", to: { bob: "full", carol: level }, wraps: { k: wrap } });
    expect(`${how}: ${room.isSafe("k")}`).toBe(`${how}: ${!isRead}`);
    const strange = doubtful();
    strange.rotate("k", { to: { alice: "full", bob: "full" } });
    strange.rotate("over", { by: "bob", to: { bob: "full", mallory: level }, wraps: { k: wrap } });
    expect(strange.isSafe("k")).toBe(false);
  }
});

//  k ◀── full ── carol's own ◀── control ── dave's own: both follow k, neither reads it
it("stays safe under the epochs that those in doubt begin for themselves", () => {
  const room = doubtful();
  room.rotate("k", { to: { alice: "full", bob: "full", carol: "control", dave: "control" } });
  const sure = { alice: "full", bob: "full" } as const;
  room.rotate("carol's", { by: "carol", to: { ...sure, carol: "full", dave: "control" }, wraps: { k: "control" } });
  room.rotate("dave's", {
    by: "dave",
    to: { ...sure, dave: "full", carol: "control" },
    wraps: { "carol's": "control" },
  });
  expect(["k", "carol's", "dave's"].map((epoch) => room.isSafe(epoch))).toEqual([true, false, false]);
  expect(room.isSafe("carol's", "carol")).toBe(true);
  expect(room.isSafe("dave's", "carol")).toBe(false);
  room.rotate("false", { by: "carol", to: { ...sure, carol: "full" }, wraps: { k: "full" } });
  expect(room.isSafe("k")).toBe(false);
});

it("is void by itself where a rotation lets others read than it may, or follow", () => {
  const room = doubtful();
  const sure = { alice: "full", bob: "full" } as const;
  expect(room.reasonOf(sure)).toBeUndefined();
  expect(room.reasonOf({ ...sure, carol: "control" })).toBeUndefined();
  expect(room.reasonOf({ ...sure, carol: "read" })).toBe("rotates-to-others");
  expect(room.reasonOf({ ...sure, carol: "full" }, "carol")).toBeUndefined();
  expect(room.reasonOf({ ...sure, mallory: "control" })).toBe("rotates-to-others");
});

it("seals a new epoch to those in doubt, for following alone, and grants them no more of others", () => {
  const room = doubtful();
  room.rotate("old", { to: { alice: "full", bob: "full" } });
  room.grant("old", "mallory", "control");
  const levels = { old: "full" } as const;
  const plan = room.plan("alice", { levels });
  const all = { alice: "full", bob: "full", carol: "control", dave: "control" };
  expect(plan.kind === "rotate" && room.namesIn(plan.recipients)).toEqual(all);
  // By the wrap they follow the old one as well.
  expect(plan.grants).toEqual([]);
  const own = room.plan("carol", { levels: { old: "control" } });
  expect(own.kind === "rotate" && room.namesIn(own.recipients)).toEqual({ ...all, carol: "full" });
});

it("grants those in doubt the control of an epoch that goes on, save whom the block removes", () => {
  const room = doubtful();
  room.rotate("k", { to: { alice: "full", bob: "full" } });
  const levels = { k: "full" } as const;
  const plan = room.plan("bob", { levels });
  expect(plan.kind).toBe("write");
  expect(room.namesIn(plan.grants)).toEqual({ carol: "control", dave: "control" });
  expect(room.namesIn(room.plan("bob", { levels, removes: ["dave"] }).grants)).toEqual({ carol: "control" });
});

it("grants an author in doubt the control of what only this device knows: its member's other devices follow too", () => {
  const room = doubtful();
  room.rotate("k", { to: { alice: "full", bob: "full" } });
  room.rotate("carol's", { by: "carol", to: { alice: "full", bob: "full", carol: "full", dave: "control" } });
  const plan = room.plan("carol", { levels: { k: "control", "carol's": "full" } });
  expect(plan.kind).toBe("write");
  expect(room.namesIn(plan.grants)).toEqual({ carol: "control", dave: "control" });
});
