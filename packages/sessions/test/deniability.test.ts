import { encodeUtf8 } from "@coterie/bytes";
import { nodePrimitives as primitives } from "@coterie/primitives/node";
import { describe, expect, it } from "vitest";
import { encryptStep } from "../src/session/encrypt-step.ts";
import type { SessionState } from "../src/session/session-state.ts";
import { createPair, seededRandom } from "./two-devices.ts";

const deps = { primitives, random: seededRandom(primitives, 3) };

/** The state with which the owner of `state` can write what its peer would have written next. */
function asPeer(state: SessionState): SessionState {
  const newest = state.receivers.at(-1);
  if (newest === undefined) throw new Error("nothing received yet");
  const { epoch } = state.quantum.braid.state;
  const silent = { kind: "vector-sent", seed: new Uint8Array(64), first: new Uint8Array(960) } as const;
  const epochs = state.quantum.chain.epochs.map((one) => ({ ...one, sending: one.receiving }));
  return {
    ...state,
    localIdentity: state.remoteIdentity,
    remoteIdentity: state.localIdentity,
    sender: { keyPair: { publicKey: newest.ratchetKey, secretKey: new Uint8Array(32) }, chain: newest.chain },
    quantum: {
      braid: { ...state.quantum.braid, state: { ...silent, epoch, second: { needed: 5, chunks: [] } } },
      chain: { ...state.quantum.chain, epochs },
    },
  };
}

describe("deniability", () => {
  it("lets bob write what alice never said, so that a transcript of his proves nothing to others", () => {
    const { alice, bob } = createPair(primitives);
    alice.start(bob.bundle);
    bob.open(alice.send("hello"));
    alice.open(bob.send("hello yourself"));
    bob.open(alice.send("what alice said"));
    const { current } = bob.record;
    if (current === undefined) throw new Error("no session");
    const { message } = encryptStep(deps, { state: asPeer(current), plaintext: encodeUtf8("what alice never said") });
    const before = bob.record;
    expect(bob.open(message)).toBe("what alice never said");
    bob.record = before;
    expect(bob.open(alice.send("what alice said next"))).toBe("what alice said next");
  });

  it("lets nobody else: without the state of one of the two there is no message", () => {
    const { alice, bob } = createPair(primitives, { seed: 1 });
    const other = createPair(primitives, { seed: 2 });
    for (const pair of [{ alice, bob }, other]) {
      pair.alice.start(pair.bob.bundle);
      pair.bob.open(pair.alice.send("hello"));
    }
    const { current } = other.bob.record;
    if (current === undefined) throw new Error("no session");
    const { message } = encryptStep(deps, { state: asPeer(current), plaintext: encodeUtf8("from alice, honestly") });
    expect(bob.open(message)).toBe("tampered");
  });
});
