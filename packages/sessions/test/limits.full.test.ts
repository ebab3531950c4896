import { nodePrimitives as primitives } from "@coterie/primitives/node";
import { describe, expect, it } from "vitest";
import { sessionLimits, type SessionMessage } from "../src/index.ts";
import { createPair, type TestDevice } from "./two-devices.ts";

function establishedPair(): { readonly alice: TestDevice; readonly bob: TestDevice } {
  const pair = createPair(primitives);
  pair.alice.start(pair.bob.bundle);
  pair.bob.open(pair.alice.send("hello"));
  pair.alice.open(pair.bob.send("hello yourself"));
  pair.bob.open(pair.alice.send("a new chain"));
  return pair;
}

/** The first and the last of `count` messages. */
function ends(sender: TestDevice, count: number): readonly [SessionMessage, SessionMessage] {
  const first = sender.send("first");
  for (let i = 2; i < count; i++) sender.send("");
  return [first, sender.send("last")];
}

describe("limits of a session (C5)", () => {
  it("open a message 25,000 numbers ahead, and none further", () => {
    const { alice, bob } = establishedPair();
    const [, reachable] = ends(alice, sessionLimits.forwardJumps);
    const before = bob.record;
    // The post-quantum chain counts from the last key, so that the one after it is one too far.
    const beyond = alice.send("one too far");
    expect(bob.try(beyond)).toEqual({ kind: "out-of-sync", reason: "too-far-ahead" });
    expect(bob.record).toBe(before);
    expect(bob.open(reachable)).toBe("last");
    expect(bob.open(beyond)).toBe("one too far");
  });
});
