import { describe, expect, it } from "vitest";
import { createSeenIds } from "../src/index.ts";
import { arrive, id, pairOf, sentAtMs, signedBy } from "./fixtures.ts";

describe("remembering what was here", () => {
  it("tells a repetition, but only of what was stored", () => {
    const { signing, key } = pairOf(1);
    const headers = signedBy(signing);
    const seen = createSeenIds({ now: () => sentAtMs }, { keepS: 600, most: 10 });
    expect(arrive({ headers, keys: [key], seen })).toBe("new");
    // Verified and then lost in a crash: the next attempt is still new.
    expect(arrive({ headers, keys: [key], seen })).toBe("new");
    seen.add(id);
    expect(arrive({ headers, keys: [key], seen })).toBe("repeated");
  });

  it("keeps for as long as it says, and no more than it says", () => {
    const clock = { nowMs: 0 };
    const seen = createSeenIds({ now: () => clock.nowMs }, { keepS: 10, most: 3 });
    seen.add("a");
    clock.nowMs = 9999;
    expect(seen.has("a")).toBe(true);
    clock.nowMs = 10_000;
    expect(seen.has("a")).toBe(false);
    for (const one of ["b", "c", "d"]) seen.add(one);
    expect(["b", "c", "d"].map(seen.has)).toEqual([true, true, true]);
    seen.add("e");
    expect(["b", "c", "d", "e"].map(seen.has)).toEqual([false, true, true, true]);
    // Seen again: the newest.
    seen.add("c");
    seen.add("f");
    expect(["c", "d", "e", "f"].map(seen.has)).toEqual([true, false, true, true]);
  });
});
