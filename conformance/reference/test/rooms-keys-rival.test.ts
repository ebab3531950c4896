import { describe, expect, it } from "vitest";
import type { Rules } from "../src/rooms/rules.ts";
import { add, Scene } from "./rooms-scene.ts";
import { both } from "./rooms-scene-checks.ts";

const admin = { role: "admin" } as const;

describe("the rule that an epoch is good if only members were given it", () => {
  /*
   *  a: founds with b -- add m, new epoch that wraps the first -- remove m -- b: writes
   *
   * The first epoch was given to members alone; m reaches it through the wrap in the second.
   */
  it("falls back, as §7 does not, to an epoch that a removed member reaches through history", () => {
    const play = (rules: Partial<Rules>): Scene => {
      const scene = new Scene(["a", "b", "m"], rules);
      scene.writes("a", add("b"));
      scene.writes("a", add("m", { history: "since join" }));
      scene.writes("a", scene.removal("m", "a"));
      scene.tellAll();
      scene.writes("b");
      scene.tellAll();
      return scene;
    };
    const { ours, rivals } = both(play, { epoch: "members know it", inDoubt: "nothing" });
    expect({ ours, rivals }).toEqual({ ours: [], rivals: ["m reads 03b"] });
  });

  /*
   *  b: add m ----------.--------------- b: grants m the epoch of a
   *                      \             /
   *  a: remove c -- a: new epoch -----'------.
   *                        \                  a: writes
   *                         d: remove m -----'      (knows the add, not the epoch)
   */
  it("uses, as §7 does not, an epoch that somebody may be granting to a removed member", () => {
    const play = (rules: Partial<Rules>): Scene => {
      const scene = new Scene(["a", "b", "c", "d", "m"], rules);
      scene.writes("a", add("b", admin), add("c"), add("d", admin));
      scene.tellAll();
      scene.writes("b", add("m"));
      scene.tell("b", "d");
      scene.writes("a", scene.removal("c", "a"));
      scene.writes("a");
      scene.tell("a", "b");
      scene.writes("b");
      scene.writes("d", scene.removal("m", "d"));
      scene.tell("d", "a");
      scene.writes("a");
      scene.tellAll();
      return scene;
    };
    const { ours, rivals } = both(play, { epoch: "members know it", inDoubt: "nothing" });
    expect({ ours, rivals }).toEqual({ ours: [], rivals: ["m reads 06a"] });
  });
});
