import { describe, expect, it } from "vitest";
import type { Rules } from "../src/rooms/rules.ts";
import { trySmallRooms } from "./rooms-small.ts";

describe("everything that can happen in a small room (docs/protocol/rooms.md §7)", () => {
  it("leaves nobody with too much or too little to read, two steps deep", () => {
    const { states, faults } = trySmallRooms({ steps: 2, writers: ["z", "a", "b"], others: ["m"] });
    expect(faults).toEqual([]);
    expect(states).toBe(649);
  });

  it.each([
    { rules: { lateJoiners: "ignored" }, shows: /m lacks/ },
    { rules: { epoch: "members know it" }, shows: /opens|reads/ },
  ] satisfies { rules: Partial<Rules>; shows: RegExp }[])("would not, if it were $rules", ({ rules, shows }) => {
    const { faults } = trySmallRooms({ steps: 2, writers: ["z", "a", "b"], others: ["m"], rules, stops: true });
    expect(faults.join("\n")).toMatch(shows);
  });
});
