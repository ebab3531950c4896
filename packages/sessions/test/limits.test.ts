import { nodePrimitives as primitives } from "@coterie/primitives/node";
import { describe, expect, it } from "vitest";
import { archiveCurrent, sessionLimits, type SessionMessage, withNewSession } from "../src/index.ts";
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
  it.each([-1, 0, 1])("keep 2,000 keys of messages that were skipped, the newest: %i from the limit", (from) => {
    const { alice, bob } = establishedPair();
    // The first and everything between is skipped: as many keys as are kept, plus `from`.
    const [first, last] = ends(alice, sessionLimits.skippedKeysPerChain + from + 1);
    expect(bob.open(last)).toBe("last");
    const kept = bob.record.current?.receivers.at(-1)?.skipped.length;
    expect(kept).toBe(Math.min(sessionLimits.skippedKeysPerChain, sessionLimits.skippedKeysPerChain + from));
    expect(bob.try(first)).toMatchObject(from > 0 ? { kind: "out-of-sync", reason: "key-gone" } : { kind: "opened" });
  });

  it("keep five receiving chains and forty archived sessions", () => {
    const { alice, bob } = establishedPair();
    for (let i = 0; i < 10; i++) {
      bob.open(alice.send("ping"));
      alice.open(bob.send("pong"));
    }
    expect(bob.record.current?.receivers).toHaveLength(sessionLimits.receiverChains);
    const state = bob.record.current;
    if (state === undefined) throw new Error("no session");
    for (let i = 0; i < sessionLimits.archivedSessions + 5; i++) bob.record = withNewSession(bob.record, state);
    expect(archiveCurrent(bob.record).archived).toHaveLength(sessionLimits.archivedSessions);
  });

  it.each([-1, 0, 1])("open a late message of the fifth newest chain, and none before: %i from the limit", (from) => {
    const { alice, bob } = establishedPair();
    bob.open(alice.send("the chain begins"));
    const late = alice.send("late");
    for (let newer = 1; newer < sessionLimits.receiverChains + from; newer++) {
      alice.open(bob.send("pong"));
      bob.open(alice.send("ping"));
    }
    expect(bob.open(late)).toBe(from > 0 ? "tampered" : "late");
  });

  it.each([-1, 0, 1])("open a late message of the fortieth archived session, and none before: %i from it", (from) => {
    const { alice, bob } = createPair(primitives);
    alice.start(bob.bundle);
    bob.open(alice.send("the session begins"));
    alice.open(bob.send("and is answered"));
    const late = alice.send("late");
    for (let newer = 0; newer < sessionLimits.archivedSessions + from; newer++) {
      alice.start(bob.bundle);
      bob.open(alice.send("a new session"));
    }
    expect(bob.open(late)).toBe(from > 0 ? "tampered" : "late");
  });

  it("change nothing for garbage, 2,000 times", () => {
    const { alice, bob } = establishedPair();
    const message = alice.send("the true one");
    const before = bob.record;
    for (let i = 0; i < 2000; i++) {
      const bytes = message.bytes.slice();
      for (let j = 0; j <= i % 7; j++) bytes[1 + ((i * 31 + j * 17) % (bytes.length - 1))] = (i * 7 + j) & 0xff;
      let outcome = "";
      try {
        const step = bob.try({ kind: "ratchet", bytes });
        outcome = step.kind;
      } catch (error) {
        outcome = (error as { code: string }).code; // cast: errors of the package have codes
      }
      if (outcome === "opened") expect(bytes).toEqual(message.bytes);
    }
    expect(bob.record).toBe(before);
    expect(bob.open(message)).toBe("the true one");
  });

  it("end a session that nobody answered for thirty days", () => {
    const { alice, bob } = createPair(primitives);
    alice.start(bob.bundle);
    expect(alice.send("in time").kind).toBe("prekey");
    const { current } = alice.record;
    if (current?.unacknowledged === undefined) throw new Error("no session");
    const old = { ...current.unacknowledged, createdAtMs: -sessionLimits.unacknowledgedMs - 1 };
    alice.record = { ...alice.record, current: { ...current, unacknowledged: old } };
    expect(() => alice.send("too late")).toThrow("no-session");
  });
});
