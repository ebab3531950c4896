// The same at many more points.
import { describe, expect, it } from "vitest";
import { killWhilePosting } from "./support/kill-while-posting.ts";

describe("a gateway that is killed while it posts, many times", () => {
  it("loses nothing and doubles nothing under another id, at 20 points", { timeout: 1_200_000 }, async () => {
    const outcome = await killWhilePosting({ kills: 20, people: 300 });
    expect(outcome).toEqual({ missing: 0, changed: 0, doubled: 0, forged: 0, inOrder: true });
  });
});
