// The outbox under kill -9: no mail is lost, and none that was written down as sent is sent again.
import { describe, expect, it } from "vitest";
import { killWhileSending } from "./support/kill-while-sending.ts";

describe("a gateway that is killed while it sends", () => {
  it("loses no mail and repeats none that it wrote down, at 2 points", async () => {
    const kills = 2;
    const { repeated, missing, extra, messageIds } = await killWhileSending({ kills, people: 30 });
    expect(repeated).toEqual([]);
    expect(missing).toBe(0);
    // Four mails go out at once: each death leaves at most these in the one window that cannot be closed.
    expect(extra).toBeLessThanOrEqual(4 * kills);
    expect(new Set(messageIds)).toEqual(new Set([1]));
  });
});
