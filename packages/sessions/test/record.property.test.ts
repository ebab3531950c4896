import { Plaintext, SecretKey } from "@coterie/bytes";
import { nodePrimitives as primitives } from "@coterie/primitives/node";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { openRecord, sealRecord, sessionLimits, type SessionMessage, type SessionRecord } from "../src/index.ts";
import { decodeRecord, encodeRecord } from "../src/record/session-record.ts";
import { createPair, seededRandom } from "./two-devices.ts";

const storeKey = SecretKey.copyOf("store", new Uint8Array(32).fill(5));
const deps = { primitives, random: seededRandom(primitives, 99) };

/** Records of both sides after every step of a lossy conversation: all states of the braid are among them. */
function recordsOfConversation(seed: number): SessionRecord[] {
  const { alice, bob } = createPair(primitives, { seed });
  alice.start(bob.bundle);
  const records: SessionRecord[] = [alice.record, bob.record];
  const late: SessionMessage[] = [];
  for (let i = 0; i < 180; i++) {
    const [from, to] = i % 3 === 0 ? [bob, alice] : [alice, bob];
    if (from.record.current === undefined) continue;
    const message = from.send(`message ${i}`);
    if (i % 7 === 3) late.push(message);
    else to.open(message);
    records.push(alice.record, bob.record);
  }
  return records;
}

describe("a session record", () => {
  it("is read back as it was written, in every state", () => {
    const kinds = new Set<string | undefined>();
    for (const record of recordsOfConversation(1)) {
      kinds.add(record.current?.quantum.braid.state.kind);
      expect(decodeRecord(encodeRecord(record))).toEqual(record);
    }
    expect(kinds.size).toBeGreaterThanOrEqual(10);
  });

  it("is refused when truncated, or with bytes behind it", () => {
    const record = recordsOfConversation(2).at(-1) ?? { current: undefined, archived: [] };
    const bytes = encodeRecord(record).exposePlainBytes();
    const unreadable = expect.objectContaining({ code: "sessions/unreadable-record" });
    fc.assert(
      fc.property(fc.integer({ min: 0, max: bytes.length - 1 }), (length) => {
        expect(() => decodeRecord(Plaintext.copyOf(bytes.subarray(0, length)))).toThrow(unreadable);
      }),
    );
    const longer = new Uint8Array(bytes.length + 1);
    longer.set(bytes);
    expect(() => decodeRecord(Plaintext.own(longer))).toThrow(unreadable);
  });

  it("opens at its own place, with its own key, unchanged; nowhere else", () => {
    const record = recordsOfConversation(3).at(-1) ?? { current: undefined, archived: [] };
    const sealed = sealRecord(deps, { record, storeKey, peer: "bob.1" });
    expect(openRecord(deps, { sealed, storeKey, peer: "bob.1" })).toEqual(record);
    const unreadable = expect.objectContaining({ code: "sessions/unreadable-record" });
    expect(() => openRecord(deps, { sealed, storeKey, peer: "carol.1" })).toThrow(unreadable);
    for (const length of [0, 1, 23, 24, 39, 40]) {
      // cast: a ciphertext that was cut off
      const cut = sealed.slice(0, length) as typeof sealed;
      expect(() => openRecord(deps, { sealed: cut, storeKey, peer: "bob.1" })).toThrow(unreadable);
    }
    const otherKey = SecretKey.copyOf("store", new Uint8Array(32).fill(6));
    expect(() => openRecord(deps, { sealed, storeKey: otherKey, peer: "bob.1" })).toThrow(unreadable);
    fc.assert(
      fc.property(fc.integer({ min: 0, max: sealed.length - 1 }), (at) => {
        // cast: a ciphertext with a wrong byte, as a damaged disk gives it
        const changed = sealed.slice() as typeof sealed;
        changed[at] = (changed[at] ?? 0) ^ 1;
        expect(() => openRecord(deps, { sealed: changed, storeKey, peer: "bob.1" })).toThrow(unreadable);
      }),
    );
  });
});

describe("a session record with as many sessions and keys as there may be", () => {
  it("stays readable: the oldest archived sessions go", () => {
    const { alice, bob } = createPair(primitives, { seed: 4 });
    alice.start(bob.bundle);
    bob.open(alice.send("hello"));
    const state = bob.record.current;
    if (state === undefined) throw new Error("no session");
    const seed = new Uint8Array(32).fill(7);
    const skipped = Array.from({ length: sessionLimits.skippedKeysPerChain }, (_unused, index) => ({ index, seed }));
    const receivers = Array.from({ length: sessionLimits.receiverChains }, () => ({
      ratchetKey: seed,
      chain: { key: seed, index: sessionLimits.skippedKeysPerChain },
      skipped,
      forgottenBelow: 0,
    }));
    const full = { ...state, receivers };
    const archived = Array.from({ length: sessionLimits.archivedSessions }, (_unused, i) => ({
      ...full,
      remoteRegistrationId: i,
    }));
    const encoded = encodeRecord({ current: full, archived });
    expect(encoded.lengthBytes).toBeLessThanOrEqual(sessionLimits.recordBytes);
    const read = decodeRecord(encoded);
    expect(read.current).toEqual(full);
    expect(read.archived.length).toBeGreaterThan(10);
    expect(read.archived).toEqual(archived.slice(0, read.archived.length));
  });
});
