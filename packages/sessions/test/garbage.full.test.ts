import { concatBytes } from "@coterie/bytes";
import { nodePrimitives as primitives } from "@coterie/primitives/node";
import { describe, expect, it } from "vitest";
import { decodeRatchetMessage, sessionLimits, type SessionMessage, withNewSession } from "../src/index.ts";
import { encodeRatchetMessage } from "../src/messages/ratchet-message.ts";
import { decodeQuantumMessage } from "../src/post-quantum/quantum-message.ts";
import { snapshotOf } from "./stolen-state.ts";
import { createPair, seededRandom, type TestDevice } from "./two-devices.ts";

const random = seededRandom(primitives, 4);

function someBytes(lengthBytes: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(lengthBytes);
  random.fill(bytes);
  return bytes;
}

function establishedPair(): { readonly alice: TestDevice; readonly bob: TestDevice } {
  const pair = createPair(primitives);
  pair.alice.start(pair.bob.bundle);
  pair.bob.open(pair.alice.send("hello"));
  pair.alice.open(pair.bob.send("hello yourself"));
  for (let i = 0; i < 60; i++) {
    pair.bob.open(pair.alice.send("ping"));
    pair.alice.open(pair.bob.send("pong"));
  }
  return pair;
}

/** Random bytes, true messages with changed or foreign bytes, and fields of our choice behind a MAC of nobody. */
function garbageOf(source: SessionMessage, i: number): SessionMessage {
  const bytes = source.bytes.slice();
  const at = 1 + ((i * 7919) % (bytes.length - 1));
  switch (i % 4) {
    case 0:
      return { kind: i % 8 === 0 ? "ratchet" : "prekey", bytes: someBytes(i % 400) };
    case 1:
      bytes[at] = (bytes[at] ?? 0) ^ (1 << (i % 8));
      return { kind: source.kind, bytes };
    case 2:
      return { kind: source.kind, bytes: concatBytes(bytes.slice(0, at), someBytes(32)) };
    default: {
      const { ratchetKey, quantum } = decodeRatchetMessage(source.bytes);
      const chosen = { ratchetKey, counter: i % 500, previousCounter: 0, ciphertext: someBytes(16), quantum };
      const authenticated = encodeRatchetMessage({ ...chosen, addresses: undefined });
      return { kind: "ratchet", bytes: concatBytes(authenticated, someBytes(8)) };
    }
  }
}

function outcomeOf(device: TestDevice, message: SessionMessage): string {
  try {
    return device.try(message).kind;
  } catch (error) {
    return (error as { code: string }).code; // cast: errors of the package have codes
  }
}

/** Whether a message names a number so far ahead that reaching it is what costs; that is measured below. */
function isFarAhead({ kind, bytes }: SessionMessage): boolean {
  if (kind === "prekey") return false;
  try {
    const { counter, quantum } = decodeRatchetMessage(bytes);
    return counter > 500 || decodeQuantumMessage(quantum).index > 500;
  } catch {
    return false;
  }
}

function timed(device: TestDevice, message: SessionMessage): { readonly outcome: string; readonly ms: number } {
  const started = performance.now();
  const outcome = outcomeOf(device, message);
  return { outcome, ms: performance.now() - started };
}

describe("garbage (C5)", () => {
  it("changes nothing, 100,000 times, and costs below 5 ms and 1 MB each unless it names numbers far ahead", () => {
    const { alice, bob } = establishedPair();
    const truth = alice.send("the true one");
    const before = snapshotOf(bob.record);
    const outcomes: Record<string, number> = {};
    const times: number[] = [];
    let [mostBytes, farAhead, slowestFarMs] = [0, 0, 0];
    for (let i = 0; i < 100_000; i++) {
      const garbage = garbageOf(truth, i);
      const heapBefore = process.memoryUsage().heapUsed;
      const { outcome, ms } = timed(bob, garbage);
      outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
      expect(outcome).not.toBe("opened");
      if (isFarAhead(garbage)) {
        farAhead++;
        slowestFarMs = Math.max(slowestFarMs, ms);
        continue;
      }
      if (ms < 5) mostBytes = Math.max(mostBytes, process.memoryUsage().heapUsed - heapBefore);
      // The machine itself may pause: what is slow is slow three times.
      times.push(ms < 5 ? ms : Math.min(ms, timed(bob, garbage).ms, timed(bob, garbage).ms));
      if (i % 1000 === 0) expect(snapshotOf(bob.record)).toEqual(before);
    }
    times.sort((a, b) => a - b);
    const at = (share: number): number => times[Math.floor(times.length * share)] ?? 0;
    const [median, p999] = [at(0.5), at(0.999)];
    const figures = { outcomes, median, p999, slowest: times.at(-1), mostBytes, farAhead, slowestFarMs };
    process.stdout.write(`${JSON.stringify(figures)}\n`);
    expect(snapshotOf(bob.record)).toEqual(before);
    expect(p999).toBeLessThan(5);
    expect(mostBytes).toBeLessThan(2 ** 20);
    expect(bob.open(truth)).toBe("the true one");
  });

  it("that names numbers far ahead costs what the protocol's limits allow, and not forty times that with archived sessions", () => {
    const { alice, bob } = establishedPair();
    const truth = alice.send("the true one");
    const { quantum, ratchetKey } = decodeRatchetMessage(truth.bytes);
    const crafted = (key: Uint8Array<ArrayBuffer>): SessionMessage => {
      const far = {
        ratchetKey: key,
        counter: sessionLimits.forwardJumps,
        previousCounter: 0,
        ciphertext: someBytes(16),
      };
      const authenticated = encodeRatchetMessage({ ...far, quantum, addresses: undefined });
      return { kind: "ratchet", bytes: concatBytes(authenticated, someBytes(8)) };
    };
    const costOf = (message: SessionMessage): number => {
      const started = performance.now();
      expect(outcomeOf(bob, message)).not.toBe("opened");
      return performance.now() - started;
    };
    const known = Math.min(...[1, 2, 3].map(() => costOf(crafted(ratchetKey))));
    const unknown = Math.min(...[1, 2, 3].map(() => costOf(crafted(alice.bundle.identityKey))));
    const { current } = bob.record;
    if (current === undefined) throw new Error("no session");
    for (let i = 0; i < sessionLimits.archivedSessions; i++) bob.record = withNewSession(bob.record, { ...current });
    const archived = costOf(crafted(alice.bundle.identityKey));
    process.stdout.write(`${JSON.stringify({ knownMs: known, unknownMs: unknown, fortyArchivedMs: archived })}\n`);
    // However many sessions are archived, all of them together cost about as much as one.
    expect(archived).toBeLessThan(4 * Math.max(known, unknown));
  });
});
