import { nodePrimitives } from "@coterie/primitives/node";
import { describe, expect, it } from "vitest";
import type { SessionMessage } from "../src/index.ts";
import { createPair, type TestDevice } from "./two-devices.ts";

function changed({ kind, bytes }: SessionMessage, at: number): SessionMessage {
  const copy = bytes.slice();
  const index = at < 0 ? copy.length + at : at;
  copy[index] = (copy[index] ?? 0) ^ 1;
  return { kind, bytes: copy };
}

function establishedPair(): { readonly alice: TestDevice; readonly bob: TestDevice } {
  const pair = createPair(nodePrimitives);
  pair.alice.start(pair.bob.bundle);
  pair.bob.open(pair.alice.send("hello"));
  pair.alice.open(pair.bob.send("hello yourself"));
  return pair;
}

describe("a conversation", () => {
  it("makes the round trip, with and without a one-time prekey", () => {
    for (const withOneTimePrekey of [true, false]) {
      const { alice, bob } = createPair(nodePrimitives, { withOneTimePrekey });
      alice.start(bob.bundle);
      const first = alice.send("hello bob");
      expect(first.kind).toBe("prekey");
      expect(bob.open(first)).toBe("hello bob");
      expect(alice.open(bob.send("hello alice"))).toBe("hello alice");
      const next = alice.send("no prekeys any more");
      expect(next.kind).toBe("ratchet");
      expect(bob.open(next)).toBe("no prekeys any more");
    }
  });

  it("goes on through ten post-quantum epochs, in turns", () => {
    const { alice, bob } = establishedPair();
    for (let i = 0; i < 400; i++) {
      expect(bob.open(alice.send(`to bob ${i}`))).toBe(`to bob ${i}`);
      expect(alice.open(bob.send(`to alice ${i}`))).toBe(`to alice ${i}`);
    }
    expect(alice.record.current?.quantum.braid.state.epoch).toBeGreaterThanOrEqual(10);
  });

  it("opens messages in any order, each once", () => {
    const { alice, bob } = establishedPair();
    const messages = ["one", "two", "three", "four"].map((text) => ({ text, message: alice.send(text) }));
    for (const { text, message } of messages.toReversed()) expect(bob.open(message)).toBe(text);
    for (const { message } of messages) expect(bob.open(message)).toBe("duplicate");
  });

  it("starts from whichever first message arrives first", () => {
    const { alice, bob } = createPair(nodePrimitives);
    alice.start(bob.bundle);
    const [one, two] = [alice.send("one"), alice.send("two")];
    expect([bob.open(two), bob.open(one), bob.open(two)]).toEqual(["two", "one", "duplicate"]);
  });

  it("settles on one session when both start at once", () => {
    const { alice, bob } = createPair(nodePrimitives);
    alice.start(bob.bundle);
    bob.start(alice.bundle);
    const [fromAlice, fromBob] = [alice.send("from alice"), bob.send("from bob")];
    expect(bob.open(fromAlice)).toBe("from alice");
    expect(alice.open(fromBob)).toBe("from bob");
    for (let i = 0; i < 5; i++) {
      expect(alice.open(bob.send("more"))).toBe("more");
      expect(bob.open(alice.send("and more"))).toBe("and more");
    }
    expect(alice.record.current?.baseKey).toEqual(bob.record.current?.baseKey);
  });

  it("refuses a message with any byte changed, and then opens the true one", () => {
    const { alice, bob } = establishedPair();
    const message = alice.send("as it was written");
    const before = bob.record;
    for (let at = 1; at < message.bytes.length; at++) {
      let outcome: string;
      try {
        outcome = bob.try(changed(message, at)).kind;
      } catch (error) {
        outcome = (error as { code: string }).code; // cast: errors of the package have codes
      }
      expect(["tampered", "duplicate", "out-of-sync", "sessions/malformed"]).toContain(outcome);
    }
    expect(bob.record).toBe(before);
    expect(bob.open(message)).toBe("as it was written");
  });

  it("keeps what was written before from who steals the state", () => {
    const { alice, bob } = establishedPair();
    const [first, second] = [alice.send("the first"), alice.send("the second")];
    bob.open(first);
    bob.open(second);
    const stolen = bob.record;
    const third = alice.send("the third");
    bob.record = stolen;
    expect(bob.open(third)).toBe("the third");
    bob.record = stolen;
    expect(bob.open(first)).toBe("duplicate");
  });
});
