import { nodePrimitives as primitives } from "@coterie/primitives/node";
import { describe, expect, it } from "vitest";
import { sessionLimits, type SessionMessage } from "../src/index.ts";
import { createPair, type TestDevice } from "./two-devices.ts";

function establishedPair(): { readonly alice: TestDevice; readonly bob: TestDevice } {
  const pair = createPair(primitives);
  pair.alice.start(pair.bob.bundle);
  pair.bob.open(pair.alice.send("hello"));
  pair.alice.open(pair.bob.send("hello yourself"));
  return pair;
}

/** As many messages as a piece of the braid needs chunks, in one turn. */
function speak(from: TestDevice, to: TestDevice): void {
  for (let i = 0; i < 40; i++) expect(to.open(from.send("more"))).toBe("more");
}

describe("a message that comes late", () => {
  it("is never called a duplicate where only its post-quantum epoch is forgotten: nobody read it", () => {
    const { alice, bob } = establishedPair();
    const late: { readonly message: SessionMessage; readonly epoch: number }[] = [];
    const outcomes = new Set<string>();
    for (let turn = 0; turn < 12; turn++) {
      late.push({ message: alice.send("late"), epoch: alice.record.current?.quantum.braid.state.epoch ?? 0 });
      speak(alice, bob);
      speak(bob, alice);
      const waiting = late.at(-sessionLimits.receiverChains);
      if (waiting !== undefined) outcomes.add(bob.try(waiting.message).kind);
    }
    expect(outcomes).toContain("out-of-sync");
    expect(outcomes).not.toContain("duplicate");
  });

  it("is never called a duplicate where its key was dropped for newer ones", () => {
    const { alice, bob } = establishedPair();
    bob.open(alice.send("a new chain"));
    const [first, second, third] = [alice.send("first"), alice.send("second"), alice.send("third")];
    for (let i = 0; i < sessionLimits.skippedKeysPerChain - 1; i++) alice.send("");
    expect(bob.open(alice.send("last"))).toBe("last");
    expect(bob.open(third)).toBe("third");
    expect(bob.try(first)).toEqual({ kind: "out-of-sync", reason: "key-gone" });
    expect(bob.try(second)).toEqual({ kind: "out-of-sync", reason: "key-gone" });
    expect(bob.try(third)).toEqual({ kind: "duplicate" });
  });
});
