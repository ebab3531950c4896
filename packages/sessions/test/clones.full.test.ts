import { describe, expect, it } from "vitest";
import { cloneAndSend, emptyCloneTally } from "./clone-scene.ts";

describe("two copies of one device (C6)", () => {
  it("are told apart by the peer in 1,000 pairs: it opens one message of the two and reports the other", () => {
    const tally = emptyCloneTally();
    for (let seed = 1; seed <= 1000; seed++) cloneAndSend({ seed }, tally);
    process.stdout.write(`${JSON.stringify(tally)}\n`);
    expect(tally).toMatchObject({ pairs: 1000, sameKeyAfterAnswer: 0, bothOpened: 0, secondReported: 1000 });
  });
});
