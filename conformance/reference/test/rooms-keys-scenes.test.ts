import { describe, expect, it } from "vitest";
import type { Rules } from "../src/rooms/rules.ts";
import { add, Scene } from "./rooms-scene.ts";
import { both } from "./rooms-scene-checks.ts";

const admin = { role: "admin" } as const;

describe("keys of rooms, in scenes (docs/protocol/rooms.md §7)", () => {
  /*
   *  a: add m, since join, new epoch ----------.
   *                                             b: writes on
   *  b: remove c -- new epoch -- b -- b -------'
   *
   * The epoch of b is later, and safe as far as members go; but m is not due its content.
   */
  it("lets who joins without history read what is written in knowledge of the add (F1)", () => {
    const play = (rules: Partial<Rules>): Scene => {
      const scene = new Scene(["a", "b", "c", "m"], rules);
      scene.writes("a", add("b", admin), add("c"));
      scene.tellAll();
      scene.writes("a", add("m", { history: "since join" }));
      scene.writes("b", scene.removal("c", "b"));
      for (let i = 0; i < 2; i++) scene.writes("b");
      scene.tell("a", "b");
      scene.writes("b");
      scene.tellAll();
      return scene;
    };
    expect(both(play, { lateJoiners: "ignored" })).toEqual({ ours: [], rivals: ["m lacks 01a", "m lacks 05b"] });
  });

  /*
   *  x: add m ---------.
   *                     t: new epoch without x and m -- t: writes
   *  y: remove x ------'   \
   *                         g: is m a member? grants m the epoch
   *  w: remove y ----------'
   *  z: remove w
   *
   * At last w's removal of y is void and y's of x holds: m never was a member.
   */
  it("does not take for sure whom somebody in doubt has added (F2)", () => {
    const play = (rules: Partial<Rules>): Scene => {
      const scene = new Scene(["z", "w", "y", "x", "t", "g", "m"], rules);
      scene.writes("z", add("w", admin), add("y", admin), add("x", admin), add("t"), add("g"));
      scene.tellAll();
      scene.writes("x", add("m"));
      scene.writes("y", scene.removal("x", "y"));
      scene.writes("w", scene.removal("y", "w"));
      scene.writes("z", scene.removal("w", "z"));
      scene.tell("x", "t");
      scene.tell("y", "t");
      scene.writes("t");
      scene.tell("t", "g");
      scene.tell("w", "g");
      scene.writes("t");
      scene.writes("g");
      scene.tellAll();
      scene.writes("z");
      scene.tellAll();
      return scene;
    };
    const { ours, rivals } = both(play, { doubt: "own removals" });
    expect(ours).toEqual([]);
    expect(rivals).toEqual(["m reads 05t", "m reads 06t", "m reads 07g"]);
  });

  /*
   *  x: add m, grants m the epoch
   *  z: demote x -- t: writes
   */
  it("rotates after a demotion, which makes adds void like a removal (F3)", () => {
    const play = (rules: Partial<Rules>): Scene => {
      const scene = new Scene(["z", "x", "t", "m"], rules);
      scene.writes("z", add("x", admin), add("t"));
      scene.tellAll();
      scene.writes("x", add("m"));
      scene.writes("z", scene.demotion("x", "z"));
      scene.tell("z", "t");
      scene.writes("t");
      scene.tellAll();
      return scene;
    };
    expect(both(play, { triggers: "removals" })).toEqual({ ours: [], rivals: ["m reads 03t"] });
  });

  /*
   *  a: remove p
   *  p: remove a -- p: new epoch for p and s, who joined late -- s: hears of both and writes
   *
   * a is due everything, s has the epoch of p at level read alone.
   */
  it("grants as much as one has, so that others can follow (F9)", () => {
    const play = (rules: Partial<Rules>): Scene => {
      const scene = new Scene(["a", "p", "s"], rules);
      scene.writes("a", add("p", admin), add("s", { history: "since join" }));
      scene.tellAll();
      scene.writes("a", scene.removal("p", "a"));
      scene.writes("p", scene.removal("a", "p"));
      scene.writes("p");
      scene.tell("p", "s");
      scene.writes("s");
      scene.tell("a", "s");
      scene.writes("s");
      scene.tellAll();
      return scene;
    };
    const { ours, rivals } = both(play, { grants: "what is due or nothing" });
    expect(ours).toEqual([]);
    expect(rivals).toContain("a lacks 03p");
  });

  /*
   *  a: remove c -- p: new key, new epoch -- p: writes
   *
   * The epoch is sealed to the keys of what was before its block.
   */
  it("does not count an update as known to the rotation in its own block (F20)", () => {
    const play = (rules: Partial<Rules>): Scene => {
      const scene = new Scene(["a", "p", "c"], rules);
      scene.writes("a", add("p"), add("c"));
      scene.tellAll();
      scene.writes("a", scene.removal("c", "a"));
      scene.tell("a", "p");
      scene.writes("p", { kind: "update key", identity: "p", version: 1 });
      scene.writes("p");
      scene.tellAll();
      return scene;
    };
    expect(both(play, { ownUpdates: "known" })).toEqual({ ours: [], rivals: ["version 0 of p opens 03p"] });
  });

  /*
   *  p: new key ------------------.
   *  q: revoke p's writer --------- t: writes
   */
  it("seals to the newest key that was signed, in whatever block (F18)", () => {
    const play = (rules: Partial<Rules>): Scene => {
      const scene = new Scene(["a", "p", "q", "t"], rules);
      scene.writes("a", add("p"), add("q", admin), add("t"));
      scene.tellAll();
      const first = scene.writes("p");
      scene.tellAll();
      scene.writes("p", { kind: "update key", identity: "p", version: 1 });
      scene.writes("q", { kind: "revoke writer", writer: "p.0", cap: first });
      scene.tell("p", "t");
      scene.writes("t");
      scene.tell("q", "t");
      scene.writes("t");
      scene.tellAll();
      return scene;
    };
    expect(both(play, { keys: "not void" })).toEqual({
      ours: [],
      rivals: ["version 0 of p opens 04t", "version 0 of p opens 05t"],
    });
  });
});
