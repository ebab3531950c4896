// Webhooks under kill -9: nothing is lost, and what comes twice comes under the same id.
import { describe, expect, it } from "vitest";
import { killWhilePosting } from "./support/kill-while-posting.ts";

describe("a gateway that is killed while it posts", () => {
  it("loses nothing and doubles nothing under another id, at 1 point", { timeout: 180_000 }, async () => {
    const outcome = await killWhilePosting({ kills: 1, people: 30 });
    expect(outcome).toEqual({ missing: 0, changed: 0, doubled: 0, forged: 0, inOrder: true });
  });
});
