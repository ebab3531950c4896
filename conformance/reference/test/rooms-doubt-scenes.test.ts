import { describe, expect, it } from "vitest";
import { shouldAcknowledge } from "../src/rooms/acknowledging.ts";
import { type Block, control, type Operation } from "../src/rooms/blocks.ts";
import { rotateOf } from "../src/rooms/epochs.ts";
import type { Rules } from "../src/rooms/rules.ts";
import { leaksIn, missingIn } from "./rooms-checks.ts";
import { add, Scene } from "./rooms-scene.ts";

const admin = { role: "admin" } as const;
const everybody = ["a", "b", "c", "d", "m"] as const;
const honest = ["a", "b", "c", "d"] as const;

/** Everybody has written once; the first ones are the indexers, all admins; everything is final. */
function room(indexers: number, rules: Partial<Rules> = {}): Scene {
  const scene = new Scene(everybody, rules);
  scene.writes("a", ...everybody.slice(1).map((identity) => add(identity, admin)));
  scene.tellAll();
  for (const identity of everybody) scene.writes(identity);
  scene.tellAll();
  scene.writes("a", { kind: "set indexers", writers: everybody.slice(0, indexers).map((one) => `${one}.0`) });
  settle(scene);
  return scene;
}

/** Everybody hears everything and acknowledges until there is silence. */
function settle(scene: Scene, who: readonly string[] = everybody): void {
  for (let isSilent = false; !isSilent; ) {
    scene.tellAll();
    isSilent = true;
    for (const identity of who) {
      const peer = scene.peer(identity);
      const at = peer.position();
      if (at === undefined || !shouldAcknowledge(scene.room, peer.applied, { writer: peer.writer, at })) continue;
      scene.acknowledges(identity);
      isSilent = false;
    }
  }
}

/** All who are called write before they hear of one another, then all hear. */
function writeAll(scene: Scene, who: readonly string[]): Block[] {
  const written = who.map((identity) => scene.writes(identity));
  scene.tellAll();
  return written;
}

function doubtsOf(scene: Scene, who: string): string[] {
  const { members, sure } = scene.peer(who).state;
  return [...members.keys()].filter((identity) => !sure.has(identity));
}

/*
 *  a: remove m
 *  m: remove b, c, d, a        (before it hears)
 */
function attack(scene: Scene): void {
  scene.writes("a", scene.removal("m", "a"));
  const removals: Operation[] = ["b", "c", "d", "a"].map((identity) => scene.removal(identity, "m"));
  scene.writes("m", ...removals);
  scene.tellAll();
}

describe("members in doubt (R1; docs/protocol/rooms.md §5.3, §7)", () => {
  it.each([2, 3, 4])("follow and acknowledge, so that the doubt ends: %i indexers", (indexers) => {
    const play = (rules: Partial<Rules>): { doubts: string[]; open: number; wrong: unknown[] } => {
      const scene = room(indexers, rules);
      attack(scene);
      for (let round = 0; round < 4; round++) {
        settle(scene, honest);
        writeAll(scene, honest);
      }
      settle(scene, honest);
      const final = new Set(scene.room.commitsIn(scene.peer("a").applied).flatMap(({ segment }) => segment));
      const open = [...scene.blocks].filter((block) => block.hasContent && block.writer !== "m.0" && !final.has(block));
      const wrong = [...leaksIn(scene), ...missingIn(scene)];
      return { doubts: [...new Set(honest.flatMap((one) => doubtsOf(scene, one)))], open: open.length, wrong };
    };
    expect(play({})).toEqual({ doubts: [], open: 0, wrong: [] });
    expect(play({ inDoubt: "control, if indexers" })).toEqual({ doubts: [], open: 0, wrong: [] });
    const stalled = play({ inDoubt: "nothing" });
    expect(stalled.doubts).toEqual(["a", "b", "c", "d"]);
    expect(stalled.open).toBeGreaterThan(10);
  });

  it("ends at once, and for everybody, with one indexer", () => {
    const scene = room(1);
    attack(scene);
    settle(scene, honest);
    expect(honest.flatMap((one) => doubtsOf(scene, one))).toEqual([]);
  });

  it("read nothing that is written in knowledge of the doubt before it has ended, then all of it", () => {
    const scene = room(3);
    attack(scene);
    const written = writeAll(scene, honest);
    for (const [i, identity] of honest.entries())
      for (const [j, { epoch }] of written.entries())
        expect(scene.peer(identity).known.get(epoch)).toBe(i === j ? 4 : control);
    settle(scene, honest);
    writeAll(scene, honest);
    for (const identity of honest)
      for (const { epoch } of written) expect(scene.peer(identity).known.get(epoch)).toBe(4);
  });

  it("write in an epoch each, and rotate no more, however long the doubt lasts", () => {
    const scene = room(3);
    attack(scene);
    const rotations = Array.from({ length: 4 }, () =>
      writeAll(scene, honest).filter((block) => rotateOf(block) !== undefined),
    );
    expect(rotations.map(({ length }) => length)).toEqual([4, 0, 0, 0]);
  });

  /*
   *  d: remove c     c: writes, and all but b hear of it
   *  b: remove d     (b is senior to d: c stays, in doubt)
   *
   * Then the removal of c is decided without b's.
   */
  it("lose the control of what is written next if the doubt ends badly, by one rotation", () => {
    const scene = room(1);
    scene.writes("d", scene.removal("c", "d"));
    scene.writes("b", scene.removal("d", "b"));
    scene.tell("d", "b");
    expect(doubtsOf(scene, "b")).toEqual(["c"]);
    const inDoubt = scene.writes("b");
    expect(rotateOf(inDoubt)?.recipients.get("c")?.level).toBe(control);
    // The indexer hears of the first removal alone: it is decided, and that of its author comes too late to undo it.
    scene.tell("d", "a");
    scene.acknowledges("a");
    scene.tellAll();
    expect(scene.members()).toEqual(["a*", "b*", "m*"]);
    const next = ["a", "b", "m"].map((identity) => {
      const block = scene.writes(identity);
      scene.tellAll();
      return block;
    });
    expect(next.filter((block) => rotateOf(block) !== undefined)).toHaveLength(1);
    scene.tellAll();
    for (const { epoch } of next) expect(scene.peer("c").known.has(epoch)).toBe(false);
    expect([...leaksIn(scene), ...missingIn(scene)]).toEqual([]);
  });
});
