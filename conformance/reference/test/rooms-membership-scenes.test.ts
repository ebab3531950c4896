import { describe, expect, it } from "vitest";
import type { Rules } from "../src/rooms/rules.ts";
import { add, Scene } from "./rooms-scene.ts";

const admin = { role: "admin" } as const;

/** Everybody is an admin, in this order of seniority; the first one founded the room and alone makes blocks final. */
function room(people: readonly string[], rules: Partial<Rules> = {}): Scene {
  const scene = new Scene(people, { epoch: "none", ...rules });
  const [founder = "", ...others] = people;
  for (const identity of others) scene.writes(founder, add(identity, admin));
  scene.tellAll();
  return scene;
}

describe("members of rooms, in scenes (docs/protocol/rooms.md §5)", () => {
  /*  b: remove c   |   c: remove b   */
  it("keeps the senior of two who remove each other, decided or not", () => {
    const scene = room(["z", "b", "c"]);
    scene.writes("b", scene.removal("c", "b"));
    scene.writes("c", scene.removal("b", "c"));
    scene.tell("b", "c");
    expect([...scene.peer("c").state.members.keys()]).toEqual(["z", "b"]);
    scene.tellAll();
    scene.acknowledges("z");
    expect(scene.members()).toEqual(["b*", "z*"]);
  });

  /*  b: remove c   |   c: remove d   |   d: remove b   */
  it("keeps the most senior of three who remove each other in a circle, and whom the removed one removed", () => {
    const scene = room(["z", "b", "c", "d"]);
    scene.writes("b", scene.removal("c", "b"));
    scene.writes("c", scene.removal("d", "c"));
    scene.writes("d", scene.removal("b", "d"));
    scene.tellAll();
    expect(scene.members()).toEqual(["b*", "d*", "z*"]);
  });

  /*
   *  a: remove b   |   b: remove c   |   c: remove a
   *
   * If a leaves out the void block of b, no circle is left in its past: c's removal of a holds there, and a is nobody.
   */
  it("lets the senior write on: blocks with a restriction that may still hold are linked to (F21)", () => {
    const play = (rules: Partial<Rules>): boolean => {
      const scene = room(["z", "a", "b", "c"], rules);
      scene.writes("a", scene.removal("b", "a"));
      scene.writes("b", scene.removal("c", "b"));
      scene.writes("c", scene.removal("a", "c"));
      scene.tellAll();
      expect(scene.members()).toEqual(["a*", "c*", "z*"]);
      return scene.peer("a").position() !== undefined;
    };
    expect({ ours: play({}), rival: play({ leavesOut: "void" }) }).toEqual({ ours: true, rival: false });
  });

  /*
   *  z: remove m -- final
   *  m: remove b             (old links)
   */
  it("gives nobody a say whose removal is decided, not even to cast doubt (F4)", () => {
    const play = (rules: Partial<Rules>): readonly string[] => {
      const scene = room(["z", "m", "b"], rules);
      scene.writes("z", scene.removal("m", "z"));
      scene.acknowledges("z");
      scene.writes("m", scene.removal("b", "m"));
      scene.tellAll();
      expect(scene.members()).toEqual(["b*", "z*"]);
      return scene.sure();
    };
    expect({ ours: play({}), rival: play({ aboveDecidedCap: "undecided" }) }).toEqual({
      ours: ["b", "z"],
      rival: ["z"],
    });
  });

  /*
   *  b: remove m               m is senior to b
   *  m: remove b, add s        (before it hears)
   */
  it("lets a senior strike back until the removal is decided, and never after", () => {
    const early = room(["z", "m", "b", "s"]);
    early.writes("b", early.removal("m", "b"));
    early.writes("m", early.removal("b", "m"), add("s", admin));
    early.tellAll();
    expect(early.members()).toEqual(["m*", "s*", "z*"]);
    const late = room(["z", "m", "b"]);
    late.writes("b", late.removal("m", "b"));
    late.tell("b", "z");
    late.acknowledges("z");
    late.writes("m", late.removal("b", "m"), add("s", admin));
    late.tellAll();
    late.acknowledges("z");
    expect(late.members()).toEqual(["b*", "z*"]);
  });

  /*
   *  m: add s1 -- s1: add s2 -- s2: remove z
   *  z: remove m
   */
  it("takes whole chains of sock puppets away with who began them", () => {
    const scene = new Scene(["z", "m", "s1", "s2"], { epoch: "none" });
    scene.writes("z", add("m", admin));
    scene.tellAll();
    scene.writes("m", add("s1", admin));
    scene.tell("m", "s1");
    scene.writes("s1", add("s2", admin));
    scene.tell("s1", "s2");
    scene.writes("s2", scene.removal("z", "s2"));
    scene.writes("z", scene.removal("m", "z"));
    scene.tellAll();
    expect(scene.members()).toEqual(["z*"]);
    scene.acknowledges("z");
    expect(scene.members()).toEqual(["z*"]);
  });

  /*
   *  z: demote d
   *  b: promote d (later)          d: add m
   */
  it("does not give power back by a promotion that knows nothing of the demotion (F5)", () => {
    const play = (rules: Partial<Rules>): Scene => {
      const scene = room(["z", "b", "d"], rules);
      scene.writes("z", scene.demotion("d", "z"));
      for (let i = 0; i < 3; i++) scene.writes("b");
      scene.writes("b", { kind: "role", identity: "d", role: "admin", caps: new Map() });
      scene.writes("d", add("m"));
      scene.tellAll();
      return scene;
    };
    expect(play({}).members()).toEqual(["b*", "d", "z*"]);
    expect(play({ demotion: "last in order" }).members()).toContain("d*");
    const scene = play({});
    scene.writes("z", { kind: "role", identity: "d", role: "admin", caps: new Map() });
    scene.tellAll();
    scene.writes("d", add("m"));
    scene.tellAll();
    expect(scene.members()).toEqual(["b*", "d*", "m", "z*"]);
  });

  /*  y: add b -- m: remove y, accepting nothing of y   */
  it("does not let a removal cut off what its author has seen (F6)", () => {
    const play = (rules: Partial<Rules>): string[] => {
      const scene = room(["z", "y", "m"], rules);
      scene.writes("y", add("b"));
      scene.tell("y", "m");
      scene.writes("m", { kind: "remove", identity: "y", caps: new Map() });
      scene.tellAll();
      return scene.members();
    };
    const rival = play({ caps: "as written" });
    expect({ ours: play({}), rival }).toEqual({ ours: ["b", "m*", "z*"], rival: ["m*", "z*"] });
  });

  /*
   *  z: remove m -- add m again -- m: writes with a new writer
   *  b: add m                        (knows nothing of the removal)
   */
  it("admits again who is added after a removal, and nobody by an add that did not know it", () => {
    const scene = new Scene(["z", "b", "m"], { epoch: "none" });
    scene.writes("z", add("b", admin), add("m", admin));
    scene.tellAll();
    scene.writes("m");
    scene.tell("m", "z");
    const removed = scene.writes("z", scene.removal("m", "z"));
    scene.writes("b", add("m"));
    scene.tellAll();
    expect(scene.members()).toEqual(["b*", "z*"]);
    scene.writes("z", add("m"));
    scene.tellAll();
    expect(scene.members()).toEqual(["b*", "m", "z*"]);
    expect(scene.peer("m").position()).toBeUndefined();
    scene.renewWriter("m");
    const again = scene.writes("m");
    expect(again.past.has(removed)).toBe(true);
    expect(scene.room.isVoidByItself(again)).toBe(false);
  });

  /*  m: add s -- m: leaves   */
  it("keeps what somebody did who leaves", () => {
    const scene = room(["z", "m"]);
    scene.writes("m", add("s"));
    scene.writes("m", { kind: "remove", identity: "m", caps: new Map() });
    scene.tellAll();
    expect(scene.members()).toEqual(["s", "z*"]);
  });
});
