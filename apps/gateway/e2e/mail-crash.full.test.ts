// As mail-crash.test.ts, at many more points.
import { describe, expect, it } from "vitest";
import { killWhileSending } from "./support/kill-while-sending.ts";

describe("a gateway that is killed while it sends", () => {
  it("loses no mail and repeats none that it wrote down, at 100 points", { timeout: 900_000 }, async () => {
    const kills = 100;
    const { repeated, missing, extra, messageIds } = await killWhileSending({ kills, people: 1200 });
    expect(repeated).toEqual([]);
    expect(missing).toBe(0);
    // Four mails go out at once: each death leaves at most these in the one window that cannot be closed.
    expect(extra).toBeLessThanOrEqual(4 * kills);
    expect(new Set(messageIds)).toEqual(new Set([1]));
  });
});
